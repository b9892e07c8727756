"""Printed text documents (A4 PDF): headings and lines from plain data, set with typst.

Texts reach typst as JSON inside ``sys.inputs``: nothing of them is typst source. Links are
printed as their address: paper cannot be clicked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from geo.model.palette import BRAND, INK, SOFT
from geo.render.fonts import FAMILY, folder
from geo.text.cleaning import FSI, PDI, clean

MAX_BLOCKS, MAX_LINES = 60, 60

_PAGE = """#let doc = json(bytes(sys.inputs.doc))
#set document(title: doc.title, author: "Kharita", date: none)
#set page(paper: "a4", margin: (x: 20mm, top: 18mm, bottom: 20mm), numbering: none,
  footer: context [#set text(size: 7.5pt, fill: rgb("SOFT")); #grid(
    columns: (1fr, auto), text(doc.footer), counter(page).display())])
#set text(font: "FAMILY", size: 9.5pt, lang: doc.lang, fill: rgb("INK"))
#set par(leading: 0.62em)
#text(size: 19pt, weight: 600, doc.title)
#v(-4mm)
#text(fill: rgb("SOFT"), doc.subtitle)
#line(length: 100%, stroke: 0.6pt + rgb("BRAND"))
#for block in doc.blocks [
  #block_above(block)
]
"""
_BLOCKS = """#let block_above(b) = {
  block(above: 7mm, below: 3mm, sticky: true, grid(
    columns: (1fr, auto),
    text(size: 11.5pt, weight: 600, fill: rgb("BRAND"), b.heading),
    text(fill: rgb("SOFT"), b.aside)))
  for l in b.lines {
    block(above: if l.strong == "" { 1.8mm } else { 3.2mm }, below: 0mm, breakable: false, {
      if l.strong != "" { text(weight: 500, l.strong); if l.text != "" { linebreak() } }
      if l.text != "" { text(size: 8.5pt, fill: rgb("SOFT"), l.text) }
      if l.source != "" { linebreak(); text(size: 7pt, fill: rgb("#66736f"), l.source) }
    })
  }
}
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what matters, the rest in grey, its source in small."""

    strong: str
    text: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading with its lines."""

    heading: str
    lines: Sequence[Line]
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document in one language."""

    lang: str
    title: str
    subtitle: str
    footer: str
    blocks: Sequence[Block] = field(default=())


def document_pdf(document: Document) -> bytes:
    """The pages of a document.

    Raises
    ------
    typst.TypstError : typst refuses it, which no text can cause.
    """
    import typst  # only files need it

    content = asdict(document)
    content["blocks"] = [
        {
            **b,
            "lines": [
                {k: _isolated(v) if k == "strong" else _bidi_isolated(v) for k, v in line.items()}
                for line in b["lines"][:MAX_LINES]
            ],
            "heading": _bidi_isolated(b["heading"]),
            "aside": _bidi_isolated(b["aside"]),
        }
        for b in content["blocks"][:MAX_BLOCKS]
    ]
    content |= {k: _bidi_isolated(content[k]) for k in ("title", "subtitle", "footer")}
    source = _PAGE.replace("#for block in doc.blocks", _BLOCKS + "#for block in doc.blocks")
    for name, value in {"FAMILY": FAMILY, "INK": INK, "SOFT": SOFT, "BRAND": BRAND}.items():
        source = source.replace(f'"{name}"', f'"{value}"')
    fonts: list[Any] = [str(folder())]
    return bytes(
        typst.compile(
            source.encode(),
            format="pdf",
            font_paths=fonts,
            ignore_system_fonts=True,
            sys_inputs={"doc": json.dumps(content, ensure_ascii=False)},
        )
    )


def _bidi_isolated(text: str) -> str:
    """A text with each of its parts in its own reading order."""
    return " · ".join(
        f"{FSI}{part}{PDI}" if part else "" for part in clean(text, 1_000).split(" · ")
    )


def _isolated(text: str) -> str:
    """A name isolated as one part, whatever it holds."""
    shown = clean(text, 1_000)
    return f"{FSI}{shown}{PDI}" if shown else ""
