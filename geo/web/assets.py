"""Immutable assets: scripts, styles, words and base map, under content-addressed URLs.

Every file lives at ``/assets/{digest}/{path}`` where the digest covers all of them and the store's
records that the base map draws: the browser caches them for good, and relative imports between
scripts work.
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
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core import shipped
from geo.core.settings import BOUNDARIES
from geo.i18n.words import LOCALES_DIR, catalogue
from geo.model.records import LANGUAGES
from geo.places.basemap_data import BasemapData, basemap_data
from geo.query.current import current, held
from geo.web import shared_tables

FOLDER = Path(__file__).parent / "static"
BASEMAP_DETAILS = ("110m", "50m", "morocco")
#: Made from the tables of the model.
GENERATED = {
    "core/fields.js": shared_tables.fields_js,
    "core/palette.js": shared_tables.palette_js,
    "core/palette.css": shared_tables.palette_css,
    "map/palette.js": shared_tables.map_palette_js,
    "map/palette.css": shared_tables.map_palette_css,
}
#: What a page loads at once, in the order of the cascade: the style of all rooms, and what the
#: map's frame needs, for streamlit-folium fetches one file after the other.
BUNDLES = {
    "app.css": (
        "fonts.css",
        "core/palette.css",
        "core/parts.css",
        "explore/table.css",
        "explore/panel.css",
        "markets/markets.css",
        "share/share.css",
        "locate/locate.css",
        "watch/watch.css",
        "curate/curate.css",
        "shell/app.css",
    ),
    "map.js": (
        "leaflet/leaflet.js",
        "map/palette.js",
        "map/labels.js",
        "map/basemap.js",
        "map/marks.js",
        "map/controls.js",
        "map/live_layer.js",
        "map/evidence_layer.js",
    ),
    "map.css": (
        "fonts.css",
        "leaflet/leaflet.css",
        "map/palette.css",
        "map/live_layer.css",
        "map/evidence_layer.css",
    ),
    "locate.js": (
        "leaflet/leaflet.js",
        "map/palette.js",
        "map/labels.js",
        "map/basemap.js",
        "map/marks.js",
        "map/controls.js",
        "map/zone.js",
        "map/locate_layer.js",
        "map/live_layer.js",
    ),
    "point.js": ("leaflet/leaflet.js", "map/palette.js", "map/labels.js", "map/basemap.js"),
    "locate.css": (
        "fonts.css",
        "leaflet/leaflet.css",
        "map/palette.css",
        "map/live_layer.css",
        "map/locate_layer.css",
    ),
}
IMMUTABLE = "public, max-age=31536000, immutable"
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")


@dataclass(frozen=True, slots=True)
class Asset:
    """Content and media type of one asset; the content is computed at request.

    Attributes
    ----------
    make : from the project's files.
    draw : from the store's records, for the base map; ``make`` is not used then.
    """

    media_type: str
    make: Callable[[], bytes] = bytes
    draw: Callable[[BasemapData], bytes] | None = None


@cache
def assets() -> Mapping[str, Asset]:
    """Every served path; nothing else can be requested."""
    found: dict[str, Asset] = {}
    for folder, prefix in ((FOLDER, ""), (_leaflet_folder(), "leaflet/")):
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = prefix + path.relative_to(folder).as_posix()
            found[name] = Asset(_media_type(name), path.read_bytes)
    for name, make in GENERATED.items():
        found[name] = Asset(_media_type(name), make)
    for name, parts in BUNDLES.items():
        found[name] = Asset(_media_type(name), partial(_bundle, found, parts))
    for unit in ("region", "province"):
        found[f"areas/{unit}.json"] = _drawn(partial(_areas, unit=unit))
    for lang in LANGUAGES:
        found[f"words.{lang}.json"] = Asset("application/json", partial(_words, lang))
        found[f"basemap/labels.{lang}.json"] = _drawn(partial(_labels, lang=lang))
    for detail in BASEMAP_DETAILS:
        for outline in BOUNDARIES:
            found[f"basemap/{detail}.{outline}.json"] = _drawn(
                partial(_basemap, detail=detail, outline=outline)
            )
    return found


def _drawn(draw: Callable[[BasemapData], bytes]) -> Asset:
    return Asset("application/json", draw=draw)


def _bundle(found: Mapping[str, Asset], parts: Iterable[str]) -> bytes:
    return b"\n".join(found[part].make() for part in parts)


def digest(data: BasemapData | None) -> str:
    """Digest of every asset: the files, and the records that the base map draws, once read."""
    return _digest(data.digest if data else "")


@lru_cache(maxsize=16)
def _digest(reference: str) -> str:
    return hashlib.sha256((_files_digest() + reference).encode()).hexdigest()[:12]


@cache
def _files_digest() -> str:
    total = hashlib.sha256(b"".join(make() for make in GENERATED.values()))
    inputs = [
        *FOLDER.rglob("*"),
        *LOCALES_DIR.glob("*.po"),
        *shipped.basemap_sources(),
        *(Path(__file__).parents[1] / "places").glob("basemap*.py"),
    ]
    for path in sorted(p for p in inputs if p.is_file()):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def asset_url(path: str) -> str:
    """The URL of an asset.

    Raises
    ------
    KeyError : no such asset.
    StoreUnavailable : the store has never answered.
    """
    if path not in assets():
        raise KeyError(path)
    # Pages have just read the current data; to look for newer ones again would cost a millisecond.
    query = held() or current()
    return f"/assets/{digest(basemap_data(query.catalogue))}/{path}"


def routes() -> list[Route]:
    """The asset route."""
    return [Route("/assets/{digest}/{path:path}", _serve)]


async def _serve(request: Request) -> Response:
    asset = assets().get(request.path_params["path"])
    if asset is None:
        return Response("not found", status_code=404, media_type="text/plain")
    accepted = request.headers.get("accept-encoding", "")
    encoding = "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""
    path = request.path_params["path"]
    data: BasemapData | None
    if asset.draw:
        data, body = await run_in_threadpool(_drawn_now, path, encoding)
    else:
        loaded = held()
        data = basemap_data(loaded.catalogue) if loaded else None
        body = _encoded(path, encoding)
    fresh = request.path_params["digest"] == digest(data)
    headers = {"cache-control": IMMUTABLE if fresh else "no-store", "vary": "accept-encoding"}
    if encoding:
        headers["content-encoding"] = encoding
    return Response(body, media_type=asset.media_type, headers=headers)


def _drawn_now(path: str, encoding: str) -> tuple[BasemapData, bytes]:
    data = basemap_data(current().catalogue)
    return data, _encoded(path, encoding, data)


@lru_cache(maxsize=256)
def _encoded(path: str, encoding: str, data: BasemapData | None = None) -> bytes:
    asset = assets()[path]
    content = asset.draw(data) if asset.draw and data else asset.make()
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


def _labels(data: BasemapData, *, lang: str) -> bytes:
    from geo.places.basemap import labels_bytes

    return labels_bytes(data, lang)


def _areas(data: BasemapData, *, unit: str) -> bytes:
    """Code and outline of every region or province, for the coverage map."""
    areas = data.regions if unit == "region" else data.provinces
    return orjson.dumps([{"code": a.code, "geometry": a.geometry} for a in areas], default=dict)


def _basemap(data: BasemapData, *, detail: str, outline: str) -> bytes:
    from geo.places.basemap import basemap_bytes

    return basemap_bytes(data, detail, outline)
