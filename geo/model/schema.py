"""The fields of the records that can be edited: one row says everything about one field.

Parsing, validation, the form, the import and its template, the exports, the open interface, the
panel, quality and the history all read this table; each keeps only how it words a value and the
order in which it shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from geo.model.records import (
    AGREEMENT_SOURCES,
    AGREEMENTS,
    BUYER_KINDS,
    CRAFTS,
    EVIDENCES,
    FAIR_KINDS,
    PRECISIONS,
    PROVENANCES,
    SITE_KINDS,
    STATUSES,
    WORLD_REGIONS,
    Buyer,
    Fair,
    Market,
    Site,
)

#: ``date``: a year, a month or a day; ``day``: a day that exists; ``one`` and ``many``: codes.
Type = Literal[
    "id",
    "text",
    "long",
    "one",
    "many",
    "whole",
    "year",
    "number",
    "flag",
    "date",
    "day",
    "url",
    "sources",
    "position",
    "names",
    "months",
]
#: What a record holds that does not know; a type that is not here is known or absent.
_UNKNOWN: Mapping[Type, Any] = MappingProxyType(
    {
        **dict.fromkeys(("text", "long", "one", "date", "day", "url"), ""),
        **dict.fromkeys(("whole", "year", "number", "flag"), None),
        **dict.fromkeys(("many", "months", "sources"), ()),
    }
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record.

    Attributes
    ----------
    name : attribute of the record.
    type : what it holds; the types without a question of a form are not in the form.
    stored : property of the raw record, ``name`` when empty; a position may be in two.
    codes : what ``one`` and ``many`` choose from: a vocabulary, or a list that the store holds
        (``markets``, ``regions``, ``provinces``, ``countries``).
    words : prefix of the codes' names in the catalogues; empty: the store names them.
    required : whether a record saved by hand must answer; a name or a code is never empty.
    optional : whether an older record may lack it.
    most : longest text, characters.
    default : what a new record of an import says that does not know; None: what its type does.
    unit : what a number counts: ``artisans``, ``m2`` or ``mad``.
    personal : for editors only: in no export, not in the open interface.
    column : its field in imported files; empty: not stored by an import.
    helps : other fields of imported files that it is made from.
    export, ogc, fact, quality : its column in exports, its property in the open interface, its
        fact in the panel, its question on the quality page; empty: not there.
    form : whether the form asks for it.
    """

    name: str
    type: Type = "text"
    stored: str = ""
    codes: Sequence[str] | str = ()
    words: str = ""
    required: bool = False
    optional: bool = False
    most: int = 4_000
    default: Any = None
    unit: str = ""
    personal: bool = False
    column: str = ""
    helps: tuple[str, ...] = ()
    export: str = ""
    ogc: str = ""
    fact: str = ""
    quality: str = ""
    form: bool = True

    @property
    def key(self) -> str:
        """Property of the raw record."""
        return self.stored or self.name

    @property
    def unknown(self) -> Any:
        """What a raw record says that does not know; None for what it cannot do without."""
        held = _UNKNOWN.get(self.type)
        return list(held) if isinstance(held, tuple) else held


_POINT = ("lat", "lon", "position")
_METRES = (*_POINT, "x", "y")
_PRECISION = Field(
    "precision",
    "one",
    codes=PRECISIONS,
    words="precision",
    required=True,
    helps=("precision",),
    export="precision",
    ogc="precision",
    fact="precision",
)
_PROVENANCE = Field(
    "provenance",
    "one",
    codes=PROVENANCES,
    words="origin",
    required=True,
    export="origin",
    ogc="origin",
)
_VERIFIED = Field(
    "verified",
    "date",
    required=True,
    column="verified",
    export="verified",
    ogc="verified",
    fact="verified",
    quality="verified",
)
_SOURCES = Field(
    "sources",
    "sources",
    required=True,
    helps=("source",),
    export="sources",
    ogc="sources",
    quality="source",
)
_CRAFTS = Field(
    "crafts",
    "many",
    codes=CRAFTS,
    words="craft",
    column="crafts",
    export="crafts",
    ogc="craft",
    fact="crafts",
    quality="crafts",
)
_ID = Field("id", "id", column="id", export="id", form=False)

