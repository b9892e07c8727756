"""The records of the map and the vocabularies they are written in.

Positions are WGS 84 degrees (EPSG:4326), longitude first. Optional facts are ``None``
when unknown, never zero. Every record says where it comes from (``provenance``,
``sources``) and how precise its position is (``precision``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import orjson

CRAFTS = (
    "tapis_tissage",
    "cuir_maroquinerie",
    "poterie_ceramique",
    "bois_marqueterie",
    "broderie_couture",
    "bijouterie",
    "ferronnerie",
    "vannerie",
    "dinanderie_metal",
    "zellige",
    "produits_terroir_cosmetique",
    "vetement_traditionnel",
    "pierre_marbre_platre",
    "babouches",
    "autre",
)
BUYER_KINDS = (
    "importer_wholesaler",
    "retail_chain",
    "department_store",
    "concept_store",
    "designer_brand",
    "marketplace",
    "hotel_contract",
    "museum_shop",
    "other",
)
MAISON_KINDS = ("maison_artisane", "maison_artisan", "dar_maalma")
SITE_KINDS = (
    "complexe_artisanal",
    "ensemble_artisanal",
    "village_artisanal",
    "espace_commercialisation",
    "zone_activites",
    "centre_formation",
    "musee_atelier",
    *MAISON_KINDS,
    "autre",
)
STATUSES = ("active", "under_construction", "planned")
IN_PROGRESS = ("under_construction", "planned")
#: Where a record comes from; those of ``TRUE_ORIGINS`` somebody read, ``demo`` is generated.
TRUE_ORIGINS = ("published", "imported")
PROVENANCES = (*TRUE_ORIGINS, "demo")
PRECISIONS = ("building", "town", "commune", "city", "province", "region", "country")
REPORT_KINDS = (
    "barometre_export",
    "etude_marche",
    "tendance_produit",
    "reglementation_acces",
    "partenariat",
    "salon",
    "e_reputation",
    "concurrence",
    "strategie",
)
FAIR_KINDS = ("international", "national")
SIGNS = ("+", "0", "-")
EVIDENCES = ("published", "assumed")
#: How Morocco trades with a market; ``mfn``: no agreement known.
AGREEMENTS = (
    "eu_association",
    "uk_association",
    "efta",
    "fta_us",
    "fta_turkey",
    "fta_uae",
    "gafta",
    "afcfta",
    "mfn",
)
#: Where an agreement was read; nobody has verified what is only general knowledge.
AGREEMENT_SOURCES = ("general_knowledge",)
UNVERIFIED = ("general_knowledge",)
WORLD_REGIONS = ("europe", "north_america", "middle_east", "asia", "africa", "oceania")

#: Buckets of the period filter, newest first: code -> first and last year, both included.
PERIODS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "since-2024": (2024, 9999),
        "2020-2023": (2020, 2023),
        "2015-2019": (2015, 2019),
        "2010-2014": (2010, 2014),
        "before-2010": (0, 2009),
    }
)
UNDATED = "undated"
PERIOD_CODES = (*PERIODS, UNDATED)

#: Tolerated ages of a record's latest report or verification: code -> months.
AGE_MONTHS: Mapping[str, int] = MappingProxyType({"6m": 6, "1y": 12, "2y": 24, "3y": 36, "5y": 60})
OLDER = "older"
#: Where an age falls, freshest first.
AGE_STEPS = (*AGE_MONTHS, OLDER, UNDATED)

#: What the map draws: each class has its own shape and colour.
CLASSES = ("buyer", "site", "maison")
#: What tables list. ``sites`` and ``maisons`` are the two halves of one store.
COLLECTIONS = ("buyers", "sites", "maisons", "reports")
LANGUAGES = ("fr", "ar", "en")


def period_of(year: int | None) -> str:
    """The period bucket of a year; ``undated`` for ``None``."""
    if year is None:
        return UNDATED
    return next(code for code, (first, last) in PERIODS.items() if first <= year <= last)


@dataclass(frozen=True, slots=True)
class Source:
    """Reference of a fact: page, label and date. ``label`` is ``demo`` for generated records."""

    url: str
    label: str
    date: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """An international buyer. ``lon_lat`` is ``None`` when only its country is known."""

    id: str
    name: str
    kind: str
    country: str
    city: str
    crafts: tuple[str, ...]
    relation_fr: str
    year: int | None
    website: str
    provenance: str
    precision: str
    verified: str
    sources: tuple[Source, ...]
    lon_lat: tuple[float, float] | None

    @property
    def class_(self) -> str:
        """Class of the mark on the map, one of ``CLASSES``."""
        return "buyer"


@dataclass(frozen=True, slots=True)
class Site:
    """A production or sale site, or a Maison de l'artisan (see ``class_``)."""

    id: str
    name: str
    kind: str
    status: str
    town: str
    commune: str
    province: str
    region: str
    crafts: tuple[str, ...]
    year_opened: int | None
    capacity_artisans: int | None
    area_m2: float | None
    budget_mad: float | None
    women_only: bool | None
    rural: bool | None
    fact_fr: str
    provenance: str
    precision: str
    verified: str
    sources: tuple[Source, ...]
    lon_lat: tuple[float, float] | None
    phone: str = ""
    verified_by: str = ""

    @property
    def class_(self) -> str:
        """Class of the mark on the map, one of ``CLASSES``."""
        return "maison" if self.kind in MAISON_KINDS else "site"

    @property
    def trains(self) -> bool:
        """Whether it is a training centre, or its source mentions training."""
        return self.kind == "centre_formation" or "formation" in self.fact_fr.casefold()


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure of a watch note, as published."""

    label: str
    value: str
    unit: str
    period: str
    market: str
    craft: str


@dataclass(frozen=True, slots=True)
class Note:
    """One published fact or trend, in our words, with its sources."""

    id: str
    date: str
    title_fr: str
    kind: str
    markets: tuple[str, ...]
    crafts: tuple[str, ...]
    summary_fr: str
    figures: tuple[Figure, ...]
    organisations: tuple[str, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A watch report: notes compiled over the union of their markets and crafts.

    Attributes
    ----------
    markets, crafts : empty means all of them.
    original : name of the file that an imported report was made from.
    signals : judgements of its editor: market, craft, sign (``+``, ``0``, ``-``); an empty
        market or craft means all.
    lang : language of its own title, which the untranslated titles repeat.
    places : Moroccan towns that it mentions.
    """

    id: str
    date: str
    title: Mapping[str, str]
    kind: str
    markets: tuple[str, ...]
    crafts: tuple[str, ...]
    named: tuple[str, ...]
    notes: tuple[Note, ...]
    provenance: str = "published"
    original: str = ""
    signals: tuple[tuple[str, str, str], ...] = ()
    lang: str = ""
    places: tuple[str, ...] = ()

    @property
    def year(self) -> int | None:
        """Year of the report; None when undated."""
        return int(self.date[:4]) if self.date[:4].isdigit() else None

    @property
    def newest_first(self) -> tuple[str, str]:
        """Sort key: dated reports newest first, undated ones last."""
        return (self.date, self.id)


