"""What the commands of ``geo.cli.commands`` share: language, progress, reading and writing files, refusals."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import typer

from geo.i18n.words import words
from geo.model.records import LANGUAGES

ACCEPT, WARN, REJECT, FAILED = 0, 1, 2, 3


def language() -> str:
    asked = os.environ.get("KHARITA_LANG") or os.environ.get("LANG", "")
    return asked[:2] if asked[:2] in LANGUAGES else "fr"


t = words(language())


class Bar:
    """Progress on one line of stderr, when somebody is looking."""

    def __init__(self, silent: bool) -> None:
        self._on = not silent and sys.stderr.isatty()
        self._said = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        if not self._on:
            return
        part = done / total if total else 0.0
        key = f"cli.stage.{stage}"
        said = f"\r{t(key) if t.has(key) else stage} [{'#' * round(30 * part):<30}] {part:>4.0%}"
        if said != self._said:
            self._said = said
            sys.stderr.write(said)
            sys.stderr.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._said:
            sys.stderr.write("\r" + " " * len(self._said) + "\r")


class _Nothing:
    """What a store that takes no changes holds, for a dry run."""

    def held(self, collection: str) -> dict[str, Any]:
        return {}


def store_of(*, writing: bool) -> tuple[Any, Any]:
    """The ledger and its catalogue."""
    from geo.core.errors import StoreUnavailable
    from geo.core.settings import store_address, var_dir
    from geo.query.current import ledger, open_store

    try:
        found = ledger()
        return found, found.load()
    except StoreUnavailable:
        if writing:
            raise
        return _Nothing(), open_store(store_address(), var_dir()).load()


def view_of(text: str) -> tuple[Any, Any]:
    """The engine, and the view of an address's query."""
    from geo.model.address import decode
    from geo.query.current import current

    query = current()
    state, notices = decode(text.rpartition("?")[2] or f"lang={t.lang}", query.catalogue)
    for notice in notices:
        typer.echo(t(notice.key, **dict(notice.values)), err=True)
    return query, state


def geocoder_of(catalogue: Any) -> Any:
    """The online services that are configured; None without any."""
    from geo.core.settings import geocoders
    from geo.places.geocoding import Geocoder, services_of
    from geo.places.provinces import Areas

    services, contact = geocoders()
    if not services:
        typer.echo(t("cli.no_geocoder"), err=True)
        return None
    areas = Areas(catalogue)
    return Geocoder(services_of(services), contact, lambda at: areas.province_at(at) is not None)


def bytes_of(path: Path) -> bytes:
    from geo.curate.imports.source_table import MAX_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        refuse(t("cli.unreadable", name=path.name, value=error.strerror or ""))


def write_out(path: Path, content: bytes) -> None:
    from geo.core.durable_files import atomic_write

    try:
        atomic_write(path.absolute(), content)
    except OSError as error:
        typer.echo(t("cli.unwritable", name=path.name, value=error.strerror or ""), err=True)
        raise typer.Exit(FAILED) from error


def pair_of(text: str, mark: str) -> tuple[str, str]:
    head, found, tail = text.rpartition(mark)
    if not found:
        refuse(t("cli.pair", value=text))
    return head, tail


def values_of(asked: list[str] | tuple[str, ...]) -> dict[str, dict[str, str]]:
    """``field:text=code`` as the options hold it."""
    found: dict[str, dict[str, str]] = {}
    for item in asked:
        told_, code = pair_of(item, "=")
        name, _, raw = told_.partition(":")
        found.setdefault(name, {})[raw] = code
    return found


def refuse(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(REJECT)


def me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "kharita"


def answer_with(answer: dict[str, Any], as_json: bool, plain: Callable[[], None]) -> None:
    if as_json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=True) + "\n")
    else:
        plain()


def lines_of(plan: Any, answer: dict[str, Any]) -> None:
    """A plan for a reader."""
    from geo.curate.imports.importer import ordered

    typer.echo(f"{plan.table.name}: {t(f'cli.outcome.{plan.outcome}')}")
    for name, count in plan.counts.items():
        if count:
            typer.echo(f"  {t(f'cli.count.{name}')}: {t.number(count)}")
    for problem in ordered(plan.problems):
        where = f" [{problem.where}]" if problem.where else ""
        typer.echo(
            f"  {t(f'cli.level.{problem.level}')} {problem.code}{where} {clean(problem.message(t))}"
        )
    if answer.get("stored"):
        typer.echo(t("cli.stored", n=str(answer["stored"])))


def clean(text: str) -> str:
    """Nothing that would move the cursor of a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
