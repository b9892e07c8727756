"""Gazetteer: offline search of towns, communes, provinces, regions and facilities by name.

It matches spellings (French, Arabic, Latin variants), typing mistakes and prefixes.

Order   an exact name, then the same sounds, a beginning, a word, a beginning of sounds, a few
        letters off; within each, the most people first.
Speed   one pass over some 8,000 spellings, compared in C by RapidFuzz: a few milliseconds.
Source  GeoNames towns, communes of the 2024 census (HCP), provinces, regions, facilities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.model.records import Catalogue
from geo.text.folding import fold

#: Order of kinds among places of the same name and size.
KINDS = ("town", "commune", "province", "region", "site")
EXACT, SOUNDS, BEGINS, WORD, SOUNDS_BEGIN, CLOSE = range(6)
_ARTICLES = (
    "el",
    "al",
    "l",
    "er",
    "ar",
    "es",
    "as",
    "ez",
    "az",
    "et",
    "at",
    "ech",
    "ach",
    "ed",
    "ad",
    "en",
    "an",
    "ou",
)
_SPLIT = re.compile(r"[^\w]+|_")
_SOUNDS = tuple(
    (re.compile(a), b)
    for a, b in (
        (r"^b[ae]ni", "bni"),
        (r"^(ou|u|w)l[ae]d", "uld"),
        (r"^moulay|^my(?=[^aeiou])", "muli"),
        (r"ph", "f"),
        (r"(tch|sch|ch|sh)", "x"),
        (r"(dj|dg)", "j"),
        (r"kh", "k"),
        (r"gh|rh", "g"),
        (r"th", "t"),
        (r"dh", "d"),
        (r"(ou|oo|w|o|u)+", "u"),
        (r"gu(?=i)", "g"),
        (r"(ai|ay|ei|ey|ee|ii|ia|ya|y|i|e)+", "i"),
        (r"c(?=[i])", "s"),
        (r"[cqk]+", "k"),
        (r"z", "s"),
        (r"h", ""),
        (r"(.)\1+", r"\1"),
        (r"i\b", ""),
    )
)


@dataclass(frozen=True, slots=True)
class Place:
    """A named place. ``ref`` is its reference in the address: ``kind:id``.

    Attributes
    ----------
    names : name per language; French first.
    lon_lat : degrees, EPSG:4326; None when only the name is known.
    population : people, census of 2024 where a commune stands for the place.
    rural : whether its commune is rural; None when that is unknown.
    """

    ref: str
    kind: str
    names: dict[str, str]
    lon_lat: tuple[float, float] | None
    province: str
    region: str
    population: int | None = None
    rural: bool | None = None


@dataclass(frozen=True, slots=True)
class GazetteerMatch:
    """A search result: the place, its tier (``EXACT`` … ``CLOSE``) and the matching spelling."""

    place: Place
    tier: int
    spelling: str


class Gazetteer:
    """Search index of the places of a catalogue, by every spelling."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.places: dict[str, Place] = {}
        spelled: list[tuple[str, str]] = []
        for place, names in _places(catalogue):
            self.places[place.ref] = place
            spelled += [(name, place.ref) for name in dict.fromkeys(filter(None, names))]
        refs = {ref: i for i, ref in enumerate(self.places)}
        self._order = list(self.places.values())
        self._spellings = [name for name, _ in spelled]
        self._place = np.array([refs[ref] for _, ref in spelled], np.int32)
        self._folded = np.array([_plain(name) for name in self._spellings], dtype=str)
        self._sounds_list = [sounds(name) for name in self._spellings]
        self._sounds = np.array(self._sounds_list, dtype=str)
        self._inside = np.array([f" {name}" for name in self._folded], dtype=str)
        self._beginnings: dict[int, list[str]] = {}
        self._weight = np.array([_weight(p) for p in self._order])
        self._area_words = _area_words(catalogue)

    def __len__(self) -> int:
        return len(self._order)

    def get(self, ref: str) -> Place | None:
        """The place of a reference."""
        return self.places.get(ref)

    def search(self, text: str, limit: int = 8) -> list[GazetteerMatch]:
        """Search places by name, best match first.

        A province or region after a comma, in brackets or simply at the end narrows the
        answer: ``Tazarine (Zagora)``.
        """
        text = " ".join(text.split())[:120]
        for head, areas in self._split(text):
            found = self._search(head, limit, areas)
            if found:
                return found
        return []

    def namesakes(self, found: GazetteerMatch) -> list[GazetteerMatch]:
        """The equally good matches: more than one means that the text is ambiguous."""
        if found.tier != EXACT:
            return [found]
        return [
            f
            for f in self._search(found.spelling, 20, None)
            if f.tier == EXACT and f.place.kind in ("town", "commune")
        ] or [found]

    def _search(self, text: str, limit: int, areas: set[str] | None) -> list[GazetteerMatch]:
        plain, sound = _plain(text), sounds(text)
        if not plain:
            return []
        tier = np.full(len(self._spellings), 99, np.int16)
        rest = np.zeros(len(self._spellings), np.float64)
        length = np.char.str_len(self._folded)
        if sound:
            same = self._sounds == sound
            begins = np.char.startswith(self._sounds, sound) if len(sound) > 2 else same
            tier[begins] = SOUNDS_BEGIN
        if len(plain) > 1:
            tier[np.char.find(self._inside, f" {plain}") > 0] = WORD
        tier[np.char.startswith(self._folded, plain)] = BEGINS
        if sound:
            tier[same] = SOUNDS
        tier[self._folded == plain] = EXACT
        if len(sound) > 3 and not (tier <= SOUNDS).any():
            self._close(sound, tier, rest)
        rest += length * 0.001
        return self._best(tier, rest, limit, areas)

    def _close(self, sound: str, tier: np.ndarray, rest: np.ndarray) -> None:
        """Spellings, or their beginnings, at most one letter in four off."""
        allowed = 1 if len(sound) < 6 else 2
        for names in (self._sounds_list, self._cut(len(sound))):
            for _, distance, row in process.extract(
                sound, names, scorer=OSA.distance, score_cutoff=allowed, limit=60
            ):
                if tier[row] > CLOSE:
                    tier[row], rest[row] = CLOSE, 10.0 * distance + (names is not self._sounds_list)

    def _cut(self, length: int) -> list[str]:
        if length not in self._beginnings:
            if len(self._beginnings) > 24:
                self._beginnings.clear()
            self._beginnings[length] = [s[:length] for s in self._sounds_list]
        return self._beginnings[length]

    def _best(
        self, tier: np.ndarray, rest: np.ndarray, limit: int, areas: set[str] | None
    ) -> list[GazetteerMatch]:
        rows = np.flatnonzero(tier < 99)
        place = self._place[rows]
        order = np.lexsort((-self._weight[place], np.floor(rest[rows]), tier[rows]))
        found: dict[int, GazetteerMatch] = {}
        for row in rows[order]:
            at = int(self._place[row])
            if at in found:
                continue
            candidate = self._order[at]
            if areas is not None and not {candidate.province, candidate.region} & areas:
                continue
            found[at] = GazetteerMatch(candidate, int(tier[row]), self._spellings[row])
            if len(found) == limit:
                break
        return list(found.values())

    def _split(self, text: str) -> Iterable[tuple[str, set[str] | None]]:
        """The complete text, then as a name with its area, then as an address."""
        parts = [p.strip() for p in re.split(r"[,،()\[\];]| - | – ", text) if p.strip()]
        if len(parts) < 2 or self._names(text):
            yield text, None
            words = text.split()
            for cut in range(len(words) - 1, 0, -1):
                areas = self._areas(" ".join(words[cut:]))
                if areas:
                    yield " ".join(words[:cut]), areas
            return
        for i, head in enumerate(parts):
            areas = set().union(*(self._areas(p) for p in parts[i + 1 :]), set())
            if areas:
                yield head, areas
        # « 12, avenue Hassan II, Rabat »: the last part that is a place.
        for part in reversed(parts[1:]):
            if not any(c.isdigit() for c in part):
                yield part, None
        yield parts[0], None

    def _names(self, text: str) -> bool:
        """Whether a text is a place's own name, commas and brackets included."""
        return bool((self._folded == _plain(text)).any())

    def _areas(self, text: str) -> set[str]:
        return self._area_words.get(_plain(text), set()) or self._area_words.get(
            sounds(text), set()
        )


