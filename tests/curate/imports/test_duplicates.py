"""Duplicates are proposed with reasons, found without comparing every pair."""

from __future__ import annotations

import itertools
import random
import string

from hypothesis import given, settings, strategies as st

from geo.curate.imports.duplicates import ComparedRecord, alike, compared
from geo.curate.imports.importer import Importer
from geo.curate.imports.planner import Options
from tests.sizes import examples

#: Some begin and end alike: a record with two of them is still no twin of itself.
WORDS = (
    "atelier",
    "maison",
    "maisons",
    "berbere",
    "atlas",
    "zellij",
    "kasbah",
    "medina",
    "import",
    "importer",
)
known = st.builds(
    ComparedRecord,
    key=st.just(0),
    name=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
    country=st.sampled_from(["DE", "FR", ""]),
    town=st.sampled_from(["Lyon", ""]),
    website=st.sampled_from(["", "https://www.a.com", "https://b.org/x"]),
    lon_lat=st.sampled_from([None, (4.8, 45.7), (4.8001, 45.7001), (11.5, 48.1)]),
    precise=st.booleans(),
)


def numbered(found: list[ComparedRecord]) -> list[ComparedRecord]:
    return [
        ComparedRecord(i, k.name, k.country, k.town, k.website, k.lon_lat, k.precise)
        for i, k in enumerate(found, 1)
    ]


@settings(max_examples=examples(80))
@given(st.lists(known, max_size=14))
def test_blocks_find_what_comparing_every_pair_finds(found):
    rows = numbered(found)
    slow = {(b.key, a.key) for a, b in itertools.combinations(rows, 2) if compared(a, b)}
    assert {(p.row, p.other) for p in alike(rows)} == slow


def test_a_letter_off_is_found_among_many_others():
    chance = random.Random(3)

    def name() -> str:
        return " ".join("".join(chance.choices(string.ascii_lowercase, k=7)) for _ in range(3))

    rows = [ComparedRecord(i, name(), "DE", "", "", None) for i in range(1, 3001)]
    rows.append(ComparedRecord(3001, rows[1000].name[:-1] + "z", "DE", "", "", None))
    assert [(p.row, p.other) for p in alike(rows)] == [(3001, 1001)]


def test_two_numbered_halls_are_two():
    rows = numbered(
        [ComparedRecord(0, f"Espace d'exposition {n}", "MA", "", "", None) for n in (12, 13)]
    )
    assert alike(rows) == []


def test_a_row_like_a_held_record_is_proposed_and_decided_by_the_reader(importer: Importer):
    held = next(
        b
        for b in importer.catalogue.buyers
        if b.provenance == "published" and b.lon_lat and len(b.name) > 8
    )
    lon, lat = held.lon_lat
    content = f"Nom;Pays;Latitude;Longitude\n{held.name} SA;{held.country};{lat};{lon}\n".encode()
    plan = importer.preview(content, "x.csv", "buyers")
    item = plan.items[0]
    assert (
        item.action == "new" and item.alike[0].other == held.id and "name" in item.alike[0].reasons
    )
    assert [(p.code, p.level) for p in plan.problems if p.code == "POSSIBLE_DUPLICATE"] == [
        ("POSSIBLE_DUPLICATE", "warn")
    ]
    merged = importer.preview(
        content, "x.csv", "buyers", options=Options(decisions={2: held.id})
    ).items[0]
    assert (
        merged.action == "changed"
        and merged.id == held.id
        and ("name", held.name, f"{held.name} SA")
        in [(c.field, c.before, c.after) for c in merged.changes]
    )
    assert (
        importer.preview(content, "x.csv", "buyers", options=Options(decisions={2: "new"})).outcome
        == "accept"
    )
    assert (
        importer.preview(content, "x.csv", "buyers", options=Options(decisions={2: "skip"})).counts[
            "left"
        ]
        == 1
    )


def test_rows_alike_without_identifiers_are_warned_about(bare: Importer):
    plan = bare.preview(
        b"Nom;Pays;Ville\nMaison Atlas;France;Lyon\nMaison Atlass;France;Lyon\n", "x.csv", "buyers"
    )
    assert ("POSSIBLE_DUPLICATE", "warn", "row 3") in [
        (p.code, p.level, p.where) for p in plan.problems
    ]
    assert plan.counts["new"] == 2
