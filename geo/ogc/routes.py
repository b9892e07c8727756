"""OGC API - Features under ``/ogc``: landing page, conformance, OpenAPI, collections, items.

Open to every reader and every site, read-only, without personal data. ``f=`` or ``Accept``
chooses JSON or HTML, ``lang=`` or ``Accept-Language`` the language. A parameter that is not in
the OpenAPI document is refused. Answers are bounded (1,000 features) and carry an ETag.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import anyio.to_thread
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core import clock
from geo.core.errors import KharitaError, NotFound
from geo.i18n.words import words
from geo.model.records import LANGUAGES
from geo.model.view import FIELDS, MAX_TEXT, ViewState
from geo.ogc.collections import COLLECTIONS, Collection, extent, feature, found, one
from geo.ogc.openapi import COMMON, CONFORMS, GEOJSON, MEDIA, ONE, document, parameters_of
from geo.ogc.pages import page_of
from geo.ogc.parameters import (
    CRS84,
    DEFAULT_LIMIT,
    MAX_LIMIT,
    MAX_OFFSET,
    WRITERS,
    bad,
    box_of,
    crs_of,
    integer,
    picked,
    span_of,
)
from geo.query.current import current
from geo.query.engine import Query
from geo.web.errors import ShapedRoute
from geo.web.requests import base_of, matches_tag

ROOT = "/ogc"
JSON, HTML = "application/json", "text/html"
#: Exception codes of the standard, by HTTP status.
CODES = {
    400: "InvalidParameterValue",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    500: "NoApplicableCode",
}
#: On every answer, also on an exception: any site may read it, and its form depends on these.
HEADERS = {
    "vary": "accept, accept-language",
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
}


class _NotAcceptable(KharitaError):
    status = 406


class OgcRequest:
    """A parsed request: its parameters, its language and the format of the response."""

    def __init__(self, request: Request) -> None:
        self.params: dict[str, str] = {}
        for name, value in request.query_params.multi_items():
            if name in self.params:
                raise bad(name, value)
            self.params[name] = value
        self.path = request.path_params
        self.own = request.url.path.rstrip("/")
        self.base = base_of(request) + ROOT
        self.query: Query = current()
        self.html = _html(self.params, request)
        self.t = words(_lang(self.params, request))

    def only(self, known: Mapping[str, Any]) -> None:
        """Refuse parameters that are not documented."""
        for name in self.params:
            if name not in known and name not in COMMON:
                raise bad(name, self.params[name])

    def link(
        self, path: str, rel: str, *, media: str = JSON, title: str = "", **changes: str | int
    ) -> dict[str, str]:
        """A link to a path below ``/ogc``, in the language of the request."""
        lang = {"lang": self.params["lang"]} if "lang" in self.params else {}
        query = urlencode(lang | {k: str(v) for k, v in changes.items()})
        link = {
            "href": f"{self.base}{path}" + (f"?{query}" if query else ""),
            "rel": rel,
            "type": media,
        }
        return link | {"title": title, "hreflang": self.t.lang} if title else link

    def both(self, path: str, media: str = JSON, **changes: str | int) -> list[dict[str, str]]:
        """Links to the page itself and to it in the other format."""
        kinds = {"html": HTML, "json": media}
        return [
            self.link(
                path,
                "self" if self.html == (f == "html") else "alternate",
                media=kinds[f],
                title="HTML" if f == "html" else "JSON",
                **changes,
                f=f,
            )
            for f in ("json", "html")
        ]


Maker = Callable[[OgcRequest], tuple[str, dict[str, Any]]]


def routes() -> list[Route]:
    """Every route of this module; what is not one of them is not found."""
    paths: dict[str, Maker] = {
        "": _landing,
        "/": _landing,
        "/conformance": _conformance,
        "/api": _api,
        "/collections": _collections,
        "/collections/{collection}": _collection,
        "/collections/{collection}/items": _items,
        "/collections/{collection}/items/{id:path}": _item,
        "/{rest:path}": _nothing,
    }
    return [_route(ROOT + path, make) for path, make in paths.items()]


def _route(path: str, make: Maker) -> Route:
    async def endpoint(request: Request) -> Response:
        return await anyio.to_thread.run_sync(_answer, request, make)

    return ShapedRoute(path, endpoint, error_shape=_exception, methods=["GET"])


def _answer(request: Request, make: Maker) -> Response:
    parsed = OgcRequest(request)
    parts = (
        request.url.path,
        sorted(parsed.params.items()),
        parsed.html,
        parsed.t.lang,
        parsed.base,
        parsed.query.catalogue.version,
    )
    tag = hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:32]
    headers = {**HEADERS, "etag": f'W/"{tag}"', "cache-control": "public, no-cache"}
    media, content = make(parsed)
    if "crs" in content:
        crs = content.pop("crs") if media == GEOJSON else None
        headers |= {"content-crs": f"<{crs}>"} if crs else {}
    if matches_tag(request, tag):
        return Response(status_code=304, headers=headers)
    if parsed.html:
        return _html_page(parsed, content, headers)
    return Response(orjson.dumps(content), media_type=media, headers=headers)


def _html_page(
    request: OgcRequest, content: Mapping[str, Any], headers: Mapping[str, str]
) -> Response:
    return Response(
        page_of(content, request.t, request.base, request.own, request.params),
        media_type="text/html; charset=utf-8",
        headers={
            **headers,
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline' 'self';"
            " font-src 'self'",
        },
    )


def _exception(request: Request, error: KharitaError) -> Response:
    """The exception of the standard, as JSON whatever the requested format."""
    t = words(_lang(request.query_params, request, strict=False))
    content = {
        "code": CODES.get(error.status, CODES[400]),
        "description": t(error.key, **error.values),
    }
    return Response(
        orjson.dumps(content), error.status, {**HEADERS, "cache-control": "no-store"}, JSON
    )


def _lang(params: Mapping[str, str], request: Request, *, strict: bool = True) -> str:
    chosen = params.get("lang")
    if chosen in LANGUAGES:
        return str(chosen)
    if chosen is not None and strict:
        raise bad("lang", chosen)
    ranked = _ranked(request.headers.get("accept-language", ""))
    return next(
        (code for name in ranked for code in LANGUAGES if name.partition("-")[0] == code), "fr"
    )


def _html(params: Mapping[str, str], request: Request) -> bool:
    chosen = params.get("f")
    if chosen is not None:
        if chosen not in ("json", "html"):
            raise bad("f", chosen)
        return chosen == "html"
    for media in _ranked(request.headers.get("accept", "")) or ["*/*"]:
        if media in (HTML, "text/*", "application/xhtml+xml"):
            return True
        if (
            media in ("*/*", "application/*")
            or media.endswith("json")
            or media.startswith("application/vnd.oai.openapi")
        ):
            return False
    raise _NotAcceptable("ogc.not_acceptable")


def _ranked(header: str) -> list[str]:
    """The values of an Accept header, by weight; those of weight zero are left out."""
    found = []
    for place, part in enumerate(header[:1_000].split(",")):
        value, *options = (p.strip().lower() for p in part.split(";"))
        weight = next((p[2:] for p in options if p.startswith("q=")), "1")
        try:
            found.append((-float(weight), place, value))
        except ValueError:
            continue
    return [value for weight, _, value in sorted(found) if value and weight < 0]


# --- the pages ------------------------------------------------------------------------


def _landing(request: OgcRequest) -> tuple[str, dict[str, Any]]:
    request.only({})
    t = request.t
    return JSON, {
        "title": t("ogc.title"),
        "description": t("ogc.lead"),
        "links": [
            *request.both("/"),
            request.link("/api", "service-desc", media=MEDIA, title=t("ogc.api"), f="json"),
            request.link("/api", "service-doc", media=HTML, title=t("ogc.api"), f="html"),
            request.link("/conformance", "conformance", title=t("ogc.conformance")),
            request.link("/collections", "data", title=t("ogc.collections")),
        ],
    }


def _conformance(request: OgcRequest) -> tuple[str, dict[str, Any]]:
    request.only({})
    return JSON, {
        "title": request.t("ogc.conformance"),
        "conformsTo": list(CONFORMS),
        "links": request.both("/conformance"),
    }


def _api(request: OgcRequest) -> tuple[str, dict[str, Any]]:
    request.only({})
    return MEDIA, document(request.query, request.t, request.base)


def _collections(request: OgcRequest) -> tuple[str, dict[str, Any]]:
    request.only({})
    return JSON, {
        "title": request.t("ogc.collections"),
        "links": request.both("/collections"),
        "collections": [_collection_json(request, c) for c in COLLECTIONS.values()],
        "crs": list(WRITERS),
    }


def _collection(request: OgcRequest) -> tuple[str, dict[str, Any]]:
    collection = _named(request)
    request.only({})
    return JSON, _collection_json(request, collection)


def _collection_json(request: OgcRequest, collection: Collection) -> dict[str, Any]:
    path, title = f"/collections/{collection.id}", request.t(f"ogc.{collection.id}")
    return {
        "id": collection.id,
        "title": title,
        "description": request.t(f"ogc.{collection.id}_lead"),
        "itemType": "feature",
        "extent": extent(request.query, collection.id),
        "crs": list(WRITERS),
        "storageCrs": CRS84,
        "links": [
            *request.both(path),
            request.link(f"{path}/items", "items", media=GEOJSON, title=title, f="json"),
            request.link(f"{path}/items", "items", media=HTML, title=title, f="html"),
        ],
    }


def _items(request: OgcRequest) -> tuple[str, dict[str, Any]]:
    collection, params = _named(request), request.params
    request.only(parameters_of(collection, request.query))
    crs, box, span = crs_of(params, "crs"), box_of(params), span_of(params)
    limit = integer(params, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
    offset = integer(params, "offset", 0, 0, MAX_OFFSET)
    total, read = found(request.query, collection, _view(request, collection), box, span)
    features = [feature(request.query, record, crs) for record in read(offset, limit)]
    path = f"/collections/{collection.id}/items"
    kept = {k: v for k, v in params.items() if k not in ("f", "lang", "offset")}
    links = [
        *request.both(path, GEOJSON, **kept, **({"offset": offset} if offset else {})),
        request.link(f"/collections/{collection.id}", "collection"),
    ]
    form = {"media": HTML, "f": "html"} if request.html else {"media": GEOJSON, "f": "json"}
    if offset + len(features) < total and features:
        links.append(request.link(path, "next", **form, **kept, offset=offset + limit))
    if offset:
        links.append(
            request.link(path, "prev", **form, **kept, offset=max(0, min(offset, total) - limit))
        )
    return GEOJSON, {
        "type": "FeatureCollection",
        "features": features,
        "numberMatched": total,
        "numberReturned": len(features),
        "timeStamp": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "links": links,
        "crs": crs,
        **({"title": request.t(f"ogc.{collection.id}")} if request.html else {}),
    }


def _item(request: OgcRequest) -> tuple[str, dict[str, Any]]:
    collection, id_ = _named(request), request.path["id"]
    request.only(ONE)
    crs = crs_of(request.params, "crs")
    made = feature(request.query, one(request.query, collection, id_), crs)
    path = f"/collections/{collection.id}"
    changes = {"crs": crs} if "crs" in request.params else {}
    return GEOJSON, {
        **made,
        "crs": crs,
        "links": [
            *request.both(f"{path}/items/{quote(id_, safe='')}", GEOJSON, **changes),
            request.link(path, "collection"),
        ],
    }


def _nothing(_request: OgcRequest) -> tuple[str, dict[str, Any]]:
    raise NotFound("error.not_found")


def _named(request: OgcRequest) -> Collection:
    collection = COLLECTIONS.get(request.path["collection"])
    if collection is None:
        raise NotFound("error.not_found")
    return collection


def _view(request: OgcRequest, collection: Collection) -> ViewState:
    """The filters of the parameters: codes of the field table, all known."""
    chosen: dict[str, Any] = {}
    for name in collection.filters:
        if name == "q":
            chosen[name] = " ".join(request.params.get("q", "").split())
            if len(request.params.get("q", "")) > MAX_TEXT:
                raise bad("q", chosen[name])
        else:
            codes = picked(request.params, name, FIELDS[name].codes(request.query.catalogue))
            if len(codes) > 1 and not FIELDS[name].many:
                raise bad(name, request.params[name])
            chosen[name] = codes if FIELDS[name].many else "".join(codes)
    return ViewState(**chosen)
