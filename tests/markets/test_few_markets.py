"""No market, or one: the page still answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo.i18n.words import words
from geo.markets.api.barometer import barometer_answer
from geo.markets.api.compare import compare_answer
from geo.markets.api.explanation import why_answer
from geo.markets.api.export_support import support_answer
from geo.markets.api.gap_matrix import gap_answer
from geo.markets.api.market import page_answer
from geo.markets.api.method import method_answer
from geo.markets.api.ranking import rank_answer
from geo.model.view import ViewState
from geo.query.engine import Query


@pytest.fixture(params=[0, 1])
def few(request, catalogue):
    return Query(replace(catalogue, markets=catalogue.markets[: request.param]))


def test_every_answer_stands(few):
    t = words("fr")
    answer = rank_answer(few, ViewState(), t)
    assert len(answer["rows"]) == len(few.catalogue.markets)
    assert bool(answer["empty"]) == (not few.catalogue.markets)
    assert t("rank.alone") in answer["notices"]
    for make in (compare_answer, gap_answer, method_answer, barometer_answer):
        assert make(few, ViewState(), t)
    assert support_answer(few, ViewState(), t, turnover="", status="")["months"]
    for market in few.catalogue.markets:
        why = why_answer(few, market.iso2, ViewState(), t)
        assert why["tips"] == [] and page_answer(few, market.iso2, t)["sections"][-1]["rows"] == []
