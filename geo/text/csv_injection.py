"""Escape CSV cells so that no spreadsheet evaluates them as a formula.

A program that splits a line at another separator than ours (French Excel: the semicolon) sees
cells where we see text: what follows such a separator is escaped as the start is.
"""

from __future__ import annotations

import re

# Not seen: spaces of every kind, marks of direction and of width.
# Wide signs count as their ASCII twins.
_UNSEEN = r"[\s\x00-\x20\u00a0\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
_START = re.compile(rf"\A{_UNSEEN}[-=+@|%\uff1d\uff0b\uff0d\uff20]")
_INSIDE = re.compile(rf"([;\t\r\n]{_UNSEEN})(?=[-=+@\uff1d\uff0b\uff0d\uff20])")


def guarded(text: str) -> str:
    """Escape a text: an apostrophe before whatever would start a formula."""
    text = _INSIDE.sub(r"\1'", text)
    return f"'{text}" if _START.match(text) else text
