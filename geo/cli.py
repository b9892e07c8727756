"""``kharita``: what the pages do, from a terminal; the same code, for scripts and nightly runs.

Exit codes  0 done (a file accepted); 1 done with remarks (a file with warnings or refused rows, a check
            that found something); 2 refused (a file that cannot be used, a wrong option); 3 the store or a
            service did not do it: nothing was kept.
Output      answers on stdout, exactly one JSON object with ``--json``; progress and errors on stderr.
"""
from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from geo.errors import KharitaError
from geo.i18n import words
from geo.later import later
from geo.model import LANGUAGES

ACCEPT, WARN, REJECT, FAILED = 0, 1, 2, 3
_CODES = {"accept": ACCEPT, "warn": WARN, "reject": REJECT}


def _language() -> str:
    asked = os.environ.get("KHARITA_LANG") or os.environ.get("LANG", "")
    return asked[:2] if asked[:2] in LANGUAGES else "fr"


t = words(_language())
app = typer.Typer(add_completion=False, no_args_is_help=True, help=t("cli.help"), pretty_exceptions_enable=False)


@app.command("import", help=t("cli.import.help"))
def import_(
    file: Annotated[Path, typer.Argument(help=t("cli.file"))],
    kind: Annotated[str, typer.Option("--as", help=t("cli.as"))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=t("cli.dry_run"))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=t("cli.json"))] = False,
    strict: Annotated[bool, typer.Option("--strict", help=t("cli.strict"))] = False,
    column: Annotated[list[str] | None, typer.Option(help=t("cli.column"))] = None,
    value: Annotated[list[str] | None, typer.Option(help=t("cli.value"))] = None,
    sheet: Annotated[str, typer.Option(help=t("cli.sheet"))] = "",
    layer: Annotated[str, typer.Option(help=t("cli.layer"))] = "",
    header_row: Annotated[int | None, typer.Option(help=t("cli.header_row"))] = None,
    separator: Annotated[str, typer.Option(help=t("cli.separator"))] = "",
    encoding: Annotated[str, typer.Option(help=t("cli.encoding"))] = "",
    crs: Annotated[str, typer.Option(help=t("cli.crs"))] = "",
    swap: Annotated[str, typer.Option(help=t("cli.swap"))] = "",
    west: Annotated[bool, typer.Option("--west", help=t("cli.west"))] = False,
    repair: Annotated[bool, typer.Option("--repair", help=t("cli.repair"))] = False,
    demo: Annotated[str, typer.Option(help=t("cli.demo"))] = "keep",
    corrected: Annotated[Path | None, typer.Option(help=t("cli.corrected"))] = None,
    source: Annotated[str, typer.Option(help=t("cli.source"))] = "",
    url: Annotated[str, typer.Option(help=t("cli.url"))] = "",
    day: Annotated[str, typer.Option("--date", help=t("cli.date"))] = "",
    author: Annotated[str, typer.Option(help=t("cli.author"))] = "",
    reason: Annotated[str, typer.Option(help=t("cli.reason"))] = "",
) -> None:
    from geo.importing.columns import KINDS
    from geo.importing.desk import Desk, Reading, told
    from geo.importing.plan import Options
    if kind not in KINDS or demo not in ("keep", "replaced", "all") or swap not in ("", "flagged", "all"):
        _usage(t("cli.choice", values=", ".join([*KINDS, "keep", "replaced", "all", "flagged"])))
    content = _bytes(file)
    options = Options(columns=dict(_pair(c, "=") for c in column or ()), values=_values(value or ()), crs=crs, swap=swap,
                      west=west, source=source, url=url, day=day)
    ledger, catalogue = _store(writing=not dry_run)
    desk = Desk(ledger, catalogue)
    bar = _Bar(as_json)
    plan = desk.preview(content, file.name, kind, options=options, progress=bar,
                        reading=Reading(sheet, layer, header_row, "\t" if separator in ("tab", "\\t") else separator, encoding, crs, repair))
    bar.end()
    answer = told(plan, t)
    if corrected and plan.table.rows:
        later("geo.store.whole", "write_whole")(corrected, later("geo.importing.sheets", "corrected")(plan, t))
    answer["stored"] = None
    if not dry_run and plan.outcome != "reject" and not (strict and plan.outcome == "warn"):
        kept = desk.store(plan, author or _me(), reason or t("cli.import.reason", name=plan.table.name), demo=demo)  # type: ignore[arg-type]
        answer["stored"] = kept.number if kept else None
    _answer(answer, as_json, lambda: _lines(plan, answer))
    raise typer.Exit(_CODES[plan.outcome])


