"""KML and KMZ reader: placemarks with their names, data and places; nothing fetched or shown.

Links to other files (NetworkLink, overlays, pictures) are left out, and noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.curate.imports.geo_features import Feature, Gathered
from geo.curate.imports.geometry import GeometryPosition, place_of
from geo.curate.imports.problems import ImportProblem, ImportRejected, Remarks
from geo.curate.imports.source_table import Clock, Table, cell
from geo.curate.imports.xml_reader import Walker
from geo.curate.imports.zip_archive import ZipArchive

CORRUPT = "KML_CORRUPT"
MAX_KML = 60 * 2**20
_SHAPES = ("Point", "LineString", "LinearRing", "Polygon", "Model", "Track", "MultiTrack")
_TEXTS = ("name", "description", "address", "phoneNumber")


def read_kmz(content: bytes, name: str, clock: Clock, *, repair: bool = False) -> Table:
    """The first KML document of an archive."""
    archive = ZipArchive(content, CORRUPT)
    inside = sorted(
        (n for n in archive.names if n.casefold().endswith(".kml")),
        key=lambda n: (n.count("/"), n != "doc.kml", n),
    )
    if not inside:
        raise ImportRejected("FORMAT_UNKNOWN", value="zip")
    table = read_kml(archive.read(inside[0], MAX_KML), name, clock, repair=repair)
    table.format = "kmz"
    return table


def read_kml(content: bytes, name: str, clock: Clock, *, repair: bool = False) -> Table:
    """The placemarks of a document.

    Raises
    ------
    ImportRejected : ``KML_CORRUPT``, ``XML_DTD``, ``XML_TOO_DEEP``, ``NO_ROWS``.
    """
    marks = _Marks(Gathered(name, "kml", clock), repair)
    walker = Walker(marks.start, marks.end, marks.text, CORRUPT, clock)
    for start in range(0, len(content), 1 << 16):
        walker.feed(content[start : start + (1 << 16)])
    walker.close()
    table = marks.gathered.table(marks.remarks)
    table.detected["crs"] = "EPSG:4326"
    if marks.links:
        table.problems.append(ImportProblem("NETWORK_LINK_IGNORED", "warn"))
    return table


class _Marks:
    """Parser of the placemarks, as the elements of a document come."""

    def __init__(self, gathered: Gathered, repair: bool) -> None:
        self.gathered, self.remarks, self.links = gathered, Remarks("feature"), False
        self._repair = repair
        self._path: list[str] = []
        self._data: dict[str, str] | None = None
        self._shapes: list[dict[str, Any]] = []
        self._key, self._size = "", 0
        self._parts: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._path.append(tag)
        self._parts, self._size = [], 0
        if tag in ("NetworkLink", "GroundOverlay", "PhotoOverlay", "ScreenOverlay"):
            self.links = True
        if tag == "Placemark":
            self._data, self._shapes = {}, []
        elif tag in ("Data", "SimpleData"):
            self._key = attributes.get("name", "")[:120]
        elif tag in _SHAPES and self._data is not None and not self._inside_polygon():
            self._shapes.append({"type": tag, "rings": []})

    def _inside_polygon(self) -> bool:
        return "Polygon" in self._path[:-1]

    def text(self, value: str) -> None:
        self._size += len(value)
        self._parts.append(value)

    def end(self, tag: str) -> None:
        text = "".join(self._parts)
        if self._data is not None:
            if tag == "Placemark":
                if self._data.keys() - set(_TEXTS) - {"phone"}:
                    self._data.pop("description", None)  # how a viewer shows the data beside it
                self.gathered.add(Feature(self._data, self._place()), self.remarks)
                self._data = None
            elif tag == "coordinates" and self._shapes:
                self._shapes[-1]["rings"].append(text)
            elif tag in _TEXTS and self._path[-2:-1] == ["Placemark"]:
                self._data.setdefault({"phoneNumber": "phone"}.get(tag, tag), cell(text))
            elif tag in ("value", "SimpleData") and self._key:
                self._data[self._key] = cell(text)
        self._path.pop()
        self._parts = []

    def _place(self) -> GeometryPosition:
        if not self._shapes:
            return GeometryPosition(None, "NO_GEOMETRY")
        if len(self._shapes) > 1 or self._shapes[0]["type"] not in ("Point", "Polygon"):
            return GeometryPosition(None, "GEOMETRY_TYPE", {"value": self._shapes[0]["type"]})
        shape = self._shapes[0]
        try:
            rings = [[_numbers(p) for p in ring.split()] for ring in shape["rings"]]
        except ValueError:
            return GeometryPosition(
                None, "COORD_NOT_NUMBER", {"value": shape["rings"][0].strip()[:60]}
            )
        if shape["type"] == "Point":
            at = rings[0][0] if rings and rings[0] else []
            return place_of({"type": "Point", "coordinates": at})
        return place_of({"type": "Polygon", "coordinates": rings}, repair=self._repair)


def _numbers(text: str) -> list[float]:
    return [float(v) for v in text.split(",") if v]
