"""Corrections proposed by delegates, and those a steward accepted.

One JSON line per event in ``corrections.jsonl`` under the folder of KHARITA_VAR; a line is
written whole and flushed to disk under a lock, and never changed. What cannot be read is
skipped and counted. Accepted corrections are laid over the sites when the file store loads.
"""
from __future__ import annotations

import fcntl
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from geo.model import CRAFTS, STATUSES, Site, Source

FILE = "corrections.jsonl"
FIELDS = ("status", "position", "phone", "crafts")
MAX_OPEN = 2_000
MAX_BYTES = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Correction:
    """One change to one field of one facility.

    Attributes
    ----------
    before, after : a status code, ``[lon, lat]`` or None, a phone number, or craft codes.
    state : ``open``, ``accepted`` or ``refused``.
    by, on : who proposed it and when (ISO day); ``judged_by``, ``judged_on`` for the steward.
    line : the row of the file it came from.
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


class Full(Exception):
    """Too many corrections wait for a steward."""


class Corrections:
    """The corrections of one folder.

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
                    found[held.id] = replace(held, state=event["event"], judged_by=str(event.get("by", ""))[:80],
                                             judged_on=str(event.get("on", ""))[:10])
        return found

    def propose(self, changes: Iterable[Mapping[str, Any]], by: str) -> list[Correction]:
        """Write down changes; one that waits already, unchanged, is not written twice.

        Raises
        ------
        Full : 2,000 corrections wait already.
        """
        with self._locked():
            waiting = [c for c in self.all().values() if c.state == "open"]
            known = {(c.site, c.field, orjson.dumps(c.after)) for c in waiting}
            made = [Correction(id=uuid.uuid4().hex[:12], by=by[:80], on=date.today().isoformat(), **change)
                    for change in changes if (change["site"], change["field"], orjson.dumps(change["after"])) not in known]
            if len(waiting) + len(made) > MAX_OPEN:
                raise Full
            self._append([{"event": "proposed", "correction": asdict(c)} for c in made])
        return made

    def judge(self, id_: str, verdict: str, by: str) -> Correction | None:
        """Accept or refuse an open correction; None when there is no such open one."""
        if verdict not in ("accepted", "refused"):
            raise ValueError(verdict)
        with self._locked():
            held = self.all().get(id_)
            if held is None or held.state != "open":
                return None
            self._append([{"event": verdict, "id": id_, "by": by[:80], "on": date.today().isoformat()}])
        return self.all()[id_]

    def applied(self, sites: Iterable[Site]) -> tuple[Site, ...]:
        """The sites with their accepted corrections, in the order they were accepted."""
        by_site: dict[str, list[Correction]] = {}
        for correction in self.all().values():
            if correction.state == "accepted":
                by_site.setdefault(correction.site, []).append(correction)
        return tuple(_corrected(site, sorted(by_site.get(site.id, ()), key=lambda c: c.judged_on)) for site in sites)

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
        if not events:
            return
        # A line cut short by a power failure must not swallow the next one.
        text = b"".join(b"\n" + orjson.dumps(e) for e in events)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            os.write(descriptor, text)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with (self.path.parent / f"{FILE}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _sound(c: Correction) -> bool:
    if c.field == "status":
        return c.after in STATUSES
    if c.field == "position":
        return (isinstance(c.after, list) and len(c.after) == 2 and all(
            isinstance(v, (int, float)) and not isinstance(v, bool) for v in c.after)
            and abs(c.after[0]) <= 180 and abs(c.after[1]) <= 90)
    if c.field == "phone":
        return isinstance(c.after, str) and len(c.after) <= 40
    return c.field == "crafts" and isinstance(c.after, list) and all(x in CRAFTS for x in c.after)


def _corrected(site: Site, corrections: Iterable[Correction]) -> Site:
    for c in corrections:
        change: dict[str, Any] = {
            "status": {"status": c.after}, "phone": {"phone": c.after}, "crafts": {"crafts": tuple(c.after)},
            "position": {"lon_lat": tuple(c.after), "precision": "building"}}[c.field]
        site = replace(site, **change, verified=c.judged_on, verified_by=c.judged_by,
                       sources=(*site.sources, Source("", f"Correction {c.id}", c.on)))
    return site
