"""Scores, plans, windows and verdicts on numbers that a reader can check by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from geo.markets import exporters as exporters_module, indicators, trade_cache
from geo.markets.export_statistics import demand_of, demand_of_pair, disagreeing, growth_of, line
from geo.markets.export_support import eligible
from geo.markets.exporters import Exporter, exporters_in
from geo.markets.gap_matrix import recent, recent_reports, since
from geo.markets.indicators import (
    able_sites,
    crafts_in_demand,
    known_buyers,
    market_table,
)
from geo.markets.mission_planner import plan, working_days
from geo.markets.score import double_counted, normalised, rank_interval, score, tipping, used
from geo.markets.trade_cache import TradeFact
from geo.model.criteria import KEYS, Criterion
from geo.model.export_statistics import ExportStatement
from geo.model.records import Catalogue
from geo.model.view import ViewState
from geo.query.engine import Query
from tests.query.records import buyer, note, report, site

NAN = float("nan")


# --- score ----------------------------------------------------------------------------


def criterion(scale: str, up: bool = True) -> Criterion:
    return Criterion("c", "attractiveness", 10, scale, up, "km")


@pytest.mark.parametrize(
    ("scale", "up", "raw", "shares"),
    [
        ("linear", True, [0, 5, 10], [0, 0.5, 1]),
        ("linear", False, [0, 5, 10], [1, 0.5, 0]),
        ("log", True, [1, 10, 100], [0, 0.5, 1]),
        ("log", True, [0, 10, 100], [NAN, 0, 1]),
        ("count", True, [0, 1, 3], [0, 0.5, 1]),
        ("linear", True, [4, 4, NAN], [0.5, 0.5, NAN]),
        ("linear", True, [NAN, NAN, NAN], [NAN, NAN, NAN]),
        ("linear", True, [0, 1e-10, 0], [0.5, 0.5, 0.5]),
    ],
)
def test_a_scale_goes_from_the_smallest_to_the_largest(scale, up, raw, shares):
    found = normalised(np.array([raw], float).T, [criterion(scale, up)])
    assert found[:, 0].tolist() == pytest.approx(shares, nan_ok=True)


def test_a_score_is_the_weighted_mean_of_what_is_known():
    n = np.array([[1.0, 0.5, NAN], [0.25, NAN, NAN], [0.0, 1.0, NAN]])
    found = score(n, np.array([60.0, 40.0, 900.0]))
    assert found.score.tolist() == pytest.approx([80, 25, 40])
    assert found.coverage.tolist() == pytest.approx([1, 0.6, 1])
    assert found.points[0].tolist() == pytest.approx([60, 20, NAN], nan_ok=True)
    assert found.rank.tolist() == [1, 3, 2]
    assert used(n).tolist() == [True, True, False]


def test_a_market_of_which_nothing_is_known_has_no_score():
    found = score(np.array([[NAN], [0.5]]), np.ones(1))
    assert np.isnan(found.score[0]) and found.rank.tolist() == [0, 1]
    assert found.coverage.tolist() == [0, 1]


def test_a_rank_interval_is_empty_without_a_rank_and_repeats_with_its_seed():
    n = np.array([[0.9, 0.1], [0.1, 0.9], [0.5, 0.4], [NAN, NAN]])
    low, high = rank_interval(n, np.array([50.0, 50.0]))
    assert (low[3], high[3]) == (0, 0)
    assert low.tolist() == [1, 1, 2, 0] and high.tolist() == [3, 3, 3, 0]
    narrow = rank_interval(n, np.array([95.0, 5.0]))
    assert narrow[0].tolist() == [1, 3, 2, 0] and narrow[1].tolist() == [1, 3, 2, 0]


def test_the_intervals_of_eight_markets_are_always_these():
    n = np.random.default_rng(9).random((8, 3))
    low, high = rank_interval(n, np.array([40.0, 30.0, 30.0]))
    assert low.tolist() == [3, 2, 3, 8, 3, 3, 7, 1] and high.tolist() == [6, 2, 6, 8, 6, 5, 7, 1]


def test_two_markets_meet_where_the_share_makes_their_scores_equal():
    a, b = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert tipping(a, b, np.array([50.0, 50.0]), 0) == pytest.approx([0.5])
    assert tipping(np.array([0.75, 0.0]), np.array([0.0, 0.25]), np.ones(2), 0) == pytest.approx(
        [0.25]
    )
    assert tipping(a, a, np.ones(2), 0) == []
    assert tipping(a, np.array([0.5, -0.5]), np.ones(2), 0) == [], "one is always ahead"
    assert tipping(a, b, np.array([50.0, 0.0]), 0) == [], "no other weight to give way"
    edge = tipping(np.array([1.0, 0.0]), np.array([0.0, 0.004]), np.ones(2), 0)
    assert edge == [], "a share under half a per cent is none"


def test_a_missing_value_bends_the_line_between_two_markets():
    a, b = np.array([1.0, NAN, 0.0]), np.array([0.0, 1.0, 0.0])
    (share,) = tipping(a, b, np.array([1.0, 1.0, 1.0]), 0)
    # p / (p + (1-p)/2) = (1-p)/2
    assert share == pytest.approx(0.2360679, abs=1e-6)


def test_ten_markets_and_both_weights_make_a_double_count():
    x = np.linspace(0, 1, 10)
    pair = np.column_stack([x, 1 - x])
    assert [(i, j, round(r, 6)) for i, j, r in double_counted(pair, np.ones(2))] == [(0, 1, -1.0)]
    assert double_counted(pair[:9], np.ones(2)) == []
    assert double_counted(pair, np.array([1.0, 0.0])) == []
    assert double_counted(np.column_stack([x, np.full(10, 0.5)]), np.ones(2)) == []
    zigzag = np.column_stack([x, np.tile([0.0, 1.0], 5)])
    assert double_counted(zigzag, np.ones(2)) == []


# --- export statements ----------------------------------------------------------------

ROW = ExportStatement(
    *("X", "2024-01", "2024-12", "market", "FR", "", (), "", ""),
    *(100.0, None, "", None, False, "", "https://a.example/"),
)


def row(year: int = 2024, **changes) -> ExportStatement:
    return replace(ROW, start=f"{year}-01", end=f"{year}-12", **changes)


def test_demand_is_a_share_of_the_published_total_of_that_year():
    total = row(scope="total", market="", value_mdh=2_000.0)
    share = row(value_mdh=None, share_pct=12.0, share_base="total")
    assert demand_of("FR", [total, share]) == (240.0, share, total)
    assert demand_of("FR", [share]) is None, "no total to take a share of"
    assert demand_of("FR", [total, replace(share, share_base="see_note")]) is None
    assert demand_of("FR", [total, replace(share, start="2024-02")]) is None
    assert demand_of("DE", [total, share]) is None
    newer = row(2025, value_mdh=5.0)
    assert demand_of("FR", [total, share, newer, row()])[0] == 5.0
    assert demand_of("FR", [total, share, row()])[0] == 100.0, "an amount before a share"


def test_the_demand_for_a_craft_is_published_or_unknown():
    pair = row(scope="market_craft", crafts=("zellige",))
    both = row(scope="market_craft", crafts=("zellige", "babouches"))
    assert demand_of_pair("FR", ["zellige"], [pair, both]) is pair
    assert demand_of_pair("FR", ["babouches", "zellige"], [pair, both]) is both
    assert demand_of_pair("DE", ["zellige"], [pair]) is None
    assert demand_of_pair("FR", ["zellige"], [replace(pair, value_mdh=None)]) is None
    assert demand_of_pair("FR", ["zellige"], [replace(pair, start="2024-02")]) is None
    rough = replace(pair, approximate=True, id="R")
    assert demand_of_pair("FR", ["zellige"], [rough, pair]) is pair
    older = replace(pair, start="2023-01", end="2023-12")
    assert demand_of_pair("FR", ["zellige"], [older, rough]) is rough


def test_a_line_takes_the_first_exact_figure_of_each_year():
    rough, exact, second = row(approximate=True, id="A"), row(id="B"), row(id="C")
    assert [r.id for r in line([rough, exact, second], "value_mdh")] == ["B"]
    assert [r.id for r in line([exact, rough], "value_mdh")] == ["B"]
    assert [r.year for r in line([row(2025), row(2023)], "value_mdh")] == [2023, 2025]
    assert line([row(value_mdh=None)], "value_mdh") == []


def test_figures_contradict_each_other_about_one_thing_and_period_only():
    one, other = row(id="A"), row(id="B", value_mdh=101.0)
    assert disagreeing([one, other], "value_mdh") == [(one, other)]
    assert disagreeing([one, row(2023, value_mdh=5.0)], "value_mdh") == []
    assert disagreeing([one, row(market="DE", value_mdh=5.0)], "value_mdh") == []
    share = row(share_pct=5.0, share_base="total")
    assert disagreeing([share, row(share_pct=6.0, share_base="see_note")], "share_pct") == []
    assert len(disagreeing([share, row(share_pct=6.0, share_base="total")], "share_pct")) == 1
    based = row(growth_pct=5.0, note_fr="évolution par rapport à 2019")
    assert disagreeing([row(growth_pct=6.0), based], "growth_pct") == []


def test_the_growth_of_a_market_is_its_newest():
    rows = [row(2023, growth_pct=1.0), row(growth_pct=2.0), row(2025, growth_pct=9.0, market="DE")]
    assert growth_of("FR", rows).growth_pct == 2.0 and growth_of("ES", rows) is None


# --- indicators -----------------------------------------------------------------------


@pytest.fixture
def facts(monkeypatch):
    """Fetched figures: measure and market to dollars."""
    found: dict[tuple[str, str], TradeFact] = {}
    monkeypatch.setattr(indicators, "fact", lambda measure, iso2: found.get((measure, iso2)))
    return found


def cells(catalogue, iso2="DE", **changes):
    small = replace(
        catalogue, markets=tuple(m for m in catalogue.markets if m.iso2 == iso2), **changes
    )
    return market_table(Query(small)).cells[iso2]


def test_shipped_economies_stand_in_until_figures_are_fetched(catalogue, facts):
    before = cells(catalogue)
    assert before["imports"].how == "not_loaded" and before["imports"].value is None
    assert before["gdp"].how == "gdp" and 3_000 < before["gdp"].value < 6_000, "billions"
    assert 35_000 < before["gdp_head"].value < 70_000 and before["gdp"].year.isdigit()
    facts["gdp", "DE"] = TradeFact(4.5e12, 2024, "2026-01-02", "worldbank")
    facts["gdp_head", "DE"] = TradeFact(54_000.0, 2024, "2026-01-02", "worldbank")
    facts["imports", "DE"] = TradeFact(250e6, 2023, "2026-01-02", "comtrade")
    after = cells(catalogue)
    assert (after["gdp"].value, after["gdp"].year, after["gdp"].how) == (4_500.0, "2024", "kept")
    assert after["gdp_head"].value == 54_000.0 and after["imports"].value == 250.0
    assert after["imports"].url == "https://comtradeplus.un.org/"
    assert after["gdp"].parts == {"date": "2026-01-02"}


def test_the_best_agreement_of_a_market_counts(catalogue):
    germany = next(m for m in catalogue.markets if m.iso2 == "DE")

    def agreement(*codes: str):
        market = replace(germany, agreements=codes)
        query = Query(replace(catalogue, markets=(market,)))
        return market_table(query).cells["DE"]["agreement"]

    assert agreement("gafta", "afcfta").value == 0.8 and agreement("mfn").value == 0.0
    assert agreement().value is None and agreement().how == "absent"
    assert agreement("nonsense").value == 0.0


def readiness(*reports, buyers=(), sites=(), catalogue=None):
    germany = tuple(m for m in catalogue.markets if m.iso2 == "DE")
    query = Query(
        Catalogue("x", markets=germany, reports=reports, buyers=list(buyers), sites=sites)
    )
    return market_table(query).cells["DE"], query


def test_what_we_have_for_a_market_is_counted_without_generated_records(catalogue):
    rule = note(id_="N1", kind="reglementation_acces", markets=("DE",))
    other = note(id_="N2", kind="reglementation_acces", markets=("FR",))
    found, query = readiness(
        report("A", "2023-05", markets=("DE", "FR"), crafts=("zellige",), notes=(rule, other)),
        report("B", "2024", markets=("DE",), notes=(rule,)),
        report("C", "2025", markets=("FR",)),
        report("D", "2026"),
        buyers=[
            buyer("b1", crafts=("zellige",)),
            buyer("b2", crafts=("babouches", "zellige")),
            buyer("b3", crafts=("bijouterie",), provenance="demo"),
            buyer("b4", country="FR"),
        ],
        sites=(
            site("s1", crafts=("zellige",)),
            site("s2", crafts=("babouches",), kind="dar_maalma"),
            site("s3", crafts=("zellige",), status="planned"),
            site("s4", crafts=("zellige",), provenance="demo"),
            site("s5", crafts=("bijouterie",)),
        ),
        catalogue=catalogue,
    )
    assert found["buyers"].value == 2 and found["sites"].value == 2
    assert found["sites"].parts == {"crafts": ("zellige", "babouches")}
    assert (found["reports"].value, found["reports"].year) == (2, "2024")
    assert found["rules"].value == 1 and found["fairs"].value == 0
    assert crafts_in_demand(query, "DE") == {"zellige": (2, 1), "babouches": (1, 0)}
    assert known_buyers(query, ViewState()) == 3 and able_sites(query, ("bijouterie",)) == 1


def test_crafts_are_in_demand_by_buyers_then_by_reports(catalogue):
    _, query = readiness(
        report("A", markets=("DE",), crafts=("babouches", "bijouterie")),
        report("B", markets=("DE",), crafts=("bijouterie",)),
        buyers=[buyer("b", crafts=("zellige",))],
        catalogue=catalogue,
    )
    assert list(crafts_in_demand(query, "DE")) == ["zellige", "bijouterie", "babouches"]


def test_a_table_has_a_row_a_market_and_nan_where_nothing_is_known(catalogue, facts):
    query = Query(replace(catalogue, markets=catalogue.markets[:3]))
    table = market_table(query)
    assert table.raw.shape == (3, 12) == (3, len(KEYS))
    assert np.isnan(table.raw[:, KEYS.index("imports")]).all()
    distance = table.cells[table.markets[0].iso2]["distance"].value
    assert distance == table.raw[0, KEYS.index("distance")] == int(distance)
    assert market_table(Query(Catalogue("x"))).raw.shape == (0, 12)


# --- the cache of fetched figures -------------------------------------------------------


def test_a_fetched_figure_is_read_from_its_file(tmp_path, monkeypatch):
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path))
    assert trade_cache.revision() == () and trade_cache.fact("gdp", "DE") is None
    path = tmp_path / "trade" / "worldbank.json"
    path.parent.mkdir()
    path.write_text(
        '{"service": "worldbank", "fetched": "2026-01-02", "licence": "CC", '
        '"values": {"gdp": {"DE": [4.5e12, 2024]}}}'
    )
    assert trade_cache.fact("gdp", "DE") == TradeFact(4.5e12, 2024, "2026-01-02", "worldbank")
    assert trade_cache.fact("gdp", "FR") is trade_cache.fact("gdp_head", "DE") is None
    assert trade_cache.fact("imports", "DE") is None and len(trade_cache.revision()) == 1
    for broken in ("{", "[]", '{"service": "worldbank"}', '{"values": {"gdp": {"DE": [1]}}}'):
        path.write_text(broken)
        assert trade_cache.kept("worldbank") is None


# --- gaps -----------------------------------------------------------------------------


def over(*dates: str) -> Query:
    return Query(Catalogue("x", reports=tuple(report(d or "none", d) for d in dates)))


@pytest.mark.parametrize(
    ("newest", "first"),
    [
        ("2024-12", "2024-01"),
        ("2024-01", "2023-02"),
        ("2024-11-30", "2023-12"),
        ("2025-06", "2024-07"),
    ],
)
def test_twelve_months_end_with_the_newest_month(newest, first):
    assert since(over("2020", newest, "2021-03")) == (first, newest[:7])


def test_without_a_month_there_are_no_twelve_months():
    assert since(over("2024", "")) == ("", "") and recent_reports(over("2024")) == []


@pytest.mark.parametrize(
    ("date", "is_recent"),
    [("2024-07", True), ("2024-06", False), ("2024", False), ("2025", True), ("", False)],
)
def test_a_report_belongs_to_the_twelve_months_by_its_month(date, is_recent):
    assert recent(report("A", date), "2024-07") is is_recent
    assert not recent(report("A", date), "")


def test_recent_reports_come_newest_first():
    found = recent_reports(over("2024-03", "2024-12", "2023-12", "2024-11"))
    assert [r.date for r in found] == ["2024-12", "2024-11", "2024-03"]


# --- missions -------------------------------------------------------------------------

PARIS, VERSAILLES, LYON = (2.35, 48.85), (2.13, 48.8), (4.83, 45.76)


def visit(id_: str, city: str, lon_lat, **fields):
    return buyer(id_, city=city, lon_lat=lon_lat, **fields)


def stops(made):
    return [[(s.city, "".join(b.id for b in s.buyers)) for s in day] for day in made.days]


def test_days_begin_where_most_buyers_are_and_go_to_the_nearest_city():
    buyers = [
        *(visit(x, "Paris", PARIS) for x in "abcde"),
        visit("l", "Lyon", LYON),
        visit("v", "Versailles", VERSAILLES),
        visit("n", "", PARIS),
        visit("m", "Nulle part", None),
    ]
    made = plan(buyers, 5)
    assert stops(made) == [
        [("Paris", "abcd")],
        [("Paris", "e"), ("Versailles", "v")],
        [("Lyon", "l")],
    ]
    assert [b.id for b in made.placeless] == ["n", "m"] and made.left == []
    assert [round(s.km) for day in made.days for s in day] == [0, 0, 17, 395]


def test_who_no_day_has_room_for_is_left():
    buyers = [visit(x, "Paris", PARIS) for x in "abcdef"] + [visit("l", "Lyon", LYON)]
    made = plan(buyers, 1)
    assert stops(made) == [[("Paris", "abcd")]] and [b.id for b in made.left] == ["e", "f", "l"]
    assert stops(plan(buyers, 2, per_day=2)) == [[("Paris", "ab")], [("Paris", "cd")]]
    assert plan([], 3).days == []


def test_real_buyers_choose_the_first_city_and_come_first_in_it():
    buyers = [
        *(visit(x, "Lyon", LYON, provenance="demo") for x in "abc"),
        visit("z", "Paris", PARIS),
        visit("y", "Paris", PARIS, provenance="demo", name="A"),
    ]
    assert stops(plan(buyers, 5))[0] == [("Paris", "zy")]


def test_of_equal_cities_the_larger_then_the_first_of_the_alphabet_begins():
    assert stops(plan([visit("l", "Lyon", LYON), visit("p", "Paris", PARIS)], 1)) == [
        [("Lyon", "l")]
    ]
    larger = [
        visit("l", "Lyon", LYON),
        visit("p", "Paris", PARIS),
        visit("q", "Paris", PARIS, provenance="demo"),
    ]
    assert stops(plan(larger, 1)) == [[("Paris", "pq")]]


def test_cities_of_a_hundred_and_twenty_kilometres_share_a_day():
    here = visit("a", "A", (0.0, 0.0))
    assert len(plan([here, visit("b", "B", (1.079, 0.0))], 5).days) == 1
    assert len(plan([here, visit("b", "B", (1.08, 0.0))], 5).days) == 2


def test_weekdays_begin_with_the_day_itself():
    assert working_days(date(2026, 12, 7), 1) == [date(2026, 12, 7)]
    assert working_days(date(2026, 12, 5), 2) == [date(2026, 12, 7), date(2026, 12, 8)]
    assert working_days(date(2026, 12, 7), 0) == []


# --- support and exporters ------------------------------------------------------------


@pytest.mark.parametrize(
    ("turnover", "verdict"),
    [
        (None, ("unknown", "turnover_unsaid")),
        (0.99, ("no", "below")),
        (1.0, ("yes", "newly")),
        (1.99, ("yes", "newly")),
        (2.0, ("yes", "above")),
    ],
)
def test_the_pact_begins_at_one_million(turnover, verdict):
    pact = eligible(turnover_mdh=turnover, status="", crafts=())[0]
    assert (pact.instrument, pact.answer, pact.why) == ("pact", *verdict)
    assert pact.rows == ("S05", "S04", "S03")


@pytest.mark.parametrize(
    ("status", "crafts", "partnership", "excellence"),
    [
        ("", (), ("unknown", "status_unsaid"), ("unknown", "craft_unsaid")),
        ("artisan", ("zellige",), ("unknown", "status_unnamed"), ("no", "craft_unnamed")),
        ("company", ("zellige", "tapis_tissage"), ("yes", "status_named"), ("yes", "craft_named")),
        ("cooperative", ("poterie_ceramique",), ("yes", "status_named"), ("yes", "craft_named")),
    ],
)
def test_a_status_and_a_craft_are_eligible_where_a_source_names_them(
    status, crafts, partnership, excellence
):
    _, second, third, *_ = eligible(turnover_mdh=None, status=status, crafts=crafts)
    assert (second.answer, second.why, second.rows) == (*partnership, ("S06",))
    assert (third.answer, third.why, third.rows) == (*excellence, ("S13",))


def test_exporters_belong_to_the_region_of_their_town(catalogue, monkeypatch):
    def made(id_: str, city: str) -> Exporter:
        return Exporter(id_, id_, city, (), "", "", "")

    listed = (made("a", "Fès"), made("b", "fes"), made("c", ""), made("d", "Nulle part"))
    monkeypatch.setattr(exporters_module, "exporters", lambda: listed)
    region = next(p.region for p in catalogue.provinces if p.code == "03.231")
    assert [e.id for e in exporters_in(region, catalogue)] == ["a", "b"]
    assert exporters_in("01", catalogue) == []
