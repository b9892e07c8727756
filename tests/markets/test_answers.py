"""The answers of the page for five markets, value by value, as they were agreed.

Each file of ``answers/`` is one answer, a value a line; of a list its first four items and its
length. ``KHARITA_RENEW_ANSWERS=1`` writes them anew; read what changed before you commit it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from geo.i18n.words import Words, words
from geo.markets.api.barometer import barometer_answer
from geo.markets.api.compare import compare_answer
from geo.markets.api.documents import market_document, mission_document
from geo.markets.api.explanation import why_answer
from geo.markets.api.export_support import support_answer
from geo.markets.api.gap_matrix import gap_answer
from geo.markets.api.market import page_answer
from geo.markets.api.method import method_answer
from geo.markets.api.mission import mission_answer
from geo.markets.api.ranking import rank_answer
from geo.markets.api.shortlist import stars_answer
from geo.markets.api.suppliers import supply_answer
from geo.model.records import Catalogue
from geo.model.view import ViewState
from geo.query.engine import Query

FOLDER = Path(__file__).parent / "answers"
MARKETS = ("BH", "DE", "FR", "JP", "US")
ITEMS = 4
#: The day of missions; nothing else depends on it.
START = "2027-03-05"

ANSWERS: Mapping[str, Callable[[Query, Words], Any]] = {
    "rank": lambda q, t: rank_answer(q, ViewState(), t),
    "rank-readiness": lambda q, t: rank_answer(
        q, ViewState(axis="readiness", market=("FR", "BH"), weights=("buyers.60", "sites.15")), t
    ),
    "why": lambda q, t: why_answer(q, "FR", ViewState(), t),
    "why-unranked": lambda q, t: why_answer(q, "BH", ViewState(), t),
    "why-readiness": lambda q, t: why_answer(q, "DE", ViewState(axis="readiness"), t),
    "page": lambda q, t: page_answer(q, "FR", t),
    "page-bahrain": lambda q, t: page_answer(q, "BH", t),
    "compare": lambda q, t: compare_answer(q, ViewState(compare=("FR", "US", "BH")), t),
    "compare-one": lambda q, t: compare_answer(q, ViewState(compare=("FR",)), t),
    "gap": lambda q, t: gap_answer(q, ViewState(craft=("zellige", "tapis_tissage")), t),
    "method": lambda q, t: method_answer(q, ViewState(), t),
    "barometer": lambda q, t: barometer_answer(q, ViewState(), t),
    "barometer-craft": lambda q, t: barometer_answer(
        q, ViewState(craft=("tapis_tissage",), market=("US", "FR")), t
    ),
    "barometer-growth": lambda q, t: barometer_answer(
        q, ViewState(measure="growth_pct", months="01-09"), t
    ),
    "barometer-share": lambda q, t: barometer_answer(q, ViewState(measure="share_pct"), t),
    "supply": lambda q, t: supply_answer(
        q, ViewState(), t, text="200 rugs from Fes for France before March 2027", terms=None
    ),
    "supply-terms": lambda q, t: supply_answer(
        q, ViewState(origin=("published",)), t, text="", terms="craft:zellige|quantity:50"
    ),
    "supply-nothing": lambda q, t: supply_answer(q, ViewState(), t, text="hello", terms=None),
    "support": lambda q, t: support_answer(q, ViewState(), t, turnover="1,5", status="artisan"),
    "support-craft": lambda q, t: support_answer(
        q, ViewState(craft=("tapis_tissage",)), t, turnover="", status="company"
    ),
    "stars": lambda q, t: stars_answer(q, ViewState(stars=("m:DE", "b:limala-de", "s:gone")), t),
    "mission": lambda q, t: mission_answer(q, "FR", ViewState(), t, start=START),
    "mission-short": lambda q, t: mission_answer(q, "FR", ViewState(days="1"), t, start=START),
    "brief-document": lambda q, t: market_document(q, "FR", ViewState(), t),
    "mission-document": lambda q, t: mission_document(q, "FR", ViewState(), t, start=START),
}


@pytest.fixture(scope="module")
def five(catalogue, tmp_path_factory) -> Iterator[Query]:
    """The shipped data with five markets and the buyers of these, without fetched figures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KHARITA_VAR", str(tmp_path_factory.mktemp("var")))
        yield _five(catalogue)


def _five(catalogue: Catalogue) -> Query:
    return Query(
        replace(
            catalogue,
            markets=tuple(m for m in catalogue.markets if m.iso2 in MARKETS),
            buyers=[b for b in catalogue.buyers if b.country in MARKETS],
        ),
        today=date(2026, 3, 31),
    )


def values(node: Any, path: str = "") -> Iterator[str]:
    """Each value of an answer with its path, one line each."""
    if hasattr(node, "__dataclass_fields__"):
        node = {name: getattr(node, name) for name in node.__dataclass_fields__}
    if isinstance(node, Mapping):
        for key, inner in node.items():
            yield from values(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(node, (list, tuple)):
        for place, inner in enumerate(node[:ITEMS]):
            yield from values(inner, f"{path}.{place}")
        if len(node) > ITEMS:
            yield f"{path}: {len(node)} in all"
    else:
        yield f"{path} = {node!r}"


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_the_one_that_was_agreed(name, five):
    lines = list(values(ANSWERS[name](five, words("en"))))
    file = FOLDER / f"{name}.txt"
    if os.environ.get("KHARITA_RENEW_ANSWERS"):
        file.write_text("\n".join(lines) + "\n", "utf-8")
    assert lines == file.read_text("utf-8").splitlines()


def test_every_agreed_answer_is_asked_for():
    assert {f.stem for f in FOLDER.iterdir()} == set(ANSWERS)
