"""The matrix against a slow count over the records, and the names of its cells."""

from __future__ import annotations

import pytest

from geo.i18n.words import words
from geo.markets.api.gap_matrix import gap_answer
from geo.markets.gap_matrix import GapCell, gap_matrix, recent, since, speaks_of
from geo.model.records import CRAFTS
from geo.model.view import ViewState


def slowly(catalogue, market, craft, view):
    first, _ = since_of(catalogue)
    buyers = [
        b
        for b in catalogue.buyers
        if b.country == market
        and craft in b.crafts
        and b.provenance != "demo"
        and (not view.buyer or b.kind in view.buyer)
    ]
    sites = [
        s
        for s in catalogue.sites
        if craft in s.crafts
        and s.status == "active"
        and s.provenance != "demo"
        and (not view.region or s.region in view.region)
    ]
    reports = [
        r
        for r in catalogue.reports
        if market in r.markets and (not r.crafts or craft in r.crafts) and recent(r, first)
    ]
    return GapCell(len(buyers), len(sites), len(reports))


def since_of(catalogue):
    class Holder:
        pass

    holder = Holder()
    holder.catalogue = catalogue
    return since(holder)


@pytest.mark.parametrize(
    "view",
    [
        ViewState(),
        ViewState(buyer=("concept_store",)),
        ViewState(region=("08",)),
        ViewState(market=("DE", "FR"), craft=("zellige",)),
    ],
)
def test_each_cell_is_what_a_slow_count_finds(query, view):
    matrix = gap_matrix(query, view)
    wanted = view.market or [m.iso2 for m in query.catalogue.markets]
    assert set(matrix) == set(wanted)
    for market, row in matrix.items():
        assert set(row) == set(view.craft or CRAFTS)
        for craft, cell in row.items():
            assert cell == slowly(query.catalogue, market, craft, view), (market, craft)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        (GapCell(2, 0, 1), "buyers_without_supply"),
        (GapCell(2, 0, 0), "buyers_without_supply"),
        (GapCell(2, 3, 0), "market_without_watch"),
        (GapCell(2, 3, 1), "followed"),
        (GapCell(0, 3, 1), "supply_without_buyers"),
        (GapCell(0, 3, 0), "nothing"),
        (GapCell(0, 0, 2), "nothing"),
    ],
)
def test_a_gap_is_named(cell, name):
    assert cell.gap == name


def test_twelve_months_end_with_the_newest_report(query):
    first, last = since(query)
    newest = max(r.date[:7] for r in query.catalogue.reports if len(r.date) >= 7)
    assert last == newest
    months = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:]) + 1
    assert months == 12


def test_generated_records_never_fill_a_cell(query):
    matrix = gap_matrix(query, ViewState(origin=("demo",)))
    assert {c.gap for row in matrix.values() for c in row.values()} == {"nothing"}


def test_the_chips_of_a_cell_are_its_recent_reports(query):
    answer = gap_answer(query, ViewState(), words("fr"))
    matrix = gap_matrix(query, ViewState())
    seen = 0
    for row in answer["crafts"]:
        for cell in row["cells"]:
            ids = [
                r.id
                for r in query.catalogue.reports
                if recent(r, since(query)[0]) and speaks_of(r, cell["market"], cell["craft"])
            ]
            assert (
                sorted(cell["reports"]) == sorted(ids)
                and len(ids) == matrix[cell["market"]][cell["craft"]].reports
            )
            assert all(id_ in answer["reports"] for id_ in ids)
            seen += len(ids)
    assert seen > 20
