"""The scripts of the browser: short lines, imports that exist, rooms that point one way."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from functools import partial
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from geo.web.assets import BUNDLES, FOLDER, assets

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


#: Modules; the classic scripts of the map's own page import nothing.
MODULES = {
    name: asset.make().decode()
    for name, asset in assets().items()
    if name.endswith(".js") and name.split("/")[0] not in ("leaflet", *BUNDLES)
}
IMPORTS = re.compile(r'^import (?:(\w+), )?(?:\{([^}]*)\}|(\w+)) from "([^"]+)";', re.M)
LAZY = re.compile(r'\bimport\("([^"]+)"\)')
EXPORTS = re.compile(r"^export (?:async )?(?:function|const|let|class) (\w+)", re.M)


#: Exported for tests/browser/test_security.py.
TESTED = ("markets/shortlist.js", "guarded")


def reached(name: str, path: str) -> str:
    """The module that a relative path leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def imports(name: str) -> Iterator[tuple[str, list[str]]]:
    """Each module that a module imports, with the names it wants of it."""
    for also, names, everything, path in IMPORTS.findall(MODULES[name]):
        wanted = [n.split(" as ")[0].strip() for n in names.split(",") if n.strip()]
        yield reached(name, path), wanted + ["default"] * bool(also or everything)
    for path in LAZY.findall(MODULES[name]):
        yield reached(name, path), []


def exports(name: str) -> set[str]:
    names = set(EXPORTS.findall(MODULES[name]))
    return names | ({"default"} if "export default" in MODULES[name] else set())


def test_every_import_finds_its_module_and_its_names():
    lines = sum(len(re.findall(r"^import\b", text, re.M)) for text in MODULES.values())
    found = [(name, to, wanted) for name in MODULES for to, wanted in imports(name)]
    assert len(found) >= lines > 100
    assert [
        (name, to, missing)
        for name, to, wanted in found
        if (missing := set(wanted) - exports(to) if to in MODULES else {to})
    ] == []


def test_a_room_imports_only_what_all_share():
    """``core`` stands on itself, ``map`` on ``core``, a page's room on both; the shell on all."""
    crossing = set()
    for name in MODULES:
        room = name.split("/")[0]
        allowed = {"core": {"core"}, "map": {"core", "map"}}.get(room, {room, "core", "map"})
        for to, _ in imports(name):
            if room != "shell" and to.split("/")[0] not in allowed:
                crossing.add((name, to))
    assert crossing == set()


def test_what_a_module_exports_is_imported():
    wanted = {(to, n) for name in MODULES for to, names in imports(name) for n in names}
    lazy = {
        to for name in MODULES for to in map(partial(reached, name), LAZY.findall(MODULES[name]))
    }
    idle = {
        (name, export)
        for name in MODULES
        for export in exports(name) - {"default"}
        if (name, export) not in wanted | {TESTED} and not (name in lazy and export == "draw")
    }
    assert idle == set()


def test_no_module_waits_for_itself():
    graph = {name: {to for to, _ in imports(name)} for name in MODULES}
    assert list(TopologicalSorter(graph).static_order())
