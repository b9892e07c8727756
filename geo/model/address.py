"""Encode a view state as a query string, and decode it: versioned, at most 2,000 characters.

Only what differs from the default is encoded, always in field order, so equal views have
equal addresses and ``data_query`` can key a cache.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote

from geo.core.errors import AddressTooLong, Notice
from geo.model.records import Catalogue
from geo.model.view import FIELDS, MAX_TEXT, SELECTABLE, FieldInfo, ViewState

VERSION = "1"
MAX_CHARS = 2_000
MAX_SHOWN = 40
MAX_FIELDS = 60
_SAFE = ",:@;"
_ID = re.compile(r"[\w.:-]{1,120}\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def encode(view: ViewState, *, only: str | None = None, leave: tuple[str, ...] = ()) -> str:
    """Encode a view as a query string, without ``?``.

    Parameters
    ----------
    only : write only the fields that affect this (``data``: what a server answer depends on).
    leave : field names to leave out.

    Raises
    ------
    AddressTooLong : more than 2,000 characters.
    """
    parts = []
    for info in FIELDS.values():
        value = getattr(view, info.name)
        if value == info.default or info.name in leave or (only and info.affects != only):
            continue
        parts.append(f"{info.name}={quote(_write(info, value), safe=_SAFE)}")
    if parts and only is None:
        parts.insert(0, f"v={VERSION}")
    text = "&".join(parts)
    if len(text) > MAX_CHARS:
        raise AddressTooLong("ui.address_too_long")
    return text


def data_query(view: ViewState) -> str:
    """Encode only what responses depend on: language and filters."""
    return encode(view, only="data")


def decode(query: str | Mapping[str, str], catalogue: Catalogue) -> tuple[ViewState, list[Notice]]:
    """Decode an address. Unknown values fall back to their defaults and are named in notices."""
    notices: list[Notice] = []
    if isinstance(query, str):
        if len(query) > 4 * MAX_CHARS:
            return ViewState(), [Notice("notice.address_too_long")]
        try:
            query = dict(parse_qsl(query, max_num_fields=MAX_FIELDS))
        except ValueError:
            return ViewState(), [Notice("notice.address_too_long")]
    if sum(len(k) + len(v) + 2 for k, v in query.items()) > MAX_CHARS:
        return ViewState(), [Notice("notice.address_too_long")]
    if query.get("v", VERSION) != VERSION:
        notices.append(Notice("notice.other_version", (("version", _shown(query["v"])),)))
    found: dict[str, Any] = {}
    for info in FIELDS.values():
        if info.name in query:
            value, bad = _read(info, query[info.name], catalogue)
            found[info.name] = value
            notices += [
                Notice("notice.unknown_value", (("field", info.name), ("value", _shown(b))))
                for b in bad
            ]
    return ViewState(**found), notices


def _write(info: FieldInfo, value: Any) -> str:
    if info.name == "at":
        lon, lat, zoom = value
        # Adding zero takes the sign off a zero.
        return f"{round(lon, 4) + 0.0:.4f},{round(lat, 4) + 0.0:.4f},{zoom:g}"
    if info.many:
        return ",".join(value) or "none"
    return str(value)


def _read(info: FieldInfo, text: str, catalogue: Catalogue) -> tuple[Any, list[str]]:
    """Value of one parameter and the pieces that were refused."""
    if info.name == "at":
        camera = _camera(text)
        return camera, [] if camera or not text else [text]
    if info.name == "q":
        clean = " ".join(_CONTROL.sub(" ", text).split())
        return clean[:MAX_TEXT].rstrip(), []  # a cut may leave a space at the end
    if info.name == "sel":
        kind, _, id_ = text.partition(":")
        known_kind = kind in SELECTABLE and _ID.match(id_)
        return (text, []) if known_kind or not text else ("", [text])
    if info.pattern:
        return _formed(info, text)
    known = info.codes(catalogue)
    if not info.many:
        return (text, []) if text in known else (info.default, [text] if text else [])
    if text == "none":
        return (), []
    pieces = list(dict.fromkeys(p for p in text.split(",") if p))
    good = tuple(p for p in pieces if p in known)
    bad = [p for p in pieces if p not in known]
    return (good if good or not bad else info.default), bad


def _formed(info: FieldInfo, text: str) -> tuple[Any, list[str]]:
    """A text, or pieces, that must match a pattern; what they name is looked up elsewhere."""
    form = re.compile(rf"(?:{info.pattern})\Z")
    if not info.many:
        return (text, []) if form.match(text) else (info.default, [text] if text else [])
    pieces = list(dict.fromkeys(p for p in text.split(",") if p and p != "none"))
    return tuple(p for p in pieces if form.match(p)), [p for p in pieces if not form.match(p)]


def _camera(text: str) -> tuple[float, float, float] | None:
    try:
        lon, lat, zoom = (float(p) for p in text.split(","))
    except ValueError:
        return None
    if not all(map(math.isfinite, (lon, lat, zoom))):
        return None
    if abs(lon) > 540 or abs(lat) > 85.06 or not 1 <= zoom <= 18:
        return None
    return (round(lon, 4), round(lat, 4), round(zoom, 2))


def _shown(text: str) -> str:
    text = " ".join(_CONTROL.sub(" ", text).split())
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
