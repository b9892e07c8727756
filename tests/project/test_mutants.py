"""What `make mutate` changes, what it leaves alone, and the list of what changes nothing."""

from __future__ import annotations

import tomllib

import pytest

from scripts.mutations import Mutation, files, mutations
from tests.conftest import ROOT


def found(tmp_path, code: str) -> list[Mutation]:
    path = tmp_path / "code.py"
    path.write_text(code, "utf-8")
    return mutations(tmp_path, path)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a = b + c", ["a = b - c"]),
        ("a = (b) // (c)", ["a = (b) * (c)"]),
        ("a -= b", ["a += b"]),
        ("a = b < c <= d", ["a = b <= c <= d", "a = b < c < d"]),
        ("a = b not in c", ["a = b in c"]),
        ("a = b is c", ["a = b is not c"]),
        ("a = b and c or d", ["a = b or c or d", "a = b and c and d"]),
        ("a = not b", ["a =   b"]),
        ("a = -b", ["a =  b"]),
        ("a = True", ["a = False"]),
        ("a = 'é' * 41", ["a = 'é' / 41", "a = 'é' * 42"]),
        ("if a:\n    b()", ["if (not (a)):\n    b()"]),
        ("a = [b for b in c if b.d]", ["a = [b for b in c if (not (b.d))]"]),
        ("def f():\n    return g(h)", ["def f():\n    return None"]),
    ],
)
def test_one_slip_of_the_hand_at_a_time(tmp_path, code, expected):
    changed = [m.applied(code.encode()).decode() for m in found(tmp_path, code)]
    assert changed == expected


@pytest.mark.parametrize(
    "code",
    [
        "def f(a: int | None) -> str | None: ...",
        "a: int | None",
        "@cache(maxsize=2)\ndef f(): ...",
        "assert a == 1",
        "log.warning('x', 1 + 2)",
        "f'{a + 1}'",
        "zip(a, b, strict=True)",
        "if TYPE_CHECKING:\n    a = 1",
        "if __name__ == '__main__':\n    f(1)",
        "def f():\n    return None",
        "a = 'text'",
    ],
)
def test_what_says_nothing_about_behaviour_is_left_alone(tmp_path, code):
    assert found(tmp_path, code) == []


def test_a_mutation_knows_its_place_and_its_statement(tmp_path):
    code = "def f():\n    return (\n        a\n        + b\n    )\n\n\nif a > 1:\n    c = 2\n"
    mutants = [(m.line, m.lines, m.change, m.code) for m in found(tmp_path, code)]
    assert mutants == [
        (3, (2, 5), "a + b -> None", "a"),
        (4, (2, 5), "+ -> -", "+ b"),
        (8, (8, 8), "> -> >=", "if a > 1:"),
        (8, (8, 8), "1 -> 2", "if a > 1:"),
        (9, (9, 9), "2 -> 3", "c = 2"),
    ]


def test_every_mutation_of_the_core_can_be_read_by_python():
    for path in files(ROOT, "geo/query"):
        source = path.read_bytes()
        for mutation in mutations(ROOT, path):
            compile(mutation.applied(source), mutation.file, "exec")


def test_what_is_listed_as_changing_nothing_is_there_and_has_its_reason():
    for entry in tomllib.loads((ROOT / "docs" / "mutants.toml").read_text("utf-8")).get(
        "mutant", []
    ):
        there = {(m.code, m.change) for m in mutations(ROOT, ROOT / entry["file"])}
        assert (entry["code"], entry["change"]) in there and len(entry["reason"]) > 20, entry
