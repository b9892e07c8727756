"""No market, or one: the page still answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo.answers.barometer import barometer_answer
from geo.answers.compare import compare_answer
from geo.answers.gap import gap_answer
from geo.answers.marketpage import page_answer
from geo.answers.method import method_answer
from geo.answers.ranking import rank_answer
from geo.answers.reasons import why_answer
from geo.answers.support import support_answer
from geo.i18n import words
from geo.query import Query
from geo.view import ViewState


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
        assert (
            why["tips"] == []
            and page_answer(few, market.iso2, ViewState(), t)["sections"][-1]["rows"] == []
        )
