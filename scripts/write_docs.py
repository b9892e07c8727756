"""Write the parts of ``docs/`` and README that follow from the code: ``make docs``.

A part stands between ``<!-- NAME: generated -->`` and ``<!-- end -->``; the rest of a page is
written by hand. ``tests/project/test_docs.py`` fails when a part is stale.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from geo.core.settings import Settings, variable

ROOT = Path(__file__).resolve().parents[1]
_PART = re.compile(r"(<!-- ([\w-]+): generated -->\n).*?(<!-- end -->)", re.DOTALL)


def layers() -> list[list[str]]:
    """The rooms of each floor, from the import contract, the uppermost first."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    contract = next(c for c in tool["contracts"] if c["type"] == "layers")
    return [floor.split(" | ") for floor in contract["layers"]]


def first_line(package: Path) -> str:
    """The first line of a package's docstring."""
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8"))) or ""
    return text.partition("\n")[0]


def rooms_table() -> str:
    """One line per room, from its ``__init__``, in the order of the floors."""
    rows = [
        f"| `geo/{room}/` | {first_line(ROOT / 'geo' / room)} |"
        for floor in layers()
        for room in floor
    ]
    return "\n".join(["| room | what it holds |", "|---|---|", *rows, ""])


def rooms_picture() -> str:
    """The floors of the import contract as a Mermaid flowchart, the uppermost first."""
    lines = ["```mermaid", "flowchart TB"]
    names = []
    for number, floor in enumerate(layers()):
        names.append(f"f{number}")
        lines.append(f'  subgraph f{number}[" "]')
        lines += ["    direction LR", *(f"    {room}" for room in floor), "  end"]
    lines += [f"  {a} --> {b}" for a, b in zip(names, names[1:], strict=False)]
    return "\n".join([*lines, "```", ""])


def settings_table() -> str:
    """The environment variables of a deployment, one row per field of ``Settings``."""
    rows = [
        f"| `{variable(name)}` | {field.json_schema_extra['shown']} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| setting | default | what it does |", "|---|---|---|", *rows, ""])


PARTS: Mapping[str, Callable[[], str]] = {
    "rooms": rooms_table,
    "rooms-picture": rooms_picture,
    "settings": settings_table,
}


def written(page: str) -> str:
    """A page with every generated part as it should be."""
    return _PART.sub(lambda part: f"{part[1]}{PARTS[part[2]]()}{part[3]}", page)


def pages() -> list[Path]:
    """Every page that may hold a generated part."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def main() -> int:
    """Rewrite what is stale; say which pages changed."""
    for path in pages():
        old = path.read_text("utf-8")
        if (new := written(old)) != old:
            path.write_text(new, "utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
