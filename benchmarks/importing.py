"""The import: preview of 10,000 rows, plan and store of 100,000, memory beside the file."""

from __future__ import annotations

import csv
import io
import random
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from geo.core.paths import DATA_DIR
from geo.curate.imports.importer import Importer
from geo.i18n.words import words
from geo.model.records import Catalogue
from geo.query.current import open_store

STARTS = ("Atelier", "Maison", "Casa", "Haus", "Nordic", "Galerie", "Bazar", "Comptoir", "Studio")
ENDS = ("Atlas", "Zellij", "Kasbah", "Sahara", "Medina", "Argan", "Souk", "Riad", "Oasis")


def made(catalogue: Catalogue, count: int) -> bytes:
    """A French list of buyers as an administration sends it: semicolons, decimal commas, words."""
    chance, t, out = random.Random(1), words("fr"), io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(
        [
            "Nom",
            "Type",
            "Pays",
            "Ville",
            "Filière",
            "Latitude",
            "Longitude",
            "Année",
            "Site web",
            "Observations",
        ]
    )
    placed = [b for b in catalogue.buyers if b.lon_lat]
    for i in range(count):
        like = chance.choice(placed)
        lon, lat = like.lon_lat  # type: ignore[misc]
        own = "".join(
            chance.choice("bcdfglmnprstv") + chance.choice("aeiou") for _ in range(4)
        ).title()
        writer.writerow(
            [
                f"{chance.choice(STARTS)} {chance.choice(ENDS)} {chance.choice(STARTS)} {own}",
                t(f"buyer.{like.kind}"),
                t.country(like.country),
                like.city,
                ", ".join(t(f"craft.{c}") for c in like.crafts) or "Tapis & kilims / poterie",
                f"{lat + chance.gauss(0, 0.01):.5f}".replace(".", ","),
                f"{lon + chance.gauss(0, 0.01):.5f}".replace(".", ","),
                chance.choice(["2015", "2019", ""]),
                f"www.shop{i}.com" if i % 3 else "",
                "",
            ]
        )
    return out.getvalue().encode()


def measure_importing() -> dict[str, Any]:
    """Seconds of each step, each in a store of its own."""
    found: dict[str, Any] = {}
    for count in (10_000, 100_000):
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(f"files:{DATA_DIR}", Path(folder))
            catalogue = store.load()
            content = made(catalogue, count)
            importer = Importer(store, catalogue)  # type: ignore[arg-type]
            before, started = (
                resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
                time.perf_counter(),
            )
            plan = importer.preview(content, "liste.csv", "buyers")
            planned = time.perf_counter()
            importer.store(plan, "bench", "bench")
            found[f"rows_{count}"] = {
                "file_kb": len(content) // 1024,
                "new": plan.counts["new"],
                "preview_s": round(planned - started, 2),
                "store_s": round(time.perf_counter() - planned, 2),
                "memory_mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024,
            }
    return found