@dataclass(frozen=True, slots=True)
class Fair:
    """One edition of a fair.

    ``country`` is an ISO code, that of one of the markets or not, empty for a fair held online.
    ``edition`` is what the source says of it; ``first`` and ``last`` (ISO days) are empty unless
    both are written there, ``months`` (1-12) may be known all the same.
    """

    id: str
    name: str
    kind: str
    country: str
    city: str
    venue: str
    months: tuple[int, ...]
    edition: str
    year: int | None
    first: str
    last: str
    crafts: tuple[str, ...]
    provenance: str
    precision: str
    verified: str
    sources: tuple[Source, ...]
    lon_lat: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Market:
    """A target country. ``label_lon_lat`` is where its name and tags are written."""

    iso2: str
    name: Mapping[str, str]
    world_region: str
    capital: str
    label_lon_lat: tuple[float, float]
    evidence: str
    evidence_fr: str
    evidence_url: str
    agreements: tuple[str, ...]
    agreement_source: str


@dataclass(frozen=True, slots=True)
class Area:
    """A region or a province. ``region`` is its own code for a region; ``geometry`` is GeoJSON."""

    code: str
    name: Mapping[str, str]
    region: str
    population_2024: int | None
    label_lon_lat: tuple[float, float]
    bbox: tuple[float, float, float, float]
    geometry: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Town:
    """A Moroccan town of the gazetteer, with the other spellings people type."""

    name: str
    name_ar: str
    alternates: tuple[str, ...]
    province: str
    id: str = ""
    population: int | None = None
    lon_lat: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of the 2024 census; ``lon_lat`` is that of the settlement of its name, or None.

    ``town`` is the id of the gazetteer's town that stands for it, empty when there is none.
    """

    code: str
    name: Mapping[str, str]
    province: str
    region: str
    rural: bool
    population_2024: int
    lon_lat: tuple[float, float] | None
    town: str


@dataclass(frozen=True)
class Catalogue:
    """Immutable snapshot of all records, shared by every reader.

    ``problems`` lists what could not be read; the rest is served all the same.
    """

    version: str
    buyers: Sequence[Buyer] = ()
    sites: tuple[Site, ...] = ()
    reports: tuple[Report, ...] = ()
    fairs: tuple[Fair, ...] = ()
    markets: tuple[Market, ...] = ()
    regions: tuple[Area, ...] = ()
    provinces: tuple[Area, ...] = ()
    towns: tuple[Town, ...] = ()
    communes: tuple[Commune, ...] = ()
    synonyms: tuple[Mapping[str, str], ...] = ()
    problems: tuple[Any, ...] = field(default=())

    @cached_property
    def reference_digest(self) -> str:
        """What maps draw of markets, regions, provinces and towns; other records change nothing."""
        drawn = (
            [(m.iso2, dict(m.name), m.label_lon_lat) for m in self.markets],
            [
                (a.code, dict(a.name), a.label_lon_lat, a.geometry)
                for a in (*self.regions, *self.provinces)
            ],
            [(t.name, t.name_ar, t.population, t.lon_lat) for t in self.towns],
        )
        return hashlib.sha256(orjson.dumps(drawn, default=dict)).hexdigest()[:16]

    @cached_property
    def market_by_code(self) -> Mapping[str, Market]:
        """Market of each ISO code."""
        return MappingProxyType({m.iso2: m for m in self.markets})

    @cached_property
    def area_by_code(self) -> Mapping[str, Area]:
        """Region or province of each code."""
        return MappingProxyType({a.code: a for a in (*self.regions, *self.provinces)})

    @cached_property
    def report_by_id(self) -> Mapping[str, Report]:
        """Report of each id."""
        return MappingProxyType({r.id: r for r in self.reports})

    @cached_property
    def fair_by_id(self) -> Mapping[str, Fair]:
        """Fair of each id."""
        return MappingProxyType({f.id: f for f in self.fairs})

    @cached_property
    def buyer_row(self) -> Mapping[str, int]:
        """Index of each buyer, by id."""
        return MappingProxyType({b.id: i for i, b in enumerate(self.buyers)})

    @cached_property
    def site_row(self) -> Mapping[str, int]:
        """Index of each site, by id."""
        return MappingProxyType({s.id: i for i, s in enumerate(self.sites)})
