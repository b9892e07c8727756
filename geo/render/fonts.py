"""Text measuring and line breaking with HarfBuzz, in the one typeface of rendered files.

IBM Plex Sans Arabic (its Latin too) as PyPI ships it; system fonts are never used. Widths are in
the unit of the font size.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

import uharfbuzz as hb

FAMILY = "IBM Plex Sans Arabic"
WEIGHTS = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold"}
_ARABIC = re.compile(r"([\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufefc]+)")
_ISOLATES = re.compile(r"[\u2066-\u2069]")


def folder() -> Path:
    """The folder that holds the font files."""
    return Path(str(files("fontpkg_ibm_plex_sans_arabic"))) / "files"


@cache
def font_path(weight: int) -> str:
    """The file of one weight."""
    return str(folder() / f"IBMPlexSansArabic-{WEIGHTS[weight]}.ttf")


def font_paths() -> list[str]:
    """The files of every weight a snapshot uses."""
    return [font_path(w) for w in WEIGHTS]


@cache
def _face(weight: int) -> hb.Font:
    return hb.Font(hb.Face(hb.Blob.from_file_path(font_path(weight))))


@lru_cache(maxsize=20_000)
def _ems(text: str, weight: int) -> float:
    font, total = _face(weight), 0
    for run in _ARABIC.split(_ISOLATES.sub("", text)):
        if run:
            buffer = hb.Buffer()
            buffer.add_str(run)
            buffer.guess_segment_properties()
            hb.shape(font, buffer)
            total += sum(p.x_advance for p in buffer.glyph_positions)
    result: float = total / font.face.upem
    return result


def width_of(text: str, size: float, weight: int = 400) -> float:
    """How wide a text stands."""
    return _ems(text, weight) * size


def fit(text: str, room: float, size: float, weight: int = 400) -> str:
    """The text, cut with an ellipsis where it would pass ``room``."""
    if width_of(text, size, weight) <= room:
        return text
    bare = _ISOLATES.sub("", text)
    low, high = 0, len(bare)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(bare[:middle].rstrip() + "\u2026", size, weight) <= room:
            low = middle
        else:
            high = middle - 1
    return bare[:low].rstrip() + "\u2026"


def wrap(text: str, room: float, size: float, weight: int = 400, lines: int = 99) -> list[str]:
    """Break a text into at most so many lines; what is left over ends in an ellipsis."""
    done: list[str] = []
    words = text.split(" ")
    while words:
        if len(done) == lines - 1:
            return [*done, fit(" ".join(words), room, size, weight)]
        take = 1
        while take < len(words) and width_of(" ".join(words[: take + 1]), size, weight) <= room:
            take += 1
        line = " ".join(words[:take])
        if take == 1 and width_of(line, size, weight) > room:
            cut = max(1, len(fit(line, room, size, weight)) - 1)
            joint = max(line.rfind(c, cut // 2, cut) for c in "&/?,;") + 1
            cut = joint or cut
            line, words = words[0][:cut], [words[0][cut:], *words[1:]]
        else:
            words = words[take:]
        done.append(line)
    return done or [""]
