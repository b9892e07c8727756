"""SVG text elements: escaped, one line each, in the direction of the sheet."""

from __future__ import annotations

from xml.sax.saxutils import escape

from geo.model.palette import INK
from geo.render.mark_svg import n
from geo.render.scene import Scene
from geo.render.sheets import SheetBox
from geo.text.cleaning import PDI, RLI


def data(text: str) -> str:
    """Escape a text for XML, without the characters that XML cannot hold."""
    return escape(
        "".join(
            c
            for c in text
            if c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff"
        ),
        {'"': "&quot;"},
    )


class Pen:
    """Writes texts in the direction of the sheet."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.rtl = scene.rtl

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        weight: int = 400,
        color: str = INK,
        anchor: str = "start",
    ) -> str:
        """One line; ``start`` is where reading begins in the sheet's language."""
        if self.rtl:
            anchor = {"start": "end", "end": "start"}.get(anchor, anchor)
        return self.raw(x, y, text, size, weight=weight, color=color, anchor=anchor)

    def raw(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        weight: int = 400,
        color: str = INK,
        anchor: str = "start",
        more: str = "",
    ) -> str:
        """One line; ``start`` is the left."""
        if self.rtl:
            text = f"{RLI}{text}{PDI}"
        return (
            f'<text x="{n(x)}" y="{n(y)}" font-size="{size:g}" font-weight="{weight}" '
            f'fill="{color}" text-anchor="{anchor}"{more}>{data(text)}</text>'
        )

    def start(self, box: SheetBox, inset: float = 0) -> float:
        """The x where a line of a box begins."""
        return box.right - inset if self.rtl else box.x + inset

    def end(self, box: SheetBox, inset: float = 0) -> float:
        """The x where a line of a box ends."""
        return box.x + inset if self.rtl else box.right - inset
