"""The answers of the Markets page: honest words, every number with its source, bad input."""

from __future__ import annotations

import csv
import io
import json
import time

import pytest
from starlette.testclient import TestClient

from geo.i18n.words import words
from geo.markets.api.explanation import differences
from geo.markets.api.export_support import GROUPS
from geo.markets.api.ranking import rank_answer
from geo.markets.api.routes import MARKET_ROUTES
from geo.markets.api.scoreboard import board
from geo.markets.export_support import eligible
from geo.markets.gap_matrix import GAPS
from geo.markets.indicators import market_table
from geo.model.criteria import AXES, CRITERIA, KEYS, MEASURES, PRESETS, WEIGHT_CODES, weights_of
from geo.model.export_statistics import exports
from geo.model.records import LANGUAGES
from geo.model.view import LEGAL, SECTIONS, ViewState
from geo.query.request_parser import KINDS
from scripts.po_missing import load
from tests.web_app import web_app

ZERO = ",".join(f"{k}.0" for k in KEYS)


@pytest.fixture(scope="module")
def client():
    with TestClient(web_app()) as found:
        yield found


def ask(client, path, **params):
    return client.get(f"/api/markets/{path}", params=params)


PATHS = [
    p.removeprefix("/api/markets/").replace("{iso2}", "DE")
    for p in MARKET_ROUTES
    if "trade" not in p
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_speaks_the_language_with_no_key_left(client, path, lang):
    answer = ask(client, path, lang=lang, compare="FR,DE", text="200 tapis de Fès")
    assert answer.status_code == 200
    known = set(load("fr").texts)

    def texts(node):
        if isinstance(node, dict):
            for key, value in node.items():
                if key not in (
                    "key",
                    "code",
                    "sel",
                    "href",
                    "iso2",
                    "gap",
                    "answer",
                    "measure",
                    "axis",
                    "weights",
                ):
                    yield from texts(value)
        elif isinstance(node, list):
            for value in node:
                yield from texts(value)
        elif isinstance(node, str):
            yield node

    families = {k.split(".")[0] for k in known}
    left = [
        t
        for t in texts(answer.json())
        if t.count(".")
        and " " not in t
        and t.split(".")[0] in families
        and not t.endswith((".csv", ".ics"))
        and not t.split(".")[0].isdigit()
    ]
    assert left == []
    assert "{" not in "".join(t for t in texts(answer.json()) if "BEGIN:VCALENDAR" not in t)


@pytest.mark.parametrize("path", ["why/ZZ", "page/ZZ", "mission/zz"])
def test_a_market_that_is_not_one_of_the_34_is_not_found(client, path):
    answer = ask(client, path)
    assert answer.status_code == 404 and answer.json()["error"]["text"]


def test_all_weights_zero_is_said_in_one_sentence(client):
    answer = ask(client, "rank", weights=ZERO).json()
    assert words("fr")("rank.zero") in answer["notices"]
    assert {r["rank"] for r in answer["rows"]} == {None}
    assert ask(client, "why/DE", weights=ZERO).status_code == 200
    assert ask(client, "compare", weights=ZERO, compare="DE,FR").status_code == 200


def test_filters_choose_rows_and_never_change_a_score(client):
    all_rows = {r["iso2"]: r for r in ask(client, "rank").json()["rows"]}
    some = ask(client, "rank", market="DE,FR").json()["rows"]
    assert {r["iso2"] for r in some} == {"DE", "FR"}
    assert all(r == all_rows[r["iso2"]] for r in some)


def test_each_bar_adds_up_to_what_is_known_and_the_unknown_to_the_rest(client):
    for axis in AXES:
        for row in ask(client, "rank", axis=axis).json()["rows"]:
            known = sum(p["points"] for p in row["parts"])
            assert 0 <= known <= row["score"] + 0.05
            assert known + row["unknown"] <= 100.05
            assert row["score"] <= known + row["unknown"] + 0.05
            assert (row["rank"] is None) == (row["coverage"] < 60)


def test_a_market_below_60_per_cent_is_listed_without_a_rank(client):
    rows = {r["iso2"]: r for r in ask(client, "rank").json()["rows"]}
    assert rows["BH"]["rank"] is None and rows["BH"]["score_text"] == "—"
    assert len(rows) == 34


def test_every_published_value_has_a_source_and_a_year(client):
    for iso2 in ("US", "FR", "DE", "BH"):
        for c in ask(client, f"why/{iso2}").json()["components"]:
            assert c["how"]
            if c["known"] and c["key"] in ("demand", "growth", "gdp", "gdp_head"):
                assert c["year"] and c["href"].startswith("http")
            if not c["known"]:
                assert c["value"] == "—" and c["points"] == "—"


def test_generated_records_count_for_nothing(query):
    table = market_table(query)
    for market in table.markets:
        true = sum(
            b.country == market.iso2 and b.provenance != "demo" for b in query.catalogue.buyers
        )
        assert table.cells[market.iso2]["buyers"].value == true


def test_the_gap_between_two_scores_is_split_exactly(query):
    b = board(query, "attractiveness", weights_of(()))
    for i in range(0, 34, 5):
        for k in range(1, 34, 7):
            if i == k:
                continue
            by, alone = differences(b, i, k)
            total = by.sum() + alone[i][0] - alone[k][0]
            assert total == pytest.approx(b.scores.score[i] - b.scores.score[k], abs=1e-9)


def test_the_export_carries_its_weights(client):
    answer = ask(client, "rank", weights="demand.80").json()
    rows = list(csv.reader(io.StringIO(answer["csv"])))
    weights = {r[1]: r[2] for r in rows if len(r) == 3}
    assert weights[words("fr")("criterion.demand")] == "80"
    assert len([r for r in rows if len(r) > 5]) == 35


def test_the_method_lists_every_criterion_of_the_code(client):
    answer = ask(client, "method").json()
    assert [r["key"] for r in answer["rows"]] == list(KEYS)
    assert [r["weight"] for r in answer["rows"]] == [str(c.weight) for c in CRITERIA]


def test_compare_orders_by_rank_and_gives_a_sentence_per_pair(client):
    answer = ask(client, "compare", compare="FR,BH,US").json()
    assert [m["iso2"] for m in answer["markets"]] == ["US", "FR", "BH"]
    assert len(answer["sentences"]) == 2
    assert answer["sentences"][1] == words("fr")("above.unranked", name=words("fr").country("BH"))


def test_one_market_to_compare_asks_for_another(client):
    answer = ask(client, "compare", compare="FR").json()
    assert answer["empty"] and answer["suggest"][0] == "FR"


def test_the_barometer_warns_of_parts_of_years_and_keeps_to_its_window(client):
    answer = ask(client, "barometer", months="01-07", measure="value_mdh").json()
    assert answer["warn"]
    assert all(p["period"].count("2") for line in answer["lines"] for p in line["points"])
    assert ask(client, "barometer").json()["warn"] == ""
    assert ask(client, "barometer", months="13-99", measure="rm -rf").json()["months"] == "01-12"


def test_a_craft_leaves_the_map_only_what_was_published_for_the_pair(client, query):
    pairs = {
        (r.market, frozenset(r.crafts))
        for r in exports()
        if r.scope == "market_craft" and r.whole_year and r.value_mdh
    }
    assert pairs == {("US", frozenset({"poterie_ceramique"}))}
    for crafts in ("poterie_ceramique", "zellige", "poterie_ceramique,zellige"):
        answer = ask(client, "barometer", craft=crafts).json()
        known = {m["iso2"] for m in answer["map"] if m["value"] is not None}
        assert known == {m for m, c in pairs if c == set(crafts.split(","))}
        blank = next(m for m in answer["map"] if m["iso2"] == "FR")
        assert (blank["text"], blank["value"]) == (words("fr")("baro.no_pair"), None)
        assert answer["map_note"] and answer["map_none"] == words("fr")("baro.no_pair")
    assert ask(client, "barometer").json()["map_note"] == ""


def test_the_map_says_where_there_is_no_figure(client):
    markets = ask(client, "barometer").json()["map"]
    assert len(markets) == 34
    blank = [m for m in markets if m["value"] is None]
    assert blank and {m["text"] for m in blank} == {words("fr")("baro.no_data")}


def test_no_data_for_a_selection_is_one_sentence(client):
    answer = ask(
        client, "barometer", months="02-02", market="SG", craft="zellige", measure="share_pct"
    ).json()
    assert answer["lines"] == [] and answer["empty"]


@pytest.mark.parametrize("turnover", ["un million", "-1", "1e9", "9999999999"])
def test_a_turnover_that_is_no_number_is_refused_in_words(client, turnover):
    answer = ask(client, "support", turnover=turnover)
    assert answer.status_code == 400 and answer.json()["error"]["text"]


@pytest.mark.parametrize(
    ("turnover", "answer", "why"),
    [
        (None, "unknown", "turnover_unsaid"),
        (0.5, "no", "below"),
        (1.0, "yes", "newly"),
        (1.99, "yes", "newly"),
        (2.0, "yes", "above"),
    ],
)
def test_the_pact_opens_from_one_million(turnover, answer, why):
    pact = eligible(turnover_mdh=turnover, status="", crafts=())[0]
    assert (pact.answer, pact.why) == (answer, why)


def test_no_rule_is_invented_where_none_is_published():
    verdicts = {
        v.instrument: v for v in eligible(turnover_mdh=50, status="company", crafts=("zellige",))
    }
    assert {k for k, v in verdicts.items() if v.answer == "unknown"} == {
        "aggregators",
        "export_support",
        "risk_cover",
    }
    assert verdicts["excellence"].answer == "no" and all(v.rows for v in verdicts.values())


def test_verdicts_name_their_sources(client):
    for verdict in ask(
        client, "support", turnover="1,5", legal="cooperative", craft="tapis_tissage"
    ).json()["verdicts"]:
        assert verdict["sources"] and all(s["source"] for s in verdict["sources"])


def test_an_answer_is_quick(query):
    began = time.process_time()
    for code in WEIGHT_CODES[:5]:
        json.dumps(rank_answer(query, ViewState(weights=(code,)), words("fr")))
    assert (time.process_time() - began) / 5 < 0.3


def test_every_code_of_the_page_has_its_words():
    texts = load("fr").texts
    codes = {
        "criterion": KEYS,
        "criterion_help": KEYS,
        "axis": AXES,
        "preset": PRESETS,
        "gap": GAPS,
        "gap_help": GAPS,
        "ui.show": SECTIONS,
        "scale": {c.scale for c in CRITERIA},
        "baro.measure": MEASURES,
        "term": KINDS,
        "support.status": LEGAL,
        "facet": ("show", "axis", "weights", "compare", "measure", "months", "days"),
        "support.group": GROUPS,
        "group": {r.group for r in exports() if r.group},
    }
    missing = [
        f"{family}.{code}"
        for family, some in codes.items()
        for code in some
        if f"{family}.{code}" not in texts
    ]
    assert missing == []


def test_a_long_request_keeps_its_language(client):
    answer = ask(client, "supply", lang="ar", text="زربية " * 400, market="DE").json()
    assert answer["title"] == words("ar")("supply.title")
    assert [x["code"] for x in answer["terms"]] == ["craft:tapis_tissage"]


def test_a_shared_shortlist_names_what_exists_and_counts_the_rest(client, query):
    buyer, site = query.catalogue.buyers[0], query.catalogue.sites[0]
    answer = ask(client, "stars", stars=f"m:DE,b:{buyer.id},s:{site.id},s:gone,m:XX").json()
    assert [r["sel"] for r in answer["rows"]] == [
        "market:DE",
        f"buyer:{buyer.id}",
        f"site:{site.id}",
    ]
    assert answer["rows"][1]["name"] == buyer.name and "2" in answer["gone"]
    assert ask(client, "stars").json()["rows"] == []
    many = ",".join(f"b:{b.id}" for b in query.catalogue.buyers[:40])
    assert len(ask(client, "stars", stars=many).json()["rows"]) == 40
