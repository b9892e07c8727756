"""The OpenAPI 3.0 document of the OGC API, made from the collections and the field table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.i18n.words import Words
from geo.model.records import LANGUAGES
from geo.model.view import FIELDS, MAX_TEXT
from geo.ogc.collections import COLLECTIONS, Collection
from geo.ogc.parameters import CRS84, DEFAULT_LIMIT, MAX_LIMIT, WRITERS
from geo.query.engine import Query

MEDIA = "application/vnd.oai.openapi+json;version=3.0"
GEOJSON = "application/geo+json"
CONFORMS = tuple(
    f"http://www.opengis.net/spec/{part}"
    for part in (
        "ogcapi-features-1/1.0/conf/core",
        "ogcapi-features-1/1.0/conf/oas30",
        "ogcapi-features-1/1.0/conf/html",
        "ogcapi-features-1/1.0/conf/geojson",
        "ogcapi-features-2/1.0/conf/crs",
    )
)
Part = dict[str, Any]


def parameters_of(collection: Collection, query: Query) -> dict[str, Part]:
    """The parameters that narrow a collection's items, by name."""
    found: dict[str, Part] = {
        "bbox": {
            "schema": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
            "explode": False,
            "style": "form",
            "description": "4 numbers, or 6 with heights, which are ignored; the west may be east "
            "of the east: the box then crosses the antimeridian",
        },
        "bbox-crs": {"schema": {"type": "string", "enum": list(WRITERS), "default": CRS84}},
        "datetime": {
            "schema": {"type": "string", "pattern": r"^[0-9Zz:.T+/-]+$"},
            "description": "a date, a date-time, or an interval such as 2020-01-01/..",
        },
        "limit": {
            "schema": {"type": "integer", "minimum": 1, "default": DEFAULT_LIMIT},
            "description": f"more than {MAX_LIMIT} is {MAX_LIMIT}",
        },
        "offset": {"schema": {"type": "integer", "minimum": 0, "default": 0}},
        "crs": {"schema": {"type": "string", "enum": list(WRITERS), "default": CRS84}},
    }
    for name in collection.filters:
        if name == "q":
            found[name] = {
                "schema": {"type": "string", "maxLength": MAX_TEXT},
                "description": "words of the record",
            }
        elif not FIELDS[name].many:
            found[name] = {
                "schema": {"type": "string", "enum": list(FIELDS[name].codes(query.catalogue))}
            }
        else:
            found[name] = {
                "schema": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "string", "enum": list(FIELDS[name].codes(query.catalogue))},
                },
                "explode": False,
                "style": "form",
                "description": "at least one of these",
            }
    return found


#: Parameters of every page, and those of one feature.
COMMON: Mapping[str, Part] = {
    "f": {
        "schema": {"type": "string", "enum": ["json", "html"]},
        "description": "instead of the Accept header",
    },
    "lang": {
        "schema": {"type": "string", "enum": list(LANGUAGES)},
        "description": "instead of Accept-Language",
    },
}
ONE: Mapping[str, Part] = {
    "crs": {"schema": {"type": "string", "enum": list(WRITERS), "default": CRS84}}
}


