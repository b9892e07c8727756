"""Corrections that delegates propose, as an append-only event log.

One JSON line per event in ``corrections.jsonl`` under the folder of KHARITA_VAR, appended
atomically under a lock and fsynced. Unreadable lines are skipped. An accepted correction is a
change set of the store; its event carries the number.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from geo.core import clock
from geo.core.durable_files import append_lines, exclusive, translated_write_errors
from geo.core.errors import KharitaError, NotFound
from geo.i18n.words import words
from geo.model.records import CRAFTS, STATUSES
from geo.store.changes import ChangeSet, Conflict, Edit
from geo.store.ledger import Ledger

FILE = "corrections.jsonl"
FIELDS = ("status", "position", "phone", "crafts")
MAX_OPEN = 2_000
MAX_BYTES, ROOM = 32 * 2**20, 2**20
#: Commits of one correction, when others change its site at the same time.
TRIES = 5
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Correction:
    """One change to one field of one facility.

    Attributes
    ----------
    before, after : a status code, ``[lon, lat]`` or None, a phone number, or craft codes.
    state : ``open``, ``accepted`` or ``refused``.
    by, on : who proposed it and when (ISO day); ``judged_by``, ``judged_on`` for the steward.
    line : the row of the file it came from.
    change_set : the number of the change set that holds it, once accepted.
    """

    id: str
    site: str
    field: str
    before: Any
    after: Any
    by: str
    on: str
    line: int
    state: str = "open"
    judged_by: str = ""
    judged_on: str = ""
    change_set: int = 0


class TooManyOpen(Exception):
    """Quota error: too many corrections wait for a steward."""


class Corrections:
    """The event log of corrections of one folder.

    Parameters
    ----------
    folder : created when the first correction is written.
    """

    def __init__(self, folder: Path) -> None:
        self.path = Path(folder) / FILE

    def revision(self) -> str:
        """Changes with every event."""
        try:
            stat = self.path.stat()
            return f"{stat.st_mtime_ns}:{stat.st_size}"
        except OSError:
            return "-"

    def all(self) -> dict[str, Correction]:
        """Every correction by id, oldest first, as the last event left it."""
        found: dict[str, Correction] = {}
        for event in self._events():
            if event.get("event") == "proposed":
                try:
                    made = Correction(**event["correction"])
                except (TypeError, KeyError):
                    continue
                if _sound(made):
                    found[made.id] = made
            elif event.get("event") in ("accepted", "refused") and event.get("id") in found:
                held = found[event["id"]]
                if held.state == "open":
                    number = event.get("change_set")
                    found[held.id] = replace(
                        held,
                        state=event["event"],
                        judged_by=str(event.get("by", ""))[:80],
                        judged_on=str(event.get("on", ""))[:10],
                        change_set=number if isinstance(number, int) else 0,
                    )
            elif (
                event.get("event") == "kept"
                and event.get("id") in found
                and isinstance(event.get("change_set"), int)
            ):
                found[event["id"]] = replace(found[event["id"]], change_set=event["change_set"])
        return found

    def propose(self, changes: Iterable[Mapping[str, Any]], by: str) -> list[Correction]:
        """Append proposed changes; one that is already open is not appended twice.

        Raises
        ------
        Full : 2,000 corrections wait already, or the file is full.
        StoreFull, StoreUnavailable : they could not be written; none of them is.
        """
        with translated_write_errors(), self.locked():
            waiting = [c for c in self.all().values() if c.state == "open"]
            known = {(c.site, c.field, orjson.dumps(c.after)) for c in waiting}
            made = [
                Correction(
                    id=uuid.uuid4().hex[:12], by=by[:80], on=clock.today().isoformat(), **change
                )
                for change in changes
                if (change["site"], change["field"], orjson.dumps(change["after"])) not in known
            ]
            # The rest of the file is for the verdicts on those that wait.
            if len(waiting) + len(made) > MAX_OPEN or (
                self.path.exists() and self.path.stat().st_size > MAX_BYTES - ROOM
            ):
                raise TooManyOpen
            self._append([{"event": "proposed", "correction": asdict(c)} for c in made])
        return made

    def judge(self, id_: str, verdict: str, by: str, ledger: Ledger) -> Correction | None:
        """Accept or refuse an open correction; None when there is no such open one.

        Raises
        ------
        KharitaError : the store did not take an accepted one, which stays open.
        """
        if verdict not in ("accepted", "refused"):
            raise ValueError(verdict)
        with translated_write_errors(), self.locked():
            held = self.all().get(id_)
            if held is None or held.state != "open":
                return None
            judged = replace(
                held, state=verdict, judged_by=by[:80], judged_on=clock.today().isoformat()
            )
            event: dict[str, Any] = {
                "event": verdict,
                "id": id_,
                "by": judged.judged_by,
                "on": judged.judged_on,
            }
            if verdict == "accepted":
                # Its event may have been lost after the commit: it is not committed twice.
                event["change_set"] = _number(judged, ledger) or _commit(judged, ledger).number
            self._append([event])
        return self.all()[id_]

    def adopt(self, ledger: Ledger) -> int:
        """Commit accepted corrections that have no change set; return their number.

        A site that is gone, or that the store refuses, leaves its correction for the next time.
        """
        if not self.path.exists():
            return 0
        with self.locked():
            waiting = sorted(
                (c for c in self.all().values() if c.state == "accepted" and not c.change_set),
                key=lambda c: c.judged_on,
            )
            done = 0
            for correction in waiting:
                try:
                    number = _number(correction, ledger) or _commit(correction, ledger).number
                except KharitaError as error:
                    log.warning("correction %s is not in the store: %s", correction.id, error.key)
                    continue
                self._append([{"event": "kept", "id": correction.id, "change_set": number}])
                done += 1
        return done

    def _events(self) -> Iterator[dict[str, Any]]:
        try:
            if self.path.stat().st_size > MAX_BYTES:
                return
            content = self.path.read_bytes()
        except OSError:
            return
        for line in content.split(b"\n"):
            try:
                event = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(event, dict):
                yield event

    def _append(self, events: list[dict[str, Any]]) -> None:
        if events:
            append_lines(self.path, b"".join(orjson.dumps(e) + b"\n" for e in events))

    def locked(self) -> AbstractContextManager[None]:
        """The lock of all processes that write here."""
        return exclusive(self.path.parent / f"{FILE}.lock")


def _sound(c: Correction) -> bool:
    if c.field == "status":
        return c.after in STATUSES
    if c.field == "position":
        return (
            isinstance(c.after, list)
            and len(c.after) == 2
            and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in c.after)
            and abs(c.after[0]) <= 180
            and abs(c.after[1]) <= 90
        )
    if c.field == "phone":
        return isinstance(c.after, str) and len(c.after) <= 40
    return c.field == "crafts" and isinstance(c.after, list) and all(x in CRAFTS for x in c.after)


def _commit(c: Correction, ledger: Ledger) -> ChangeSet:
    """Make a correction a change of its site; whoever accepted it is the author.

    Raises
    ------
    KharitaError : the site is gone, or the store does not take it.
    """
    reason = words("fr")("corrections.reason", who=c.by)
    for _ in range(TRIES):
        held = ledger.one("sites", c.site)
        if held.raw is None:
            raise NotFound("error.not_found")
        edit = Edit("sites", c.site, _corrected(held.raw, c), held.revision)
        try:
            return ledger.commit([edit], c.judged_by or c.by or "?", reason, "correction")
        except Conflict as error:  # another field of the site was changed in between
            late = error
    raise late


def _number(c: Correction, ledger: Ledger) -> int:
    # The change set of a correction whose event was lost after its commit; 0 when there is none.
    raw = ledger.one("sites", c.site).raw
    if raw is None or _corrected(
        {**raw, "properties": {**raw["properties"], "sources": []}}, c
    ) != {**raw, "properties": {**raw["properties"], "sources": raw["properties"]["sources"][-1:]}}:
        return 0
    return next((made.number for made in ledger.history(1, None, "sites", c.site)), 0)


def _corrected(raw: Mapping[str, Any], c: Correction) -> dict[str, Any]:
    inside = dict(raw["properties"])
    if c.field == "position":
        inside["precision"] = "building"
    else:
        inside[c.field] = c.after
    inside["verified"], inside["verified_by"] = c.judged_on, c.judged_by
    inside["sources"] = [
        *inside["sources"],
        {"url": "", "label": f"Correction {c.id}", "date": c.on},
    ][-60:]
    geometry = (
        {"type": "Point", "coordinates": c.after} if c.field == "position" else raw["geometry"]
    )
    return {**raw, "geometry": geometry, "properties": inside}
