"""GeoJSON, GeoPackage, KMZ, GPX and vCards: the exported records for maps and phones.

CRS      EPSG:4326, longitude first. Records without a position keep a null geometry where
         the format has one, and are counted in the metadata where it has not.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import orjson
import pandas as pd
import pyogrio
from shapely.geometry import Point

from geo.i18n.labels import is_demo, is_open
from geo.model.records import Buyer
from geo.render.mark_placement import Mark
from geo.render.mark_svg import mark_svg
from geo.render.png import png_of
from geo.share.export.export_columns import COLUMNS, Export, Record

_STAMP = (1980, 1, 1, 0, 0, 0)
_KML, _GPX = "http://www.opengis.net/kml/2.2", "http://www.topografix.com/GPX/1/1"


def geojson_of(export: Export) -> bytes:
    """A FeatureCollection; the member ``about`` states filters, date and sources."""
    return orjson.dumps(
        {
            "type": "FeatureCollection",
            "name": "kharita",
            "about": {
                "filters": export.filters,
                "data_version": export.query.catalogue.version,
                "date": export.day.isoformat(),
                "link": export.link,
                "demo": export.demo,
                "lines": [f"{a}: {b}" for a, b in export.about()],
            },
            "features": [
                {
                    "type": "Feature",
                    "id": record.id,
                    "properties": {**export.row(record), "demo": is_demo(record)},
                    "geometry": {"type": "Point", "coordinates": list(record.lon_lat)}
                    if record.lon_lat
                    else None,
                }
                for record in export.records
            ],
        }
    )


def gpkg_of(export: Export) -> bytes:
    """A GeoPackage: the layer ``kharita`` and the table ``about``."""
    rows = [{**export.row(r), "demo": int(is_demo(r))} for r in export.records]
    frame = pd.DataFrame(rows, columns=[*(c.key for c in COLUMNS), "demo"])
    for column in COLUMNS:
        kind = {"whole": "Int64", "number": "float64"}.get(column.kind, "object")
        frame[column.key] = frame[column.key].astype(kind)
    points = gpd.GeoDataFrame(
        frame,
        crs="EPSG:4326",
        geometry=[Point(r.lon_lat) if r.lon_lat else None for r in export.records],
    )
    about = pd.DataFrame(export.about(), columns=["label", "text"])
    with tempfile.TemporaryDirectory(prefix="kharita-") as folder:
        path = Path(folder) / "kharita.gpkg"
        pyogrio.write_dataframe(points, path, layer="kharita", driver="GPKG", geometry_type="Point")
        pyogrio.write_dataframe(about, path, layer="about", driver="GPKG", append=True)
        return path.read_bytes()


def kmz_of(export: Export) -> bytes:
    """A KML with its icons inside the archive."""
    root = ET.Element(f"{{{_KML}}}kml")
    ET.register_namespace("", _KML)
    document = _child(root, _KML, "Document")
    left_out = len(export.records) - len(export.placed)
    _child(document, _KML, "name", export.filters)
    _child(document, _KML, "description", export.about_text(left_out=left_out))
    icons: dict[str, bytes] = {}
    for record in export.placed:
        key = _icon_key(record)
        if key not in icons:
            icons[key] = _icon(record)
            style = _child(document, _KML, "Style")
            style.set("id", key)
            _child(
                _child(_child(style, _KML, "IconStyle"), _KML, "Icon"),
                _KML,
                "href",
                f"icons/{key}.png",
            )
    for record, at in _pinned(export):
        place = _child(document, _KML, "Placemark")
        place.set("id", _xml_id(record.id))
        _child(place, _KML, "name", _name(record, export))
        _child(place, _KML, "description", _description(record, export))
        _child(place, _KML, "styleUrl", f"#{_icon_key(record)}")
        data = _child(place, _KML, "ExtendedData")
        for key, value in export.row(record).items():
            if value is not None:
                item = _child(data, _KML, "Data")
                item.set("name", key)
                _child(item, _KML, "displayName", export.labels[key])
                _child(item, _KML, "value", str(value))
        _child(_child(place, _KML, "Point"), _KML, "coordinates", f"{at[0]:.6f},{at[1]:.6f}")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("doc.kml", _xml(root)),
            *((f"icons/{k}.png", v) for k, v in sorted(icons.items())),
        ):
            archive.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def gpx_of(export: Export) -> bytes:
    """Waypoints; the metadata state filters, date and sources."""
    ET.register_namespace("", _GPX)
    root = ET.Element(f"{{{_GPX}}}gpx", {"version": "1.1", "creator": "Kharita"})
    meta = _child(root, _GPX, "metadata")
    left_out = len(export.records) - len(export.placed)
    _child(meta, _GPX, "name", export.filters)
    _child(meta, _GPX, "desc", export.about_text(left_out=left_out))
    for record, at in _pinned(export):
        lon, lat = at
        point = ET.SubElement(root, f"{{{_GPX}}}wpt", {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}"})
        _child(point, _GPX, "name", _name(record, export))
        _child(point, _GPX, "cmt", record.id)
        _child(point, _GPX, "desc", _description(record, export))
        _child(point, _GPX, "type", export.row(record)["class"])
    return _xml(root)


def vcards_of(export: Export) -> bytes:
    """One vCard 3.0 per record, which every phone imports."""
    cards: list[str] = []
    for record in export.records:
        row = export.row(record)
        address = ["", "", "", row["place"] or "", row["region"] or "", "", row["country"] or ""]
        lines = [
            "BEGIN:VCARD",
            "VERSION:3.0",
            f"UID:kharita-{_value(record.id)}",
            f"FN:{_value(_name(record, export))}",
            f"N:{_value(_name(record, export))};;;;",
            f"ORG:{_value(record.name)}",
            f"ADR;TYPE=WORK:{';'.join(map(_value, address))}",
            f"CATEGORIES:{_value(row['class'])},{_value(row['origin'])}",
        ]
        if record.lon_lat:
            lines.append(f"GEO:{record.lon_lat[1]:.6f};{record.lon_lat[0]:.6f}")
        if isinstance(record, Buyer) and record.website.startswith(("http://", "https://")):
            lines.append(f"URL:{_value(record.website)}")
        note = f"{_description(record, export)}\n{export.about_text(short=True)}"
        lines += [f"NOTE:{_value(note)}", f"REV:{export.day:%Y%m%d}T000000Z", "END:VCARD"]
        cards += map(_folded, lines)
    if not export.records:  # still a file that says why it is empty
        cards += map(
            _folded,
            [
                "BEGIN:VCARD",
                "VERSION:3.0",
                "FN:Kharita",
                "N:Kharita;;;;",
                f"NOTE:{_value(export.about_text())}",
                "END:VCARD",
            ],
        )
    return ("\r\n".join(cards) + "\r\n").encode()


def _description(record: Record, export: Export) -> str:
    row = export.row(record)
    keys = (
        "class",
        "kind",
        "place",
        "region",
        "country",
        "crafts",
        "status",
        "origin",
        "precision",
        "sources",
    )
    return "\n".join(f"{export.labels[k]}: {row[k]}" for k in keys if row[k])


def _name(record: Record, export: Export) -> str:
    """The name; a generated record says so whatever its name is."""
    name, word = export.row(record)["name"] or record.id, export.t("ui.demo")
    return f"{name} ({word})" if is_demo(record) and word not in name else name


def _icon_key(record: Record) -> str:
    return "-".join(
        [
            record.class_,
            "open" if is_open(record) else "coming",
            *(["demo"] if is_demo(record) else []),
        ]
    )


def _icon(record: Record) -> bytes:
    mark = mark_svg(Mark(record.class_, 12, 12, open=is_open(record), demo=is_demo(record)))
    return png_of(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{mark}</svg>',
        64,
        64,
        background="",
    )


def _child(parent: ET.Element, space: str, name: str, text: str = "") -> ET.Element:
    found = ET.SubElement(parent, f"{{{space}}}{name}")
    if text:
        found.text = text
    return found


def _xml(root: ET.Element) -> bytes:
    result: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return result


def _xml_id(id_: str) -> str:
    return "r-" + "".join(c if c.isalnum() and c.isascii() else "-" for c in id_)


def _value(text: Any) -> str:
    return (
        str(text).replace("\\", "\\\\").replace("\n", "\\n").replace(",", "\\,").replace(";", "\\;")
    )


def _folded(line: str) -> str:
    """Lines of at most 75 octets, cut between characters."""
    parts, current = [], ""
    for char in line:
        if len((current + char).encode()) > 74:
            parts.append(current)
            current = " "
        current += char
    return "\r\n".join([*parts, current])


def _pinned(export: Export) -> Iterator[tuple[Any, tuple[float, float]]]:
    """The records with a position, and the position."""
    return ((record, record.lon_lat) for record in export.placed if record.lon_lat)
