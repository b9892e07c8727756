"""The scripts of the browser: short lines, imports that exist, rooms that point one way."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from geo.web.assets import FOLDER

ROOT = Path(__file__).parents[2]

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


def test_the_tools_are_pinned_and_come_from_wherever_npm_gets_them():
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    assert wanted and all(re.fullmatch(r"\d+\.\d+\.\d+", v) for v in wanted.values())
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
    assert [name for name, package in locked.items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in locked.items() if name)