#: Words that a street begins with, folded.
_STREETS = frozenset(
    map(
        fold,
        (
            "rue",
            "avenue",
            "av",
            "boulevard",
            "bd",
            "place",
            "impasse",
            "allée",
            "derb",
            "zanqat",
            "hay",
            "quartier",
            "lotissement",
            "résidence",
            "route",
            "street",
            "زنقة",
            "شارع",
            "درب",
            "حي",
            "ساحة",
            "إقامة",
            "تجزئة",
            "طريق",
        ),
    )
)


def is_address(text: str) -> bool:
    """Whether a text looks like a street address, which the gazetteer cannot match."""
    first = fold(text).split(" ", 1)[0]
    return any(c in text for c in ",،") and (any(c.isdigit() for c in text) or first in _STREETS)


def _plain(text: str) -> str:
    """Folded words without punctuation or article: what two spellings share."""
    words = [w for w in _SPLIT.split(fold(text)) if w]
    bare = [w[2:] if w.startswith("ال") and len(w) > 4 else w for w in words]
    if len(bare) > 1 and bare[0] in _ARTICLES:
        bare = bare[1:]
    return " ".join(bare)


def sounds(text: str) -> str:
    """Phonetic key of a name: ``Ouarzazate`` and ``Warzazat`` have the same.

    An Arabic name keeps its consonants and long vowels, hamza left out.
    """
    joined = "".join(w for w in _plain(text).split() if w not in _ARTICLES)
    if not joined.isascii():
        return re.sub(r"[ءئؤ]", "", re.sub(r"گ|ݣ|ڭ", "ك", joined))
    for pattern, replacement in _SOUNDS:
        joined = pattern.sub(replacement, joined)
    return re.sub(r"(.)\1+", r"\1", joined)


