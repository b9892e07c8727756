"""Small mutations of a Python file: what could be wrong in it by one slip of the hand.

An operator, a comparison, a number, a boolean, a ``not``, a condition or a returned value changes;
the other characters of the file stay. Left out is what says nothing about behaviour: annotations,
decorators, assertions, log lines, ``strict=`` of ``zip``, and what runs for a type checker or as a
command only.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SWAPS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "|"),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
}
#: Their condition is negated, unless it is made of what changes by itself.
CONDITIONS = (ast.If, ast.While, ast.IfExp)
CHANGES_ITSELF = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant)
_COMMAND = re.compile(r"""(TYPE_CHECKING|typing\.TYPE_CHECKING|__name__ == ["']__main__["'])\Z""")


@dataclass(frozen=True)
class Mutation:
    """One change of a file.

    Attributes
    ----------
    file : from the root of the project.
    line : where the change begins; ``lines`` first and last line of its statement.
    start, end : the bytes that change; ``after`` takes their place.
    code : the line before, without its indentation.
    """

    file: str
    line: int
    lines: tuple[int, int]
    start: int
    end: int
    before: str
    after: str
    code: str

    @property
    def change(self) -> str:
        """The change in one line."""
        return f"{_short(self.before)} -> {_short(self.after)}"

    def applied(self, source: bytes) -> bytes:
        """The file with this change."""
        return source[: self.start] + self.after.encode() + source[self.end :]


def mutations(root: Path, path: Path) -> list[Mutation]:
    """Every mutation of a file, in the order of its lines."""
    source = path.read_bytes()
    finder = _Finder(path.relative_to(root).as_posix(), source)
    finder.visit(ast.parse(source))
    return sorted(finder.found, key=lambda m: (m.start, m.end, m.after))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}..."


class _Finder(ast.NodeVisitor):
    def __init__(self, file: str, source: bytes) -> None:
        self.found: list[Mutation] = []
        self._file, self._source = file, source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._lines = (0, 0)

    # --- where ------------------------------------------------------------------------

    def _span(self, node: ast.expr) -> tuple[int, int]:
        end_line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[end_line - 1] + end,
        )

    def _text(self, start: int, end: int) -> str:
        return self._source[start:end].decode()

    def _add(self, start: int, end: int, after: str) -> None:
        line = self._source.count(b"\n", 0, start) + 1
        code = self._text(self._starts[line - 1], self._starts[line]).strip()
        before = self._text(start, end)
        self.found.append(Mutation(self._file, line, self._lines, start, end, before, after, code))

    def _swap(self, left: ast.expr, right: ast.expr, operator: ast.AST) -> None:
        old, new = SWAPS.get(type(operator), ("", ""))
        start, end = self._span(left)[1], self._span(right)[0]
        words = r"\s+".join(map(re.escape, old.split()))
        match = re.search(rf"\b{words}\b" if old[:1].isalpha() else words, self._text(start, end))
        if old and match:
            self._add(start + match.start(), start + match.end(), new)

    def _negate(self, test: ast.expr) -> None:
        if not isinstance(test, CHANGES_ITSELF):
            start, end = self._span(test)
            self._add(start, end, f"(not ({self._text(start, end)}))")

    # --- what -------------------------------------------------------------------------

    def visit(self, node: ast.AST) -> None:
        """Look at a node, within its statement."""
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None) or getattr(node, "cases", None)
            last = _first_line(body[0]) - 1 if body else node.end_lineno or node.lineno
            self._lines = (node.lineno, max(node.lineno, last))
        if isinstance(node, CONDITIONS):
            self._negate(node.test)
        super().visit(node)

    def generic_visit(self, node: ast.AST) -> None:
        """Look at what a node is made of, but for its decorators."""
        lines = self._lines
        for name, value in ast.iter_fields(node):
            if name in ("decorator_list", "annotation", "returns"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    self.visit(child)
                    self._lines = lines

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """An operator."""
        self._swap(node.left, node.right, node.op)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """An operator of an assignment."""
        self._swap(node.target, node.value, node.op)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """Each ``and``, each ``or``."""
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._swap(left, right, node.op)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """Each comparison of a chain."""
        for left, operator, right in zip(
            [node.left, *node.comparators], node.ops, node.comparators, strict=False
        ):
            self._swap(left, right, operator)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """A ``not`` or a minus that is lost."""
        if isinstance(node.op, (ast.Not, ast.USub)):
            start = self._span(node)[0]
            self._add(start, start + (3 if isinstance(node.op, ast.Not) else 1), " ")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """A boolean turned round, a number one higher."""
        if isinstance(node.value, bool):
            self._add(*self._span(node), str(not node.value))
        elif isinstance(node.value, (int, float)):
            self._add(*self._span(node), repr(node.value + 1))

    def visit_Return(self, node: ast.Return) -> None:
        """A value that isn't returned."""
        if node.value is not None and not isinstance(node.value, ast.Constant):
            self._add(*self._span(node.value), "None")
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """A filter turned round."""
        for test in node.ifs:
            self._negate(test)
        self.generic_visit(node)

    # --- what says nothing about behaviour ---------------------------------------------

    def visit_If(self, node: ast.If) -> None:
        """Not what runs for a type checker, or as a command."""
        if _COMMAND.match(ast.unparse(node.test)):
            self.found = [m for m in self.found if m.lines != self._lines]
        else:
            self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        """Nothing: it narrows a type."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Nothing: Python 3.11 doesn't say where its parts stand."""

    def visit_keyword(self, node: ast.keyword) -> None:
        """Not ``strict=``."""
        if node.arg != "strict":
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Not a line of the log."""
        if not ast.unparse(node.func).startswith("log."):
            self.generic_visit(node)


def _first_line(node: ast.AST) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    line: int = getattr(node, "lineno", 0) or getattr(node, "pattern", node).lineno
    return min([line, *(d.lineno for d in decorators)])


def files(root: Path, target: str) -> Iterator[Path]:
    """The Python files of a folder, or the one that is named."""
    path = root / target
    yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]
