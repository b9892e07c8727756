"""HTML pages of the OGC API: the content of the JSON as one plain page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from geo.i18n.words import Words
from geo.model.records import LANGUAGES
from geo.web.assets import asset_url
from geo.web.templates import render

_TEMPLATES = Path(__file__).parent / "templates"


_BLANK: Mapping[str, Any] = MappingProxyType(
    dict.fromkeys(
        (
            "id",
            "type",
            "title",
            "description",
            "links",
            "openapi",
            "conformsTo",
            "collections",
            "extent",
        )
    )
)


def page_of(
    content: Mapping[str, Any], t: Words, base: str, own: str, params: Mapping[str, str]
) -> str:
    """A page.

    Parameters
    ----------
    content : what the JSON holds.
    base, own, params : address of ``/ogc``, path and parameters of this page.
    """
    steps, path = [], base
    for step in own.split("/")[2:]:
        path += f"/{step}"
        steps.append((step, path))
    return render(
        _TEMPLATES,
        "ogc.html",
        content={**_BLANK, **content},
        t=t,
        base=base,
        steps=steps,
        text=_text,
        name=_name,
        fonts=asset_url("fonts.css"),
        queries={code: urlencode({**params, "f": "html", "lang": code}) for code in LANGUAGES},
        links={link["rel"]: link["href"] for link in content.get("links", ())},
        other=next(
            (link["href"] for link in content.get("links", ()) if link["rel"] == "alternate"), ""
        ),
    )


def _name(feature: Mapping[str, Any], t: Words) -> str:
    own = feature["properties"]
    named = own.get("name") or own.get("title") or feature["id"]
    return t.pick(named) if isinstance(named, Mapping) else str(named)


def _text(value: Any, t: Words) -> str:
    """A value as text: a dash when unknown, several listed, a name in the reader's language."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, bool):
        return t("support.answer.yes" if value else "support.answer.no")
    if isinstance(value, Mapping):
        return t.pick(value)
    return " · ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