def document(query: Query, t: Words, base: str) -> Part:
    """The whole document."""
    paths: dict[str, Part] = {
        "/": _get("landing", t("ogc.title"), "Landing"),
        "/conformance": _get("conformance", t("ogc.conformance"), "Conformance"),
        "/api": _get("api", t("ogc.api"), "OpenApi", media=MEDIA),
        "/collections": _get("collections", t("ogc.collections"), "Collections"),
    }
    schemas = dict(_SCHEMAS)
    for name, collection in COLLECTIONS.items():
        title, own = t(f"ogc.{name}"), name.capitalize()
        schemas |= {own: _feature(collection), f"{own}Page": _page(own)}
        paths[f"/collections/{name}"] = _get(name, title, "Collection")
        paths[f"/collections/{name}/items"] = _get(
            f"{name}Items",
            title,
            f"{own}Page",
            media=GEOJSON,
            own=parameters_of(collection, query),
            crs=True,
        )
        one = _get(f"{name}Item", title, own, media=GEOJSON, own=ONE, missing=True, crs=True)
        one["get"]["parameters"].insert(
            0,
            {
                "name": "featureId",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "minLength": 1},
            },
        )
        paths[f"/collections/{name}/items/{{featureId}}"] = one
    return {
        "openapi": "3.0.3",
        "info": {"title": t("ogc.title"), "description": t("ogc.lead"), "version": "1"},
        "servers": [{"url": base}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _get(
    name: str,
    title: str,
    schema: str,
    *,
    media: str = "application/json",
    own: Mapping[str, Part] | None = None,
    missing: bool = False,
    crs: bool = False,
) -> Part:
    parameters = [
        {"name": key, "in": "query", "required": False, **part}
        for key, part in {**(own or {}), **COMMON}.items()
    ]
    good: Part = {
        "description": title,
        "content": {
            media: {"schema": {"$ref": f"#/components/schemas/{schema}"}},
            "text/html": {"schema": {"type": "string"}},
        },
    }
    if crs:
        good["headers"] = {"Content-Crs": {"schema": {"type": "string"}}}
    wrong = {
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Exception"}},
            "text/html": {"schema": {"type": "string"}},
        }
    }
    answers = {
        "200": good,
        "400": {"description": "a parameter is unknown or wrong", **wrong},
        "406": {"description": "no such form", **wrong},
    }
    if missing:
        answers["404"] = {"description": "no such record", **wrong}
    return {
        "get": {
            "operationId": name,
            "summary": title,
            "parameters": parameters,
            "responses": answers,
        }
    }


def _object(required: tuple[str, ...], **properties: Any) -> Part:
    return {"type": "object", "required": list(required), "properties": properties}


_LINKS: Part = {"type": "array", "items": {"$ref": "#/components/schemas/Link"}}
_TEXT: Part = {"type": "string"}
_SCHEMAS: Mapping[str, Part] = {
    "Link": _object(
        ("href", "rel"), href=_TEXT, rel=_TEXT, type=_TEXT, title=_TEXT, hreflang=_TEXT
    ),
    "Exception": _object(("code", "description"), code=_TEXT, description=_TEXT),
    "Landing": _object(("links", "title"), title=_TEXT, description=_TEXT, links=_LINKS),
    "Conformance": _object(("conformsTo",), conformsTo={"type": "array", "items": _TEXT}),
    "OpenApi": _object(("openapi", "info", "paths"), openapi=_TEXT),
    "Collections": _object(
        ("links", "collections"),
        links=_LINKS,
        collections={"type": "array", "items": {"$ref": "#/components/schemas/Collection"}},
    ),
    "Collection": _object(
        ("id", "links", "crs"),
        id=_TEXT,
        title=_TEXT,
        description=_TEXT,
        links=_LINKS,
        extent={"type": "object"},
        itemType=_TEXT,
        storageCrs=_TEXT,
        crs={"type": "array", "items": _TEXT},
    ),
    "Point": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
}


def _feature(collection: Collection) -> Part:
    point: Part = {"$ref": "#/components/schemas/Point"}
    kind, coordinates = (
        ("Point", point) if collection.point else ("MultiPoint", {"type": "array", "items": point})
    )
    return _object(
        ("type", "id", "geometry", "properties"),
        type={"type": "string", "enum": ["Feature"]},
        id=_TEXT,
        geometry={
            "nullable": True,
            **_object(
                ("type", "coordinates"),
                type={"type": "string", "enum": [kind]},
                coordinates=coordinates,
            ),
        },
        properties=_object(tuple(collection.properties), **collection.properties),
        links=_LINKS,
    )


def _page(own: str) -> Part:
    return _object(
        ("type", "features", "numberMatched", "numberReturned", "timeStamp", "links"),
        type={"type": "string", "enum": ["FeatureCollection"]},
        timeStamp=_TEXT,
        features={
            "type": "array",
            "maxItems": MAX_LIMIT,
            "items": {"$ref": f"#/components/schemas/{own}"},
        },
        numberMatched={"type": "integer"},
        numberReturned={"type": "integer"},
        links=_LINKS,
    )
