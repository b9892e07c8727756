"""Immutable assets: scripts, styles, words and base map, under content-addressed URLs.

Every file lives at ``/assets/{digest}/{path}`` where the digest covers all of them: the
browser caches them for good, and relative imports between scripts work.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path

import brotli
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core.paths import DATA_DIR, SOURCES_DIR
from geo.core.settings import BOUNDARIES, settings
from geo.i18n.words import LOCALES_DIR, catalogue, words
from geo.model.address import MAX_CHARS, VERSION
from geo.model.records import LANGUAGES
from geo.model.view import FIELDS, MAX_TEXT, SELECTABLE

FOLDER = Path(__file__).parent / "static"
BASEMAP_DETAILS = ("110m", "50m", "morocco")
BASEMAP_DATA = ("regions.geojson", "provinces.geojson", "markets.json", "towns.json")
#: What the map's frame loads: streamlit-folium fetches one file after the other.
BUNDLES = {
    "map.js": (
        "leaflet/leaflet.js",
        "map/labels.js",
        "map/basemap.js",
        "map/marks.js",
        "map/controls.js",
        "map/live_layer.js",
        "map/evidence_layer.js",
    ),
    "map.css": ("fonts.css", "leaflet/leaflet.css", "map/live_layer.css", "map/evidence_layer.css"),
    "locate.js": (
        "leaflet/leaflet.js",
        "map/labels.js",
        "map/basemap.js",
        "map/marks.js",
        "map/controls.js",
        "map/zone.js",
        "map/locate_layer.js",
        "map/live_layer.js",
    ),
    "point.js": ("leaflet/leaflet.js", "map/labels.js", "map/basemap.js"),
    "locate.css": (
        "fonts.css",
        "leaflet/leaflet.css",
        "map/live_layer.css",
        "map/locate_layer.css",
    ),
}
IMMUTABLE = "public, max-age=31536000, immutable"
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")


@dataclass(frozen=True, slots=True)
class Asset:
    """Content and media type of one asset; the content is computed at request."""

    media_type: str
    make: Callable[[], bytes]


@cache
def assets() -> Mapping[str, Asset]:
    """Every served path; nothing else can be requested."""
    found: dict[str, Asset] = {}
    for folder, prefix in ((FOLDER, ""), (_leaflet_folder(), "leaflet/")):
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = prefix + path.relative_to(folder).as_posix()
            found[name] = Asset(_media_type(name), path.read_bytes)
    for name, parts in BUNDLES.items():
        found[name] = Asset(_media_type(name), partial(_bundle, found, parts))
    for unit in ("region", "province"):
        found[f"areas/{unit}.json"] = Asset("application/json", partial(_areas, unit))
    found["core/fields.js"] = Asset("text/javascript", _fields)
    for lang in LANGUAGES:
        found[f"words.{lang}.json"] = Asset("application/json", partial(_words, lang))
        found[f"basemap/labels.{lang}.json"] = Asset("application/json", partial(_labels, lang))
    for detail in BASEMAP_DETAILS:
        for outline in BOUNDARIES:
            found[f"basemap/{detail}.{outline}.json"] = Asset(
                "application/json", partial(_basemap, detail, outline)
            )
    return found


def _bundle(found: Mapping[str, Asset], parts: Iterable[str]) -> bytes:
    return b"\n".join(found[part].make() for part in parts)


@cache
def digest() -> str:
    """Digest of all assets: of the files, and of the sources of the generated ones."""
    total = hashlib.sha256(_fields())
    inputs = [
        *FOLDER.rglob("*"),
        *LOCALES_DIR.glob("*.po"),
        *SOURCES_DIR.glob("*.gz"),
        *SOURCES_DIR.glob("*.geojson"),
        SOURCES_DIR / "seas.csv",
        *(DATA_DIR / name for name in BASEMAP_DATA),
        Path(__file__).parents[1] / "places" / "basemap.py",
    ]
    for path in sorted(p for p in inputs if p.is_file()):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:12]


def asset_url(path: str) -> str:
    """The URL of an asset.

    Raises
    ------
    KeyError : no such asset.
    """
    if path not in assets():
        raise KeyError(path)
    return f"/assets/{digest()}/{path}"


def routes() -> list[Route]:
    """The asset route."""
    return [Route("/assets/{digest}/{path:path}", _serve)]


async def _serve(request: Request) -> Response:
    asset = assets().get(request.path_params["path"])
    if asset is None:
        return Response("not found", status_code=404, media_type="text/plain")
    accepted = request.headers.get("accept-encoding", "")
    encoding = "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""
    body = _encoded(request.path_params["path"], encoding)
    fresh = request.path_params["digest"] == digest()
    headers = {"cache-control": IMMUTABLE if fresh else "no-store", "vary": "accept-encoding"}
    if encoding:
        headers["content-encoding"] = encoding
    return Response(body, media_type=asset.media_type, headers=headers)


@lru_cache(maxsize=256)
def _encoded(path: str, encoding: str) -> bytes:
    content = assets()[path].make()
    if encoding == "br":
        result: bytes = brotli.compress(content, quality=5)
        return result
    return gzip.compress(content, 6, mtime=0) if encoding == "gzip" else content


def _leaflet_folder() -> Path:
    from xstatic.pkg import leaflet

    return Path(leaflet.BASE_DIR)


def _media_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _words(lang: str) -> bytes:
    own, source = catalogue(lang), catalogue("fr")
    return orjson.dumps({k: own.get(k, v) for k, v in source.items() if k.startswith("ui.")})


def _fields() -> bytes:
    """The field table of ``geo.model.view`` for the browser: one table, two readers."""
    tables = {
        "FIELDS": [
            {
                "name": f.name,
                "many": f.many,
                "default": f.default,
                "affects": f.affects,
                "values": f.values if isinstance(f.values, tuple) else None,
                "pattern": f.pattern,
                "filter": bool(f.concerns),
            }
            for f in FIELDS.values()
        ],
        "LANGUAGES": {lang: words(lang).dir for lang in LANGUAGES},
        "SELECTABLE": SELECTABLE,
        "LIMITS": {"text": MAX_TEXT, "address": MAX_CHARS, "version": VERSION},
        "BOUNDARIES": settings().boundaries,
    }
    return b"".join(
        b"export const %s = %s;\n" % (name.encode(), orjson.dumps(table))
        for name, table in tables.items()
    )


def _labels(lang: str) -> bytes:
    from geo.places.basemap import labels_bytes

    return labels_bytes(lang)


def _areas(unit: str) -> bytes:
    """Code and outline of every region or province, for the coverage map."""
    try:
        rows = orjson.loads((DATA_DIR / f"{unit}s.geojson").read_bytes())["features"]
        shapes = [{"code": r["properties"]["code"], "geometry": r["geometry"]} for r in rows]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        shapes = []
    return orjson.dumps(shapes)


def _basemap(detail: str, outline: str) -> bytes:
    from geo.places.basemap import basemap_bytes

    return basemap_bytes(detail, outline)