@app.command(help=t("cli.template.help"))
def template(kind: Annotated[str, typer.Argument(help=t("cli.as"))], out: Annotated[Path, typer.Argument(help=t("cli.out"))]) -> None:
    from geo.importing.columns import KINDS
    from geo.importing.sheets import template as made
    if kind not in KINDS:
        _usage(t("cli.choice", values=", ".join(KINDS)))
    _write(out, made(kind, _store(writing=False)[1], t))


@app.command(help=t("cli.geocode.help"))
def geocode(
    file: Annotated[Path, typer.Argument(help=t("cli.file"))],
    out: Annotated[Path, typer.Argument(help=t("cli.out"))],
    kind: Annotated[str, typer.Option("--as", help=t("cli.as"))],
    online: Annotated[bool, typer.Option("--online", help=t("cli.online"))] = False,
) -> None:
    from geo.importing.columns import KINDS
    from geo.importing.desk import Desk
    from geo.importing.plan import Options
    from geo.importing.sheets import located
    if kind not in KINDS:
        _usage(t("cli.choice", values=", ".join(KINDS)))
    ledger, catalogue = _store(writing=False)
    desk, bar, content = Desk(ledger, catalogue), _Bar(False), _bytes(file)
    plan = desk.preview(content, file.name, kind, progress=bar)
    if online and plan.outcome != "reject" and (coder := _geocoder(catalogue)):
        found = desk.online(plan, coder, t.lang, bar)
        plan = desk.preview(content, file.name, kind, options=Options(places=found), progress=bar)
    bar.end()
    if plan.outcome != "reject":
        _write(out, located(plan, t))
    _lines(plan, {"counts": plan.counts})
    raise typer.Exit(_CODES[plan.outcome])


@app.command(help=t("cli.validate.help"))
def validate(folder: Annotated[Path | None, typer.Argument(help=t("cli.folder"))] = None) -> None:
    from geo.settings import DATA_DIR
    raise typer.Exit(later("geo.store.audit", "run")([str(folder or DATA_DIR)]))


@app.command(help=t("cli.export.help"))
def export(out: Annotated[Path, typer.Argument(help=t("cli.out"))],
           view: Annotated[str, typer.Option(help=t("cli.view"))] = "", base: Annotated[str, typer.Option(help=t("cli.base"))] = "") -> None:
    from geo.export.formats import FORMATS
    from geo.export.table import export_of
    ending = out.suffix.lstrip(".").casefold()
    if ending not in FORMATS:
        _usage(t("cli.choice", values=", ".join(FORMATS)))
    query, state = _view(view)
    _write(out, FORMATS[ending].make(export_of(query, state, base=base)))


@app.command(help=t("cli.snapshot.help"))
def snapshot(out: Annotated[Path, typer.Argument(help=t("cli.out"))],
             view: Annotated[str, typer.Option(help=t("cli.view"))] = "", size: Annotated[str, typer.Option(help=t("cli.size"))] = "",
             title: Annotated[str, typer.Option(help=t("cli.title"))] = "", base: Annotated[str, typer.Option(help=t("cli.base"))] = "") -> None:
    from geo.snapshot.render import MEDIA, Asked, render
    from geo.snapshot.workers import Workers
    ending = out.suffix.lstrip(".").casefold()
    if ending not in MEDIA:
        _usage(t("cli.choice", values=", ".join(MEDIA)))
    query, state = _view(view)
    workers = Workers(1)
    try:
        _write(out, render(query, Asked(ending, state, size, title, base), workers))
    finally:
        workers.close()


@app.command(help=t("cli.digest.help"))
def digest(folder: Annotated[Path, typer.Argument(help=t("cli.folder"))],
           since: Annotated[str, typer.Option(help=t("cli.since"))] = "", base: Annotated[str, typer.Option(help=t("cli.base"))] = "") -> None:
    from geo.watch.__main__ import main as digests
    failed = digests([str(folder), *(["--since", since] if since else []), *(["--base", base] if base else [])])
    raise typer.Exit(WARN if failed else ACCEPT)


@app.command("refresh-trade", help=t("cli.trade.help"))
def refresh_trade() -> None:
    from geo.trade import refresh
    bar = _Bar(False)
    result = refresh(bar)
    bar.end()
    for service, error in result.items():
        typer.echo(f"{service}: {t('trade.done') if error is None else t(error.key, **error.values)}")
    raise typer.Exit(FAILED if all(result.values()) else WARN if any(result.values()) else ACCEPT)


