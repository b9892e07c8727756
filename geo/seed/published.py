"""The published records: actors, sites, reports, markets, regions, provinces."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from geo.seed.tables import codes, feature, features, flag, number, point, rows, sources_of
from geo.text.folding import fold

Record = dict[str, Any]
#: Names of shops that are also a town or a season: only a list of organisations tells.
ORDINARY = ("larache", "le printemps")
#: What the table of markets says of an agreement -> its code; the words are in the catalogues.
AGREEMENT_CODES = {
    "EU-Morocco Association Agreement (in force 2000)": "eu_association",
    "UK-Morocco Association Agreement (applied since 2021)": "uk_association",
    "EFTA-Morocco FTA (in force 1999)": "efta",
    "US-Morocco FTA (in force 2006)": "fta_us",
    "Türkiye-Morocco FTA (in force 2006)": "fta_turkey",
    "UAE-Morocco FTA (in force 2003)": "fta_uae",
    "GAFTA/Arab League": "gafta",
    "AfCFTA": "afcfta",
    "none/MFN": "mfn",
}
AGREEMENT_SOURCE_CODES = {"general knowledge, verify": "general_knowledge", "": ""}


def buyers(sources: Path) -> list[Record]:
    """The actors named by public sources."""
    found = []
    for row in rows(sources, "actors"):
        place = point(row["lon"], row["lat"])
        found.append(
            feature(
                row["id"],
                place,
                {
                    "name": row["name"],
                    "kind": row["kind"],
                    "country": row["country_iso2"],
                    "city": row["city"],
                    "crafts": codes(row["crafts"]),
                    "relation_fr": row["relation_fr"],
                    "year": number(row["year"]),
                    "website": row["website"],
                    "provenance": "published",
                    "precision": row["position_precision"] if place else "country",
                    "verified": row["year"],
                    "sources": sources_of(row["source_url"], row["year"]),
                },
            )
        )
    return found


def sites(sources: Path) -> list[Record]:
    """The sites and Maisons named by public sources."""
    found = []
    for row in rows(sources, "sites"):
        place = point(row["lon"], row["lat"])
        found.append(
            feature(
                row["id"],
                place,
                {
                    "name_fr": row["name_fr"],
                    "kind": row["kind"],
                    "status": row["status"],
                    "town": row["town"],
                    "commune": row["commune"],
                    "province": row["province_code"],
                    "region": row["region_code"],
                    "crafts": codes(row["crafts"]),
                    "year_opened": number(row["year_opened"]),
                    "capacity_artisans": number(row["capacity_artisans"]),
                    "area_m2": number(row["area_m2"]),
                    "budget_mad": number(row["budget_mad"]),
                    "women_only": flag(row["women_only"]),
                    "rural": flag(row["rural"]),
                    "precision": row["position_precision"]
                    if place
                    else ("province" if row["province_code"] else "region"),
                    "geoname_id": row["geoname_id"],
                    "fact_fr": row["fact_fr"],
                    "provenance": "published",
                    "verified": row["source_date"],
                    "sources": sources_of(row["sources"], row["source_date"]),
                },
            )
        )
    return found


def reports(sources: Path, actors: list[Record]) -> list[Record]:
    """The watch reports, with their notes and the actors they name."""
    notes = {row["id"]: _note(row) for row in rows(sources, "watch_notes")}
    titles = _titles(sources)
    found = []
    for row in rows(sources, "reports"):
        inside = [notes[id_] for id_ in codes(row["note_ids"])]
        ar, en = titles.get(row["id"], (row["title_fr"], row["title_fr"]))
        found.append(
            {
                "id": row["id"],
                "date": row["date"],
                "title": {"fr": row["title_fr"], "ar": ar, "en": en},
                "kind": row["kind"],
                "markets": _union(n["markets"] for n in inside),
                "crafts": _union(n["crafts"] for n in inside),
                "named": [a["id"] for a in actors if any(names(n, a) for n in inside)],
                "notes": inside,
            }
        )
    return found


def _titles(sources: Path) -> dict[str, tuple[str, str]]:
    if not (sources / "report_titles.csv").exists():
        return {}
    return {row["id"]: (row["title_ar"], row["title_en"]) for row in rows(sources, "report_titles")}


def _note(row: dict[str, str]) -> Record:
    others = [u for u in row["other_source_urls"].split(" | ") if u]
    return {
        "id": row["id"],
        "date": row["date"],
        "date_basis": row["date_basis"],
        "title_fr": row["title_fr"],
        "kind": row["kind"],
        "markets": codes(row["markets"]),
        "crafts": codes(row["crafts"]),
        "summary_fr": row["summary_fr"],
        "key_figures": json.loads(row["key_figures"] or "[]"),
        "organisations": codes(row["organisations"]),
        "sources": [
            {"url": row["source_url"], "label": row["source_name"], "date": row["date"]},
            *(s for url in others for s in sources_of(url)),
        ],
    }


def names(note: Record, actor: Record) -> bool:
    """Whether a note names an actor: its whole name, as words, accents and case aside."""
    name = fold(re.sub(r"\(.*?\)", "", actor["properties"]["name"]))
    if name in (fold(o) for o in note["organisations"]):
        return True
    text = fold(f"{note['title_fr']} | {note['summary_fr']}")
    return name not in ORDINARY and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _union(lists: Any) -> list[str]:
    return list(dict.fromkeys(code for codes_ in lists for code in codes_))


def markets(sources: Path) -> list[Record]:
    """The 34 target markets."""
    return [
        {
            "iso2": r["iso2"],
            "iso3": r["iso3"],
            "iso_n3": r["iso_n3"],
            "name": {"fr": r["name_fr"], "ar": r["name_ar"], "en": r["name_en"]},
            "world_region": r["region_of_world"],
            "capital": r["capital"],
            "capital_lon": float(r["capital_lon"]),
            "capital_lat": float(r["capital_lat"]),
            "label_lon": float(r["label_lon"]),
            "label_lat": float(r["label_lat"]),
            "evidence": r["evidence"],
            "evidence_fr": r["evidence_fr"],
            "evidence_url": r["evidence_url"],
            "agreements": agreements(r["trade_agreement_with_morocco"]),
            "agreement_source": AGREEMENT_SOURCE_CODES[r["agreement_source"]],
        }
        for r in rows(sources, "markets")
    ]


def agreements(text: str) -> list[str]:
    """The codes of the agreements a cell names.

    Raises
    ------
    KeyError : an agreement that has no code yet; silence would lose it.
    """
    return [AGREEMENT_CODES[part.strip()] for part in codes(text)]


def areas(sources: Path, name: str) -> list[Record]:
    """Regions or provinces, with a point inside where their name is written."""
    from shapely import maximum_inscribed_circle
    from shapely.geometry import shape

    found = []
    for area in features(sources, name):
        outline: Any = shape(area["geometry"])
        inside: Any = maximum_inscribed_circle(outline, tolerance=0.01)
        lon, lat = inside.coords[0]
        kept = {
            k: area["properties"].get(k)
            for k in (
                "code",
                "name_fr",
                "name_ar",
                "region_code",
                "population_2014",
                "population_2024",
            )
        }
        found.append(
            {
                "type": "Feature",
                "geometry": area["geometry"],
                "properties": kept | {"label_lon": round(lon, 3), "label_lat": round(lat, 3)},
            }
        )
    return found
