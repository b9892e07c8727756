"""SVG to PDF with typst: vector paths, real text, the used letters of the fonts embedded.

Texts reach typst inside the SVG bytes of ``sys.inputs``: nothing of them is typst source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import typst

from geo.render.fonts import folder

#: A direction mark and a space share one empty glyph, and a PDF remembers the character that
#: comes first: an unseen space before all else keeps copied Arabic text free of marks.
_SPACES = "".join(
    f'<text x="2" y="2" font-size="1" font-weight="{w}" fill="#ffffff">. .</text>'
    for w in (400, 500, 600)
)

_PAGE = """#set document(title: sys.inputs.title, author: "Kharita", date: none)
#set text(lang: sys.inputs.lang)
#set page(width: {w}mm, height: {h}mm, margin: 0mm)
#for i in range({n}) {{
  if i > 0 {{ pagebreak() }}
  image(bytes(sys.inputs.at("page" + str(i))), format: "svg", width: {w}mm, height: {h}mm,
    alt: sys.inputs.title)
}}
"""


def pdf_of(svgs: Sequence[str], mm_w: float, mm_h: float, *, title: str, lang: str) -> bytes:
    """One page per SVG, each filling a page of so many millimetres.

    Raises
    ------
    typst.TypstError : an SVG that typst refuses.
    """
    inputs: Mapping[str, str] = {
        "title": title,
        "lang": lang,
        **{f"page{i}": _prepared(svg) for i, svg in enumerate(svgs)},
    }
    fonts: list[Any] = [str(folder())]
    return bytes(
        typst.compile(
            _PAGE.format(w=f"{mm_w:g}", h=f"{mm_h:g}", n=len(svgs)).encode(),
            format="pdf",
            font_paths=fonts,
            ignore_system_fonts=True,
            sys_inputs=dict(inputs),
        )
    )


def _prepared(svg: str) -> str:
    head, end, rest = svg.partition("</desc>")
    return f"{head}{end}{_SPACES}{rest}" if "\u2067" in rest else svg
