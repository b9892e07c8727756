"""What the pages of ``docs/`` say of the code is so."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from scripts.write_docs import PARTS, layers, pages, rooms_table, written
from tests.conftest import ROOT

#: Commands of before, kept for one round: module -> the command of ``kharita`` it stands for.
STAND_INS = {"geo.trade": "trade", "geo.store.checks": "check", "geo.watch": "digest"}
_PATH = re.compile(r"`([\w.-]+(?:/[\w{}.,-]+)*/?)`")
_GUIDES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "docs" / "architecture.md"]


@pytest.mark.parametrize("page", pages(), ids=lambda p: p.name)
def test_every_generated_part_is_fresh(page):
    text = page.read_text("utf-8")
    assert written(text) == text, "run `make docs`"


def test_every_part_stands_on_a_page():
    every = "".join(p.read_text("utf-8") for p in pages())
    assert {name for name in PARTS if f"<!-- {name}: generated -->" not in every} == set()


def test_every_room_has_its_line_and_its_floor():
    rooms = {p.parent.name for p in (ROOT / "geo").glob("*/__init__.py")}
    assert {room for floor in layers() for room in floor} == rooms
    lines = re.findall(r"^\| `geo/(\w+)/` \| (.+) \|$", rooms_table(), re.MULTILINE)
    assert {room for room, _ in lines} == rooms and all(len(text) > 20 for _, text in lines)


def test_no_module_is_loose_and_every_package_says_what_it_holds():
    loose = {p.stem for p in (ROOT / "geo").glob("*.py")} - {"__init__"}
    assert loose == {name.removeprefix("geo.") for name in STAND_INS if name.count(".") == 1} - {
        "watch"
    }
    folders = {p.parent for p in (ROOT / "geo").rglob("*.py")}
    assert {str(f) for f in folders if not (f / "__init__.py").exists()} <= {
        str(ROOT / "geo" / "store" / "migrations" / "versions")
    }


def expanded(path: str) -> list[str]:
    """A path with ``{a,b}`` as the paths it stands for."""
    match = re.search(r"\{([^}]*)\}", path)
    if not match:
        return [path]
    ends = match[1].split(",")
    if len(ends) == 1:  # a placeholder such as {room}
        return []
    return [path[: match.start()] + end + path[match.end() :] for end in ends]


@pytest.mark.parametrize("page", _GUIDES, ids=lambda p: p.name)
def test_every_file_that_a_guide_names_is_there(page):
    """A path with a folder is relative to the root or ``geo``; a bare file is anywhere."""
    names = {
        name
        for found in _PATH.findall(page.read_text("utf-8"))
        for name in expanded(found)
        if "/" in name.strip("/") or re.search(r"\.(py|js|css|toml|md|po)$", name)
    }
    assert len(names) > 5
    roots = (ROOT, ROOT / "geo", ROOT / "geo" / "web", ROOT / "geo" / "web" / "static")
    files = {p.name for p in (ROOT / "geo").rglob("*")} | {p.name for p in ROOT.iterdir()}
    missing = {
        name
        for name in names
        if not any((root / name).exists() for root in roots) and name not in files
    }
    assert missing == set()


@pytest.mark.slow
@pytest.mark.parametrize(("module", "command"), STAND_INS.items())
def test_a_command_of_before_still_is_the_command_it_stands_for(module, command):
    def help_of(*words: str) -> str:
        """What the command explains, without its own name."""
        done = subprocess.run(
            [sys.executable, "-m", *words, "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return " ".join(done.stdout.split()).partition("[OPTIONS]")[2]

    assert help_of(module) == help_of("geo.cli", command) != ""
