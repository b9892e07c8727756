"""Commands of ``kharita``: what the pages do, from a terminal, with the same code.

Exit codes  0 done (a file accepted); 1 done with remarks (a file with warnings or refused rows, a
            check that found something); 2 refused (a file that cannot be used, a wrong option);
            3 the store or a service did not do it: nothing was kept.
Output      results on stdout, exactly one JSON object with ``--json``; progress and errors on
            stderr.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from geo.cli.console import (
    ACCEPT,
    FAILED,
    REJECT,
    WARN,
    ProgressBar,
    current_user,
    geocoder_of,
    pair_of,
    print_plan,
    print_result,
    printable,
    read_bytes,
    refuse,
    store_of,
    t,
    values_of,
    view_of,
    write_output,
)
from geo.core.errors import KharitaError
from geo.core.lazy import lazy
from geo.core.settings import settings

_CODES = {"accept": ACCEPT, "warn": WARN, "reject": REJECT}


app = typer.Typer(
    add_completion=False, no_args_is_help=True, help=t("cli.help"), pretty_exceptions_enable=False
)


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
    """Import a file into the store, or only show what importing it would do."""
    from geo.curate.imports.headings import KINDS
    from geo.curate.imports.importer import Importer, ReadOptions, plan_json
    from geo.curate.imports.planner import Options

    if (
        kind not in KINDS
        or demo not in ("keep", "replaced", "all")
        or swap not in ("", "flagged", "all")
    ):
        refuse(t("cli.choice", values=", ".join([*KINDS, "keep", "replaced", "all", "flagged"])))
    content = read_bytes(file)
    options = Options(
        columns=dict(pair_of(c, "=") for c in column or ()),
        values=values_of(value or ()),
        crs=crs,
        swap=swap,
        west=west,
        source=source,
        url=url,
        day=day,
    )
    ledger, catalogue = store_of(writing=not dry_run)
    importer = Importer(ledger, catalogue)
    bar = ProgressBar(as_json)
    plan = importer.preview(
        content,
        file.name,
        kind,
        options=options,
        progress=bar,
        reading=ReadOptions(
            sheet,
            layer,
            header_row,
            "\t" if separator in ("tab", "\\t") else separator,
            encoding,
            crs,
            repair,
        ),
    )
    bar.end()
    answer = plan_json(plan, t)
    if corrected and plan.table.rows:
        lazy("geo.core.durable_files", "atomic_write")(
            corrected, lazy("geo.curate.imports.workbooks", "corrected")(plan, t)
        )
    answer["stored"] = None
    if not dry_run and plan.outcome != "reject" and not (strict and plan.outcome == "warn"):
        why = reason or t("cli.import.reason", name=plan.table.name)
        kept = importer.store(plan, author or current_user(), why, demo=demo)  # type: ignore[arg-type]
        answer["stored"] = kept.number if kept else None
    print_result(answer, as_json, lambda: print_plan(plan, answer))
    raise typer.Exit(_CODES[plan.outcome])


@app.command(help=t("cli.template.help"))
def template(
    kind: Annotated[str, typer.Argument(help=t("cli.as"))],
    out: Annotated[Path, typer.Argument(help=t("cli.out"))],
) -> None:
    """Write an empty workbook to fill in."""
    from geo.curate.imports.headings import KINDS
    from geo.curate.imports.workbooks import template as made

    if kind not in KINDS:
        refuse(t("cli.choice", values=", ".join(KINDS)))
    write_output(out, made(kind, store_of(writing=False)[1], t))


@app.command(help=t("cli.geocode.help"))
def geocode(
    file: Annotated[Path, typer.Argument(help=t("cli.file"))],
    out: Annotated[Path, typer.Argument(help=t("cli.out"))],
    kind: Annotated[str, typer.Option("--as", help=t("cli.as"))],
    online: Annotated[bool, typer.Option("--online", help=t("cli.online"))] = False,
) -> None:
    """Write a file back with the position found for each row."""
    from geo.curate.imports.headings import KINDS
    from geo.curate.imports.importer import Importer
    from geo.curate.imports.planner import Options
    from geo.curate.imports.workbooks import located

    if kind not in KINDS:
        refuse(t("cli.choice", values=", ".join(KINDS)))
    ledger, catalogue = store_of(writing=False)
    importer, bar, content = Importer(ledger, catalogue), ProgressBar(False), read_bytes(file)
    plan = importer.preview(content, file.name, kind, progress=bar)
    if online and plan.outcome != "reject" and (coder := geocoder_of(catalogue)):
        found = importer.online(plan, coder, t.lang, bar)
        plan = importer.preview(
            content, file.name, kind, options=Options(places=found), progress=bar
        )
    bar.end()
    if plan.outcome != "reject":
        write_output(out, located(plan, t))
    print_plan(plan, {"counts": plan.counts})
    raise typer.Exit(_CODES[plan.outcome])


@app.command("validate", help=t("cli.validate.help"))
@app.command("check", help=t("cli.validate.help"))
def check(folder: Annotated[Path | None, typer.Argument(help=t("cli.folder"))] = None) -> None:
    """Check a folder of data files."""
    from geo.core.paths import DATA_DIR

    raise typer.Exit(lazy("geo.curate.folder_audit", "run")([str(folder or DATA_DIR)]))


@app.command(help=t("cli.export.help"))
def export(
    out: Annotated[Path, typer.Argument(help=t("cli.out"))],
    view: Annotated[str, typer.Option(help=t("cli.view"))] = "",
    base: Annotated[str, typer.Option(help=t("cli.base"))] = "",
) -> None:
    """Export the records of a view as a file."""
    from geo.share.export.export_columns import export_of
    from geo.share.export.formats import FORMATS

    ending = out.suffix.lstrip(".").casefold()
    if ending not in FORMATS:
        refuse(t("cli.choice", values=", ".join(FORMATS)))
    query, state = view_of(view)
    write_output(out, FORMATS[ending].make(export_of(query, state, base=base)))


@app.command(help=t("cli.snapshot.help"))
def snapshot(
    out: Annotated[Path, typer.Argument(help=t("cli.out"))],
    view: Annotated[str, typer.Option(help=t("cli.view"))] = "",
    size: Annotated[str, typer.Option(help=t("cli.size"))] = "",
    title: Annotated[str, typer.Option(help=t("cli.title"))] = "",
    base: Annotated[str, typer.Option(help=t("cli.base"))] = "",
) -> None:
    """Render a view as a picture, a page, a slide or an offline map."""
    from geo.render.media_types import MEDIA
    from geo.render.workers import Workers
    from geo.share.snapshot import SnapshotRequest, render

    ending = out.suffix.lstrip(".").casefold()
    if ending not in MEDIA:
        refuse(t("cli.choice", values=", ".join(MEDIA)))
    query, state = view_of(view)
    workers = Workers(1)
    try:
        write_output(out, render(query, SnapshotRequest(ending, state, size, title, base), workers))
    finally:
        workers.close()


@app.command(help=t("cli.digest.help"))
def digest(
    folder: Annotated[Path, typer.Argument(help=t("cli.folder"))],
    since: Annotated[str, typer.Option(help=t("cli.since"))] = "",
    base: Annotated[str, typer.Option(help=t("cli.base"))] = "",
) -> None:
    """Write the digest of the watch reports and its feed."""
    from geo.watch.digest_command import main as digests

    failed = digests(
        [str(folder), *(["--since", since] if since else []), *(["--base", base] if base else [])]
    )
    raise typer.Exit(WARN if failed else ACCEPT)


@app.command("refresh-trade", help=t("cli.trade.help"))
@app.command("trade", help=t("cli.trade.help"))
def trade() -> None:
    """Refresh the trade figures from the services."""
    from geo.markets.trade_refresh import refresh

    bar = ProgressBar(False)
    result = refresh(bar, markets=store_of(writing=False)[1].markets)
    bar.end()
    for service, error in result.items():
        typer.echo(
            f"{service}: {t('trade.done') if error is None else t(error.key, **error.values)}"
        )
    raise typer.Exit(FAILED if all(result.values()) else WARN if any(result.values()) else ACCEPT)


@app.command(help=t("cli.migrate.help"))
def migrate(address: Annotated[str, typer.Argument(help=t("cli.store"))]) -> None:
    """Bring the schema of a PostGIS store up to date."""
    if lazy("geo.store.migrate", "main")([address]):
        raise typer.Exit(FAILED)


@app.command("copy", help=t("cli.copy.help"))
def copy_(
    source: Annotated[str, typer.Argument(help=t("cli.store"))],
    target: Annotated[str, typer.Argument(help=t("cli.store"))],
    replace: Annotated[bool, typer.Option("--replace", help=t("cli.replace"))] = False,
    source_var: Annotated[Path | None, typer.Option(help=t("cli.var"))] = None,
    target_var: Annotated[Path | None, typer.Option(help=t("cli.var"))] = None,
) -> None:
    """Copy one store into another."""
    from geo.query.current import open_store

    bar = ProgressBar(False)
    folders = (source_var or settings().var, target_var or settings().var)
    if folders[0] == folders[1] and all(
        address.startswith("files:") for address in (source, target)
    ):
        refuse(t("cli.two_vars"))  # both would write to one journal
    try:
        stores = [
            open_store(address, folder)
            for address, folder in zip((source, target), folders, strict=True)
        ]
    except ValueError as error:
        refuse(str(error))
    count = lazy("geo.store.copy", "copy")(
        *stores, replace=replace, progress=lambda done, total: bar("copying", done, total)
    )
    bar.end()
    typer.echo(t("cli.copied", n=t.number(count)))


@app.command("backup", help=t("cli.backup.help"))
def backup_(
    file: Annotated[Path, typer.Argument(help=t("cli.out"))],
    replace: Annotated[bool, typer.Option("--replace", help=t("cli.backup.replace"))] = False,
) -> None:
    """Back up the deployment to one archive."""
    _archive("backup", file, replace)


@app.command("restore", help=t("cli.restore.help"))
def restore_(
    file: Annotated[Path, typer.Argument(help=t("cli.file"))],
    replace: Annotated[bool, typer.Option("--replace", help=t("cli.replace"))] = False,
) -> None:
    """Restore the deployment from an archive."""
    _archive("restore", file, replace)


def _archive(act: str, file: Path, replace: bool) -> None:
    from geo.query.current import open_store
    from geo.store.backup import backup, restore

    if act == "restore" and not file.is_file():
        refuse(t("cli.unreadable", name=file.name, value=""))
    try:
        store = open_store(settings().store, settings().var)
    except ValueError as error:
        refuse(str(error))
    counts = (
        backup(store, settings().var, file.absolute(), replace=replace)
        if act == "backup"
        else restore(file, store, settings().var, replace=replace)
    )
    typer.echo(
        t(
            f"cli.{act}.done",
            n=t.number(counts["files"]),
            size=t.number(-(-counts["bytes"] // 2**20)),
        )
    )


def main() -> int:
    """Run the command; every known error is one message and an exit code."""
    try:
        return app(standalone_mode=False) or ACCEPT
    except KharitaError as error:
        sys.stderr.write(printable(t(error.key, **error.values)) + "\n")
        return REJECT if error.status == 400 else FAILED
    except TyperException as error:  # a wrong command line
        error.show() if hasattr(error, "show") else typer.echo(str(error), err=True)
        return REJECT
