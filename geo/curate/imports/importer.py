"""The import service of the pages and the command line: read, plan, serialize, commit.

importer = Importer(ledger, catalogue)
plan = importer.preview(content, name, "buyers", reading=ReadOptions(), options=Options())
importer.store(plan, author="…", reason="…", chosen=None, demo="replaced")
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from geo.core.errors import BadRequest
from geo.curate.imports.headings import KINDS
from geo.curate.imports.plan import no_progress
from geo.curate.imports.planner import Demo, Options, Plan, Progress, edits, plan_of, rejected
from geo.curate.imports.problems import ImportRejected
from geo.curate.imports.reader import read
from geo.curate.imports.reference_data import Reference, reference_of
from geo.curate.imports.source_table import cell
from geo.curate.imports.values import day, website
from geo.i18n.words import Words
from geo.model.records import Catalogue
from geo.places.geocoding import Geocoder, Unavailable
from geo.store.changes import ChangeSet, Held
from geo.store.ledger import Ledger

MOST_ONLINE = 200


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Options of reading the file itself; see ``geo.curate.imports.reader.read``."""

    sheet: str = ""
    layer: str = ""
    header_row: int | None = None
    separator: str = ""
    encoding: str = ""
    crs: str = ""
    repair: bool = False


@lru_cache(maxsize=2)
def _reference(catalogue: _Shared) -> Reference:
    return reference_of(catalogue.value)


class _Shared:
    """A catalogue as a cache key, compared by its version."""

    def __init__(self, value: Catalogue) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shared) and other.value.version == self.value.version

    def __hash__(self) -> int:
        return hash(self.value.version)


class Importer:
    """Import of files into one store.

    Parameters
    ----------
    ledger : the store; only ``held`` is called until something is stored.
    catalogue : the current one, for vocabularies, places and outlines.
    """

    def __init__(self, ledger: Ledger, catalogue: Catalogue) -> None:
        self._ledger = ledger
        self.catalogue = catalogue

    def preview(
        self,
        content: bytes,
        name: str,
        kind: str,
        *,
        reading: ReadOptions | None = None,
        options: Options | None = None,
        progress: Progress = no_progress,
    ) -> Plan:
        """Plan the import of a file; an unusable file gives a plan that says why.

        Raises
        ------
        BadRequest : unknown kind, invalid date, or invalid URL.
        """
        if kind not in KINDS:
            raise BadRequest("error.bad_parameter", name="kind", value=kind[:40])
        options = options or Options()
        if options.day and not (day_ := day(options.day).value):
            raise BadRequest("error.bad_parameter", name="date", value=options.day[:40])
        if options.url and not (page := website(options.url).value):
            raise BadRequest("error.bad_parameter", name="url", value=options.url[:40])
        options = replace(
            options,
            day=day_ if options.day else "",
            url=page if options.url else "",
            source=cell(options.source)[:200],
        )
        try:
            table = read(content, name, **asdict(reading or ReadOptions()))
            return plan_of(
                table,
                kind,
                self._held(kind),
                _reference(_Shared(self.catalogue)),
                options,
                progress=progress,
            )
        except ImportRejected as refused:
            return rejected(refused, name, kind)

    def store(
        self,
        plan: Plan,
        author: str,
        reason: str,
        *,
        chosen: Collection[int] | None = None,
        demo: Demo = "keep",
    ) -> ChangeSet | None:
        """Commit the chosen rows, all or none; None when nothing changes.

        Raises
        ------
        Conflict, ValidationFailed, StoreFull : as ``Ledger.commit``.
        """
        changes = edits(plan, chosen, demo)
        return self._ledger.commit(changes, author, reason, "import") if changes else None

    def online(
        self,
        plan: Plan,
        geocoder: Geocoder,
        lang: str,
        progress: Progress = no_progress,
    ) -> dict[int, tuple[float, float]]:
        """Geocode new rows without a position, for ``Options.places``.

        The first 200 rows, one request a second. What a service does not know, or refuses, is left
        out.
        """
        rows = [
            i for i in plan.items if i.action == "new" and i.after is not None and not i.placed_by
        ][:MOST_ONLINE]
        found: dict[int, tuple[float, float]] = {}
        for n, item in enumerate(rows):
            progress("online", n, len(rows))
            inside = (item.after or {}).get("properties", {})
            text = ", ".join(
                t for t in (item.name, inside.get("town", ""), inside.get("commune", "")) if t
            )
            try:
                hits = geocoder.search(text, lang)
            except Unavailable:
                break
            if hits:
                found[item.row] = hits[0].lon_lat
        return found

    def _held(self, kind: str) -> Mapping[str, Held]:
        return self._ledger.held(KINDS[kind])


def plan_json(plan: Plan, t: Words, *, notes: bool = True) -> dict[str, Any]:
    """Serialize a plan as one JSON object.

    It holds ``outcome``, counts, ``problems`` (``code``, ``level``, ``where``, ``message``), what
    was detected, headings, guesses and offers.
    """
    return {
        "outcome": plan.outcome,
        **plan.counts,
        "counts": plan.counts,
        "file": plan.table.name,
        "kind": plan.kind,
        "problems": [
            {"code": p.code, "level": p.level, "where": p.where or None, "message": p.message(t)}
            for p in ordered(plan.problems)
            if notes or p.level != "note"
        ],
        "detected": plan.table.detected,
        "columns": [
            {
                "heading": h.heading,
                "field": h.field,
                "certainty": round(h.certainty, 2),
                "how": h.how,
            }
            for h in plan.headings
        ],
        "guesses": [
            {
                "field": g.field,
                "raw": g.raw,
                "codes": list(g.codes),
                "certainty": round(g.certainty, 2),
                "how": g.how,
                "count": g.count,
            }
            for g in plan.guesses
            if g.certainty < 1
        ],
        "offers": [
            {"kind": o.kind, "value": o.value, "share": round(o.share, 2), "rows": len(o.rows)}
            for o in plan.offers
        ],
    }


def ordered(problems: Iterable[Any]) -> list[Any]:
    """Problems sorted by level, the gravest first."""
    rank = {"reject": 0, "refuse": 1, "warn": 2, "note": 3}
    return sorted(problems, key=lambda p: rank[p.level])
