"""Find records that may be duplicates, with the reasons; nothing is merged here.

How     candidates share a rare word of their names, its beginning or its end, or the host of a
        website: never every pair. Each is then scored: likeness of the names (RapidFuzz), distance,
        same website, same place.
Proved  against comparing every pair, by ``tests/curate/imports/test_duplicates.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from geo.places.nearest import distance_km
from geo.text.folding import plain

#: Names so alike are proposed on their own; less alike ones need another reason.
ALIKE, NEAR_ALIKE = 92.0, 80.0
NEAR_M = 300.0
#: A word that more records share than this says nothing about any of them.
COMMON = 60
#: Up to so many of one whole name, or of one website, all are compared.
SAME = 400
MOST = 20_000


@dataclass(frozen=True, slots=True)
class ComparedRecord:
    """The compared fields of a record; ``key`` identifies it: a row number or an id."""

    key: int | str
    name: str
    country: str
    town: str
    website: str
    lon_lat: tuple[float, float] | None
    precise: bool = False


@dataclass(frozen=True, slots=True)
class Alike:
    """Two records that may be one.

    Attributes
    ----------
    row : the row of the file.
    other : another row (int) or the id of a held record (str).
    score : 0 to 1.
    reasons : ``name``, ``near``, ``website``, ``town``.
    metres : distance, None when one has no position.
    """

    row: int
    other: int | str
    other_name: str
    score: float
    reasons: tuple[str, ...]
    metres: float | None


def alike(rows: Sequence[ComparedRecord], held: Sequence[ComparedRecord] = ()) -> list[Alike]:
    """Candidate pairs of rows with rows and with held records, best first for each row."""
    everything = [*rows, *held]
    names = [plain(k.name) for k in everything]
    hosts = [_host(k.website) for k in everything]
    found: dict[tuple[int, int], Alike] = {}
    for block in _blocks(names, hosts, len(rows)):
        for a, b in block:
            if (a, b) not in found and (
                pair := compared(
                    everything[a], everything[b], names[a], names[b], hosts[a], hosts[b]
                )
            ):
                found[a, b] = pair
                if len(found) >= MOST:
                    return list(found.values())
    return sorted(found.values(), key=lambda p: (p.row, -p.score))


def compared(
    a: ComparedRecord,
    b: ComparedRecord,
    name_a: str = "",
    name_b: str = "",
    host_a: str = "",
    host_b: str = "",
) -> Alike | None:
    """Whether two records may be one; the later row speaks of the earlier."""
    name_a, name_b = name_a or plain(a.name), name_b or plain(b.name)
    if a.country and b.country and a.country != b.country:
        return None
    if min(len(name_a), len(name_b)) < 4:  # too short to be alike without being the same
        likeness = 100.0 if a.name.casefold() == b.name.casefold() else 0.0
    else:
        likeness = _likeness(name_a, name_b)
    host = bool(host_a or _host(a.website)) and (host_a or _host(a.website)) == (
        host_b or _host(b.website)
    )
    metres = _metres(a.lon_lat, b.lon_lat)
    near = metres is not None and metres <= NEAR_M and a.precise and b.precise
    town = bool(a.town and plain(a.town) == plain(b.town))
    far = metres is not None and metres > 30_000
    reasons = (
        *(("name",) if likeness >= NEAR_ALIKE else ()),
        *(("near",) if near else ()),
        *(("website",) if host else ()),
        *(("town",) if town else ()),
    )
    same = (
        (likeness >= ALIKE and not far)
        or (likeness >= NEAR_ALIKE and (near or host or town))
        or (host and (near or town))
    )
    if not same:
        return None
    score = min(1.0, likeness / 100 * 0.7 + 0.15 * host + 0.1 * near + 0.05 * town)
    row, other = (b, a) if isinstance(b.key, int) else (a, b)
    assert isinstance(row.key, int)
    return Alike(row.key, other.key, other.name, round(score, 3), reasons, metres)


def _likeness(a: str, b: str) -> float:
    if any(c.isdigit() for c in a + b) and [w for w in a.split() if w.isdigit()] != [
        w for w in b.split() if w.isdigit()
    ]:
        return 0.0  # « Espace 12 » is not « Espace 13 »
    return fuzz.token_sort_ratio(a, b)


def _blocks(
    names: Sequence[str], hosts: Sequence[str], count: int
) -> Iterable[Iterable[tuple[int, int]]]:
    """Blocks of pairs that share something rare, at least one a row; one sort of key at a time."""
    shared: tuple[tuple[Callable[[int], Iterable[str]], int], ...] = (
        (lambda i: set(names[i].split()), COMMON),
        (lambda i: {w[:4] for w in names[i].split() if len(w) > 4}, COMMON),
        (lambda i: {w[-4:] for w in names[i].split() if len(w) > 4}, COMMON),
        (lambda i: (" ".join(sorted(set(names[i].split()))),), SAME),
        (lambda i: (hosts[i],) if hosts[i] else (), SAME),
    )
    for keys, most in shared:
        for members in _by_key(keys, len(names), most).values():
            if isinstance(members, int):
                continue
            if len(members) <= most:
                yield _pairs(members, count)
            elif most == SAME:  # the same name hundreds of times: each with the one before
                yield ((a, b) for a, b in zip(members, members[1:], strict=False) if a < count)


def _by_key(
    keys: Callable[[int], Iterable[str]], count: int, most: int
) -> dict[str, int | list[int]]:
    """Key -> the indices that have it: nearly all stand alone, a number takes less than a list."""
    found: dict[str, int | list[int]] = {}
    for i in range(count):
        for key in keys(i):
            known = found.get(key)
            if known is None:
                found[key] = i
            elif isinstance(known, int):
                found[key] = [known, i]
            elif len(known) <= most or most == SAME:
                known.append(i)
    return found


def _pairs(members: list[int], count: int) -> Iterable[tuple[int, int]]:
    for i, a in enumerate(members):
        if a >= count:
            return
        for b in members[i + 1 :]:
            yield a, b


def _metres(a: tuple[float, float] | None, b: tuple[float, float] | None) -> float | None:
    if a is None or b is None:
        return None
    return 1000 * distance_km(a, b)


def _host(url: str) -> str:
    host = (urlsplit(url).hostname or "") if url.startswith("http") else ""
    return host.removeprefix("www.")
