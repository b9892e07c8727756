"""Sanitise text for display: one line, no control or direction marks, bidi isolation."""

from __future__ import annotations

import re

#: Marks that make a run right-to-left, isolate it, and end it (UAX 9).
RLI, FSI, PDI = "\u2067", "\u2068", "\u2069"


_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069"
    r"\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)


def clean(text: str, limit: int = 0) -> str:
    """Sanitise a text: one line, no control or direction marks, at most ``limit`` characters."""
    text = " ".join(_CONTROL.sub(" ", text).split())
    return text if not limit or len(text) <= limit else text[: limit - 1].rstrip() + "\u2026"


def isolate(text: str) -> str:
    """Wrap a text in bidi isolates: it keeps its direction inside a sentence of the other."""
    return f"{FSI}{text}{PDI}"
