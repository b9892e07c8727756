"""SVG to PNG with resvg, with the fonts of ``fonts.py`` only."""

from __future__ import annotations

import resvg_py

from geo.render.fonts import FAMILY, font_paths


def png_of(svg: str, width: int, height: int, *, background: str = "#ffffff") -> bytes:
    """Draw an SVG as a PNG of so many pixels; an empty background is transparent.

    Raises
    ------
    ValueError : resvg refuses the SVG.
    """
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            width=width,
            height=height,
            skip_system_fonts=True,
            font_files=font_paths(),
            font_family=FAMILY,
            sans_serif_family=FAMILY,
            background=background or None,
        )
    )
