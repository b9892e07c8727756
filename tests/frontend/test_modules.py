"""The scripts of the browser: short lines, imports that exist, rooms that point one way."""

from __future__ import annotations

import pytest

from geo.web.assets import FOLDER

#: `unicode-range` is data.
DATA_LINES = "U+0000-00FF"


@pytest.mark.parametrize(
    "path",
    [p for ext in ("js", "css") for p in sorted(FOLDER.rglob(f"*.{ext}"))],
    ids=lambda p: p.relative_to(FOLDER).as_posix(),
)
def test_no_line_is_wider_than_a_screen(path):
    lines = path.read_text("utf-8").splitlines()
    assert lines
    wide = {n: len(s) for n, s in enumerate(lines, 1) if len(s) > 100 and DATA_LINES not in s}
    assert wide == {}