def _weight(place: Place) -> float:
    people = float(place.population or 0)
    # A name usually means the town, not the province named after it.
    scale = {"town": 1.0, "commune": 0.9, "province": 1e-7, "region": 1e-8, "site": 0.0}
    return people * scale[place.kind] + (1 if place.lon_lat and place.kind != "site" else 0)


def _area_words(catalogue: Catalogue) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for area in (*catalogue.regions, *catalogue.provinces):
        for name in area.name.values():
            for key in (_plain(name), sounds(name)):
                found.setdefault(key, set()).add(area.code)
    return found


def _places(catalogue: Catalogue) -> Iterable[tuple[Place, list[str]]]:
    by_town = {c.town: c for c in catalogue.communes if c.town}
    for town in catalogue.towns:
        commune = by_town.get(town.id)
        area = catalogue.area_by_code.get(town.province)
        names = {"fr": town.name, "ar": town.name_ar or town.name, "en": town.name}
        yield (
            Place(
                f"town:{town.id}",
                "town",
                names,
                town.lon_lat,
                town.province,
                area.region if area else "",
                commune.population_2024 if commune else town.population,
                commune.rural if commune else None,
            ),
            [
                town.name,
                town.name_ar,
                *town.alternates,
                *(commune.name.values() if commune else ()),
            ],
        )
    known = {town.id for town in catalogue.towns}
    for commune in catalogue.communes:
        if commune.town in known:
            continue  # the town stands for it, with more spellings
        yield (
            Place(
                f"commune:{commune.code}",
                "commune",
                _three(commune.name),
                commune.lon_lat,
                commune.province,
                commune.region,
                commune.population_2024,
                commune.rural,
            ),
            list(commune.name.values()),
        )
    for kind, areas in (("province", catalogue.provinces), ("region", catalogue.regions)):
        for area in areas:
            yield (
                Place(
                    f"{kind}:{area.code}",
                    kind,
                    _three(area.name),
                    area.label_lon_lat,
                    area.code if kind == "province" else "",
                    area.region,
                    area.population_2024,
                ),
                list(area.name.values()),
            )
    for site in catalogue.sites:
        if site.lon_lat:
            yield (
                Place(
                    f"site:{site.id}",
                    "site",
                    _three({"fr": site.name}),
                    site.lon_lat,
                    site.province,
                    site.region,
                    None,
                    site.rural,
                ),
                [site.name],
            )


def _three(names: Mapping[str, str]) -> dict[str, str]:
    french = names.get("fr") or next(iter(names.values()))
    return {"fr": french, "ar": names.get("ar") or french, "en": names.get("en") or french}
