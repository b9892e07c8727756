"""Scripts of the browser run by Node, where their logic needs no page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from geo.web.assets import FOLDER, assets


def node() -> str:
    """The command of Node, from the tools of the project or from the system."""
    tools = str(Path(sys.executable).parent)
    found = shutil.which("node", path=f"{tools}{os.pathsep}{os.environ['PATH']}")
    if not found:
        pytest.skip("Node 20 or newer is missing: make test-setup brings it.")
    return found


def core_modules(folder: Path) -> Path:
    """The modules of ``static/core`` as the browser gets them, with what Python makes of them."""
    shutil.copytree(FOLDER / "core", folder / "core")
    (folder / "core" / "fields.js").write_bytes(assets()["core/fields.js"].make())
    (folder / "package.json").write_text('{"type": "module"}')
    return folder / "core"


class Script:
    """A script that answers each line of JSON with one line of JSON."""

    def __init__(self, *arguments: str | Path) -> None:
        self._process = subprocess.Popen(
            [node(), *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, act: str, given: Any) -> Any:
        """The answer to one case; ASCII only, so that halves of a sign arrive as they are."""
        self._process.stdin.write(json.dumps({"act": act, "given": given}).encode() + b"\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.stdin.close()
        assert self._process.wait(timeout=20) == 0