_BUYER = (
    _ID,
    Field("name", required=True, column="name", export="name", ogc="name"),
    Field(
        "kind",
        "one",
        codes=BUYER_KINDS,
        words="buyer",
        required=True,
        default="other",
        column="kind",
        export="kind",
        ogc="buyer",
    ),
    Field(
        "country",
        "one",
        codes="markets",
        required=True,
        column="country",
        export="country",
        ogc="market",
        fact="market",
    ),
    Field(
        "city",
        column="town",
        helps=("address",),
        export="place",
        ogc="city",
        fact="city",
        quality="city",
    ),
    Field(
        "lon_lat",
        "position",
        stored="geometry",
        helps=_METRES,
        export="lon lat",
        quality="position",
        form=False,
    ),
    _CRAFTS,
    Field("relation_fr", "long", column="relation", ogc="told_fr", quality="told"),
    Field("year", "year", column="year", export="year", ogc="year", fact="since", quality="year"),
    Field(
        "website",
        "url",
        column="website",
        export="website",
        ogc="website",
        fact="website",
        quality="website",
    ),
    _PROVENANCE,
    _PRECISION,
    _VERIFIED,
    _SOURCES,
)
_SITE = (
    _ID,
    Field("name", stored="name_fr", required=True, column="name", export="name", ogc="name"),
    Field(
        "kind",
        "one",
        codes=SITE_KINDS,
        words="site",
        required=True,
        default="autre",
        column="kind",
        export="kind",
        ogc="site",
    ),
    Field(
        "status",
        "one",
        codes=STATUSES,
        words="status",
        required=True,
        default="active",
        column="status",
        export="status",
        ogc="status",
    ),
    Field(
        "town",
        column="town",
        helps=("address",),
        export="place",
        ogc="town",
        fact="town",
        quality="town",
    ),
    Field("commune", column="commune", ogc="commune"),
    Field(
        "province",
        "one",
        codes="provinces",
        column="province",
        export="province",
        ogc="province",
        fact="province",
        quality="province",
    ),
    Field(
        "region",
        "one",
        codes="regions",
        required=True,
        column="region",
        export="region",
        ogc="region",
        fact="region",
    ),
    Field(
        "lon_lat",
        "position",
        stored="geometry",
        helps=_METRES,
        export="lon lat",
        quality="position",
        form=False,
    ),
    _CRAFTS,
    Field(
        "year_opened",
        "year",
        column="opened",
        export="year",
        ogc="year_opened",
        fact="opened",
        quality="year",
    ),
    Field(
        "capacity_artisans",
        "whole",
        unit="artisans",
        column="capacity",
        export="capacity",
        ogc="capacity_artisans",
        fact="capacity",
        quality="capacity",
    ),
    Field("area_m2", "number", unit="m2", column="area", export="area", ogc="area_m2", fact="area"),
    Field(
        "budget_mad",
        "number",
        unit="mad",
        column="budget",
        export="budget",
        ogc="budget_mad",
        fact="budget",
    ),
    Field("women_only", "flag", column="women_only", ogc="women", fact="women_only"),
    Field("rural", "flag", column="rural", ogc="rural", fact="milieu"),
    Field("fact_fr", "long", column="relation", ogc="told_fr", quality="told"),
    _PROVENANCE,
    _PRECISION,
    Field(
        "phone",
        optional=True,
        most=40,
        personal=True,
        column="phone",
        fact="phone",
        quality="phone",
    ),
    _VERIFIED,
    Field("verified_by", optional=True, most=120, personal=True, form=False),
    _SOURCES,
)
_FAIR = (
    _ID,
    Field("name", required=True, column="name"),
    Field(
        "kind",
        "one",
        codes=FAIR_KINDS,
        words="support.fair",
        required=True,
        default="international",
        column="kind",
    ),
    Field("country", "one", codes="countries", column="country"),
    Field("city", column="town"),
    Field("venue", column="venue", fact="venue"),
    Field("first", "day", column="start", fact="dates"),
    Field("last", "day", column="end"),
    Field("months", "months", helps=("month",), form=False),
    Field("edition", column="edition", fact="edition"),
    Field("year", "year", form=False),
    Field("lon_lat", "position", stored="lon lat", helps=_POINT, form=False),
    _CRAFTS,
    _PROVENANCE,
    _PRECISION,
    replace(_VERIFIED, fact=""),
    _SOURCES,
)
_MARKET = (
    Field("iso2", "id", column="country", ogc="market", form=False),
    Field("name", "names", helps=("name", "name_ar", "name_en"), ogc="name", form=False),
    Field(
        "world_region",
        "one",
        codes=WORLD_REGIONS,
        words="world",
        required=True,
        column="world_region",
        ogc="world_region",
        form=False,
    ),
    Field("capital", column="capital", ogc="capital", fact="capital", form=False),
    Field(
        "label_lon_lat",
        "position",
        stored="label_lon label_lat",
        required=True,
        helps=_METRES,
        form=False,
    ),
    Field(
        "evidence",
        "one",
        codes=EVIDENCES,
        words="evidence",
        required=True,
        default="assumed",
        ogc="evidence",
        quality="evidence",
    ),
    Field("evidence_fr", "long", column="relation"),
    Field("evidence_url", "url", helps=("source",), ogc="evidence_url", quality="source"),
    Field(
        "agreements",
        "many",
        codes=AGREEMENTS,
        words="agreement",
        ogc="agreement",
        fact="agreement",
        quality="agreement",
    ),
    Field(
        "agreement_source",
        "one",
        codes=AGREEMENT_SOURCES,
        words="agreement_source",
        fact="agreement_source",
        form=False,
    ),
)

#: Collection -> the fields of its records; reports are published whole, not edited field by field.
SCHEMA: Mapping[str, tuple[Field, ...]] = MappingProxyType(
    {"buyers": _BUYER, "sites": _SITE, "fairs": _FAIR, "markets": _MARKET}
)
#: Collection -> the class of its records.
RECORD_CLASSES: Mapping[str, type] = MappingProxyType(
    {"buyers": Buyer, "sites": Site, "fairs": Fair, "markets": Market}
)


def in_order(
    names: Iterable[str], first: Sequence[str] = (), last: Sequence[str] = ()
) -> tuple[str, ...]:
    """Names once each in the order of the table, but for those that open and close the list."""
    given = tuple(dict.fromkeys(names))
    return (
        *(n for n in first if n in given),
        *(n for n in given if n not in first and n not in last),
        *(n for n in last if n in given),
    )
