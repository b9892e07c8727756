"""Write every followed view's digest: ``python -m geo.watch FOLDER [--since DATE] [--base URL]``.

The views are lines of ``KHARITA_VAR/followed.txt``: a name, a tab, the address's query. Each gives
``NAME.atom`` and ``NAME.html``, written atomically.
"""

from __future__ import annotations

import argparse
import logging
import re
from datetime import date
from pathlib import Path

from geo.core.durable_files import atomic_write
from geo.core.settings import settings
from geo.model.address import decode
from geo.query.current import current
from geo.watch.digest import atom_of, digest_of, html_of

log = logging.getLogger("kharita.digests")


def main(arguments: list[str] | None = None) -> int:
    """Produce all digests; the exit status is the number of views that could not be read."""
    parser = argparse.ArgumentParser(prog="python -m geo.watch", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--since", default="", type=_day, help="YYYY-MM-DD")
    parser.add_argument("--base", default="", help="scheme and host of the links")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    query, failed = current(), 0
    for name, address in _followed():
        view, notices = decode(address.lstrip("?"), query.catalogue)
        if notices or not name:
            log.error("%s: not a view of this catalogue", name or address[:40])
            failed += 1
            continue
        digest = digest_of(query, view, options.since, base=options.base.rstrip("/"))
        for ending, content in (("atom", atom_of(digest)), ("html", html_of(digest))):
            atomic_write(options.folder / f"{name}.{ending}", content)
    return failed


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat() if text else ""


def _followed() -> list[tuple[str, str]]:
    """Names that are safe as file names, each with its query."""
    try:
        lines = (settings().var / "followed.txt").read_text("utf-8").splitlines()
    except FileNotFoundError:
        return [("tout", "")]
    pairs = [line.partition("\t") for line in lines if line.strip() and not line.startswith("#")]
    return [
        (re.sub(r"[^\w-]+", "-", name).strip("-")[:60], query.strip()) for name, _, query in pairs
    ]
