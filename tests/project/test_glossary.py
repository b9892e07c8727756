"""Retired words of ``docs/glossary.md`` stand nowhere as whole identifiers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("geo", "pages", "benchmarks", "scripts", "tests")
PYTHON = [ROOT / "app.py", *(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py"))]
SCRIPTS = [p for folder in ("geo", "tests") for p in (ROOT / folder).rglob("*.js")]
#: Keys of JSON that browsers read and that stay: they are read as ``x.said``.
JSON_KEYS = ("said",)
#: Comments and plain strings; in a template only what stands outside of ``${…}``.
_TEXT = re.compile(
    r"//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`", re.DOTALL
)
_HOLES = re.compile(r"\$\{([^}]*)\}")


def retired() -> frozenset[str]:
    page = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    part = page.partition("## Retired")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+?) \|", part, re.MULTILINE)
    return frozenset(word for row in rows for word in re.findall(r"`(\w+)`", row))


def python_identifiers(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.keyword(arg=str(name)):
                yield node.value.lineno, name
            case ast.alias(name=name, asname=asname):
                yield node.lineno, asname or name.rpartition(".")[2]


def script_identifiers(text: str) -> Iterator[tuple[int, str]]:
    def code(match: re.Match[str]) -> str:
        lines = "\n" * match[0].count("\n")
        return " ".join(_HOLES.findall(match[0])) + lines if match[0][0] == "`" else lines

    code_only = _TEXT.sub(code, text)
    for match in re.finditer(r"(\.?)\b([A-Za-z_$][\w$]*)", code_only):
        if not (match[1] and match[2] in JSON_KEYS):
            yield code_only.count("\n", 0, match.start()) + 1, match[2]


def found(paths: list[Path], identifiers: object) -> list[str]:
    words = retired()
    return [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in paths
        for line, name in identifiers(path.read_text("utf-8"))
        if name in words
    ]


def test_the_page_lists_the_retired_words():
    assert {"told", "said", "asked", "StoreDown", "terminal"} <= retired() and len(retired()) == 19


def test_no_python_identifier_is_a_retired_word():
    assert found(PYTHON, python_identifiers) == []


def test_no_script_identifier_is_a_retired_word():
    assert found(SCRIPTS, script_identifiers) == []


@pytest.mark.parametrize(
    "text",
    [
        "told = 1",
        "def told(): ...",
        "class told: ...",
        "def f(told): ...",
        "f(told=1)",
        "a.told",
        "import a as told",
        "from told import a as b, told",
        "f'{told}'",
        "async def told(): ...",
    ],
)
def test_every_kind_of_python_identifier_is_seen(text):
    assert "told" in {name for _, name in python_identifiers(text)}


@pytest.mark.parametrize(
    "text",
    [
        "const told = 1;",
        "f({ told })",
        "a.told()",
        "`${told} ${a}`",
        "/* x */ told /* y */",
    ],
)
def test_identifiers_of_scripts_are_seen_and_text_is_not(text):
    assert "told" in {name for _, name in script_identifiers(text)}
    silent = "// told\n'told' + \"told\" + `told ${a.said}` /* told */"
    assert {name for _, name in script_identifiers(silent)} == {"a"}
