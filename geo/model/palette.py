"""Colours and shapes of records and land: one table for paper, map, page and style sheets.

A class of records has its own colour and its own shape, so that neither is needed to tell it.
Python reads the table itself; scripts and style sheets get it from ``geo.web.shared_tables``.
"""

from __future__ import annotations

from collections.abc import Mapping

INK, SOFT, WHITE, KEYLINE = "#16211F", "#52605E", "#FFFFFF", "#3A4644"
#: Rules and frames on paper.
LINE = "#DDD8CD"
#: The brand's green: titles, headings of tables, what is selected.
BRAND, BRAND_NIGHT = "#0F3D3E", "#6CC3BC"
#: What a record is ringed with when it is selected, and when the open report names it.
SELECTED, SELECTED_NIGHT, NAMED = BRAND, BRAND_NIGHT, "#B58900"

#: One record of a class; several, darker, for a figure stands on them; one that was generated.
FILL = {"buyer": "#0072B2", "site": "#D55E00", "maison": "#009E73", "fair": "#8E3F85"}
CLUSTER = {"buyer": "#0072B2", "site": "#B54C00", "maison": "#00795A", "fair": "#8E3F85"}
PALE = {"buyer": "#A9CFE5", "site": "#F0C3A3", "maison": "#A5DBCB", "fair": "#DDBCD8"}
FILL_NIGHT = {"buyer": "#4AA3DA", "site": "#F08A3C", "maison": "#2FC096", "fair": "#D58CCB"}
#: How full a mark is by its age (``geo.model.records.AGE_STEPS``, undated last); younger: full.
FULLNESS = {2: 0.85, 3: 0.7, 4: 0.55, 5: 0.35, 6: 0.2}

#: Facilities by status, where a map shows no other class; several of any status.
STATUS = {"active": "#0072B2", "under_construction": "#B54C00", "planned": "#3A0F1B"}
STATUS_NIGHT = {"active": "#5AB4F0", "under_construction": "#F09A4A", "planned": "#E6DDD1"}
NEUTRAL, NEUTRAL_NIGHT = "#44504D", "#7C8A86"

#: Ends of an evidence chain.
CHAIN = {"market": BRAND, "buyer": FILL["buyer"], "site": CLUSTER["site"]}
CHAIN_NIGHT = {
    "market": BRAND_NIGHT,
    "buyer": FILL_NIGHT["buyer"],
    "site": FILL_NIGHT["site"],
}

#: How much of a region or province is within reach, and how opaque its area is.
COVERAGE = {
    "all": ("#6FAFA6", 0.75),
    "half": ("#A9CDC5", 0.75),
    "some": ("#DCE0C6", 0.7),
    "none": ("#F3E3CB", 0.6),
    "unknown": ("#9AA3A0", 0.28),
}
COVERAGE_NIGHT = {
    "all": ("#2F8A80", 0.75),
    "half": ("#2A6660", 0.75),
    "some": ("#3F5A3C", 0.6),
    "none": ("#5A4630", 0.55),
    "unknown": ("#5C6663", 0.35),
}
#: Sites that a plan proposes.
PLAN = "#5B2A86"

SEA, SEA_NIGHT = "#C5D5DC", "#0B1313"
LAND = {"land": "#F8F4EC", "market": "#EDE2CB", "home": "#EFE3C6"}
LAND_NIGHT = {"land": "#1E2928", "market": "#2A3735", "home": "#303A2F"}
PICKED, PICKED_NIGHT = "#C3DDD8", "#21504E"
#: How far a market's tint goes over to that of other land, by the age of its latest report.
FADING = (0.0, 0.0, 0.1, 0.2, 0.35, 0.5, 0.65)
#: Names on a printed map.
NAMES = {
    "home": "#2F3B39",
    "market": "#36433F",
    "country": "#56625F",
    "region": "#5F5030",
    "province": "#6B5C3A",
    "town": "#36433F",
    "record": INK,
    "sea": "#425D69",
}

_CIRCLE, _SQUARE = "M8 2a6 6 0 1 0 .01 0z", "M2.6 2.6h10.8v10.8H2.6z"
_TRIANGLE, _DIAMOND = "M8 1.6 14.6 13.4H1.4z", "M8 1 15 8 8 15 1 8z"
_PAPER = "M3.5 1.5h6l3 3v10h-9z"
#: Path data in a box of 16 by 16: what stands beside a record's name.
GLYPHS = {
    "buyer": _CIRCLE,
    "site": _SQUARE,
    "maison": _TRIANGLE,
    "fair": "M8 .6 15.4 8 8 15.4.6 8z",
    "report": _PAPER,
    "note": _PAPER,
    "market": "M8 1.5a6.5 6.5 0 1 0 .01 0z M1.5 8h13",
    "craft": "M8 1.5 14.5 8 8 14.5 1.5 8z",
    "region": "M2 4l4-2 4 2 4-2v10l-4 2-4-2-4 2z",
}
#: A facility by its use (``geo.i18n.labels.FORMS``), where a map shows no other class.
FORM_GLYPHS = {
    "complex": _SQUARE,
    "sale": _DIAMOND,
    "training": _CIRCLE,
    "maison": _TRIANGLE,
    "other": "M8 1.2 14 4.6v6.8L8 14.8 2 11.4V4.6z",
}
CHAIN_GLYPHS = {"buyer": _CIRCLE, "site": _SQUARE, "maison": _TRIANGLE, "market": _DIAMOND}

#: Custom properties of the page's style sheets, by day and by night.
PAGE = {
    "ink": INK,
    "soft": SOFT,
    "faint": "#5C6966",
    "paper": WHITE,
    "wash": "#FBFAF7",
    "line": "#E4DFD5",
    "teal": BRAND,
    "on-teal": WHITE,
    "teal-soft": "#E1ECEA",
    "warn": "#8A5A00",
    "warn-soft": "#FFF4DC",
    "bad": "#A50D26",
    "bad-soft": "#FDECEE",
    "hover": "#F1F0EA",
    "named": NAMED,
    "plan": PLAN,
}
PAGE_NIGHT = {
    "ink": "#E8EFED",
    "soft": "#A9B6B3",
    "faint": "#93A19D",
    "paper": "#101918",
    "wash": "#151F1E",
    "line": "#2A3836",
    "teal": BRAND_NIGHT,
    "on-teal": "#0B1113",
    "teal-soft": "#1D3634",
    "warn": "#F0C469",
    "warn-soft": "#3A2E12",
    "bad": "#FFB3BD",
    "bad-soft": "#3A1820",
    "hover": "#1C2826",
}
#: Those of what floats over the map, in its own frame.
MAP = {
    "ink": INK,
    "soft": SOFT,
    "paper": WHITE,
    "line": "#E4DFD5",
    "teal": BRAND,
    "hover": "#EEF4F3",
    "plan": PLAN,
}
MAP_NIGHT = {
    "ink": "#E8EFED",
    "soft": "#AAB7B4",
    "paper": INK,
    "line": "#33423F",
    "teal": BRAND_NIGHT,
    "hover": "#22302E",
}


def class_properties(fills: Mapping[str, str], statuses: Mapping[str, str]) -> dict[str, str]:
    """Custom properties of the classes (``c-buyer``) and of the statuses (``s-planned``)."""
    return {
        **{f"c-{kind}": color for kind, color in fills.items()},
        **{f"s-{status}": color for status, color in statuses.items()},
    }