@app.command("copy", help=t("cli.copy.help"))
def copy_(source: Annotated[str, typer.Argument(help=t("cli.store"))], target: Annotated[str, typer.Argument(help=t("cli.store"))],
          replace: Annotated[bool, typer.Option("--replace", help=t("cli.replace"))] = False,
          source_var: Annotated[Path | None, typer.Option(help=t("cli.var"))] = None,
          target_var: Annotated[Path | None, typer.Option(help=t("cli.var"))] = None) -> None:
    from geo.service import open_store
    from geo.settings import var_dir
    bar = _Bar(False)
    folders = (source_var or var_dir(), target_var or var_dir())
    if folders[0] == folders[1] and all(address.startswith("files:") for address in (source, target)):
        _usage(t("cli.two_vars"))  # both would write to one journal
    try:
        stores = [open_store(address, folder) for address, folder in zip((source, target), folders, strict=True)]
    except ValueError as error:
        _usage(str(error))
    count = later("geo.store.copy", "copy")(*stores, replace=replace, progress=lambda done, total: bar("copying", done, total))
    bar.end()
    typer.echo(t("cli.copied", n=t.number(count)))


# --- helpers --------------------------------------------------------------------------

class _Bar:
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


def _store(*, writing: bool) -> tuple[Any, Any]:
    """The ledger and its catalogue."""
    from geo.errors import StoreDown
    from geo.service import ledger, open_store
    from geo.settings import store_address, var_dir
    try:
        found = ledger()
        return found, found.load()
    except StoreDown:
        if writing:
            raise
        return _Nothing(), open_store(store_address(), var_dir()).load()


def _view(text: str) -> tuple[Any, Any]:
    """The engine, and the view of an address's query."""
    from geo.codec import decode
    from geo.service import current
    query = current()
    state, notices = decode(text.rpartition("?")[2] or f"lang={t.lang}", query.catalogue)
    for notice in notices:
        typer.echo(t(notice.key, **dict(notice.values)), err=True)
    return query, state


def _geocoder(catalogue: Any) -> Any:
    """The online services that are configured; None without any."""
    from geo.areas import Areas
    from geo.geocode import Geocoder, services_of
    from geo.settings import geocoders
    services, contact = geocoders()
    if not services:
        typer.echo(t("cli.no_geocoder"), err=True)
        return None
    areas = Areas(catalogue)
    return Geocoder(services_of(services), contact, lambda at: areas.province_at(at) is not None)


def _bytes(path: Path) -> bytes:
    from geo.importing.table import MAX_BYTES
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        _usage(t("cli.unreadable", name=path.name, value=error.strerror or ""))
        raise AssertionError from error


def _write(path: Path, content: bytes) -> None:
    from geo.store.whole import write_whole
    try:
        write_whole(path.absolute(), content)
    except OSError as error:
        typer.echo(t("cli.unwritable", name=path.name, value=error.strerror or ""), err=True)
        raise typer.Exit(FAILED) from error


def _pair(text: str, mark: str) -> tuple[str, str]:
    head, found, tail = text.rpartition(mark)
    if not found:
        _usage(t("cli.pair", value=text))
    return head, tail


def _values(asked: list[str] | tuple[str, ...]) -> dict[str, dict[str, str]]:
    """``field:text=code`` as the options hold it."""
    found: dict[str, dict[str, str]] = {}
    for item in asked:
        told_, code = _pair(item, "=")
        name, _, raw = told_.partition(":")
        found.setdefault(name, {})[raw] = code
    return found


def _usage(text: str) -> None:
    typer.echo(text, err=True)
    raise typer.Exit(REJECT)


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "kharita"


def _answer(answer: dict[str, Any], as_json: bool, plain: Callable[[], None]) -> None:
    if as_json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=True) + "\n")
    else:
        plain()


def _lines(plan: Any, answer: dict[str, Any]) -> None:
    """A plan for a reader."""
    from geo.importing.desk import ordered
    typer.echo(f"{plan.table.name}: {t(f'cli.outcome.{plan.outcome}')}")
    for name, count in plan.counts.items():
        if count:
            typer.echo(f"  {t(f'cli.count.{name}')}: {t.number(count)}")
    for problem in ordered(plan.problems):
        where = f" [{problem.where}]" if problem.where else ""
        typer.echo(f"  {t(f'cli.level.{problem.level}')} {problem.code}{where} {_clean(problem.message(t))}")
    if answer.get("stored"):
        typer.echo(t("cli.stored", n=str(answer["stored"])))


def _clean(text: str) -> str:
    """Nothing that would move the cursor of a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def main() -> int:
    """Run the command; every error we know is one sentence and an exit code."""
    try:
        return app(standalone_mode=False) or ACCEPT
    except KharitaError as error:
        sys.stderr.write(_clean(t(error.key, **error.values)) + "\n")
        return REJECT if error.status == 400 else FAILED
    except TyperException as error:  # a wrong command line
        error.show() if hasattr(error, "show") else typer.echo(str(error), err=True)
        return REJECT


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    raise SystemExit(code)
