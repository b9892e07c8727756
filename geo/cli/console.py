"""Console output and input of the commands: language, progress, files, results, errors."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import typer

from geo.core.settings import settings
from geo.i18n.words import known_language, words

ACCEPT, WARN, REJECT, FAILED = 0, 1, 2, 3


def language() -> str:
    """The language of the console: ``KHARITA_LANG``, else ``LANG``, else French."""
    configured = settings().lang or os.environ.get("LANG", "")
    return known_language(configured[:2])


t = words(language())


class ProgressBar:
    """Progress on one line of stderr, when it is a terminal."""

    def __init__(self, silent: bool) -> None:
        self._on = not silent and sys.stderr.isatty()
        self._line = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Redraw the line when it changed."""
        if not self._on:
            return
        part = done / total if total else 0.0
        key = f"cli.stage.{stage}"
        line = f"\r{t(key) if t.has(key) else stage} [{'#' * round(30 * part):<30}] {part:>4.0%}"
        if line != self._line:
            self._line = line
            sys.stderr.write(line)
            sys.stderr.flush()

    def end(self) -> None:
        """Clear the line."""
        if self._line:
            sys.stderr.write("\r" + " " * len(self._line) + "\r")


class _EmptyLedger:
    """An empty ledger: the dry run over a store that takes no changes."""

    def held(self, _collection: str) -> dict[str, Any]:
        """No records."""
        return {}


def store_of(*, writing: bool) -> tuple[Any, Any]:
    """The store and its catalogue; without write access, an empty ledger instead of the store."""
    from geo.core.errors import StoreUnavailable
    from geo.query.current import ledger, open_store

    try:
        found = ledger()
        return found, found.load()
    except StoreUnavailable:
        if writing:
            raise
        return _EmptyLedger(), open_store(settings().store, settings().var).load()


def view_of(text: str) -> tuple[Any, Any]:
    """The query engine, and the view of an address's query string."""
    from geo.model.address import decode
    from geo.query.current import current

    query = current()
    state, notices = decode(text.rpartition("?")[2] or f"lang={t.lang}", query.catalogue)
    for notice in notices:
        typer.echo(t(notice.key, **dict(notice.values)), err=True)
    return query, state


def geocoder_of(catalogue: Any) -> Any:
    """The online services that are configured; None without any."""
    from geo.places.geocoding import Geocoder, Service
    from geo.places.provinces import Areas

    services = tuple(Service(*pair) for pair in settings().usable_geocoders)
    if not services:
        typer.echo(t("cli.no_geocoder"), err=True)
        return None
    areas = Areas(catalogue)
    return Geocoder(services, settings().contact, lambda at: areas.province_at(at) is not None)


def read_bytes(path: Path) -> bytes:
    """Read a file, at most one byte more than an import takes."""
    from geo.curate.imports.source_table import MAX_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        refuse(t("cli.unreadable", name=path.name, value=error.strerror or ""))


def write_output(path: Path, content: bytes) -> None:
    """Write a file atomically; exit with an error when that fails."""
    from geo.core.durable_files import atomic_write

    try:
        atomic_write(path.absolute(), content)
    except OSError as error:
        typer.echo(t("cli.unwritable", name=path.name, value=error.strerror or ""), err=True)
        raise typer.Exit(FAILED) from error


def pair_of(text: str, mark: str) -> tuple[str, str]:
    """Split ``text`` at the last ``mark``."""
    head, found, tail = text.rpartition(mark)
    if not found:
        refuse(t("cli.pair", value=text))
    return head, tail


def values_of(pairs: list[str] | tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Parse ``field:text=code`` pairs into the form of the options."""
    found: dict[str, dict[str, str]] = {}
    for item in pairs:
        field, code = pair_of(item, "=")
        name, _, raw = field.partition(":")
        found.setdefault(name, {})[raw] = code
    return found


def refuse(text: str) -> NoReturn:
    """Print an error and exit as refused."""
    typer.echo(text, err=True)
    raise typer.Exit(REJECT)


def current_user() -> str:
    """The login name, for the author of a change."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "kharita"


def print_result(answer: dict[str, Any], as_json: bool, plain: Callable[[], None]) -> None:
    """Print one JSON object, or call ``plain``."""
    if as_json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=True) + "\n")
    else:
        plain()


def print_plan(plan: Any, answer: dict[str, Any]) -> None:
    """Print a plan for a reader."""
    from geo.curate.imports.importer import ordered

    typer.echo(f"{plan.table.name}: {t(f'cli.outcome.{plan.outcome}')}")
    for name, count in plan.counts.items():
        if count:
            typer.echo(f"  {t(f'cli.count.{name}')}: {t.number(count)}")
    for problem in ordered(plan.problems):
        where = f" [{problem.where}]" if problem.where else ""
        level = t(f"cli.level.{problem.level}")
        typer.echo(f"  {level} {problem.code}{where} {printable(problem.message(t))}")
    if answer.get("stored"):
        typer.echo(t("cli.stored", n=str(answer["stored"])))


def printable(text: str) -> str:
    """Replace what would move the cursor of a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
