"""Every page in three languages, as Streamlit runs it."""

from __future__ import annotations

import shutil
from itertools import product
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from geo.core.paths import DATA_DIR
from geo.i18n.words import words
from geo.model.records import LANGUAGES
from tests.conftest import ROOT

#: Each test runs a whole page.
pytestmark = pytest.mark.slow

PAGES = ["carte", "marches", "localiser", "veille", "partager", "donnees"]


def some(cases: list[tuple[str, ...]], commit: set[tuple[str, ...]]) -> list[Any]:
    """All cases, of which only a few are run at each commit: pages differ little in these."""
    assert commit <= set(cases)
    return [pytest.param(*c, marks=[] if c in commit else pytest.mark.nightly) for c in cases]


def opened(page: str, **params: str) -> AppTest:
    """A page after its first run."""
    test = AppTest.from_file(str(ROOT / "pages" / "_ui" / "shell.py"), default_timeout=60)
    for name, value in params.items():
        test.query_params[name] = value
    test.run()
    if page != "carte":
        test.switch_page(str(ROOT / "pages" / f"{page}.py")).run()
    return test


@pytest.mark.parametrize(
    ("page", "lang"),
    some(
        list(product(PAGES, LANGUAGES)),
        {*product(PAGES, ["fr"]), *product(["donnees"], LANGUAGES)},
    ),
)
def test_a_page_runs_and_speaks_the_language(page, lang):
    test = opened(page, lang=lang, market="DE")
    assert not test.exception
    if page not in (
        "carte",
        "marches",
        "localiser",
        "partager",
        "veille",
    ):  # theirs are written by components
        assert words(lang)(f"page.{page}") in [h.value for h in test.title]


@pytest.mark.parametrize("page", some([(p,) for p in PAGES], {("carte",), ("donnees",)}))
def test_a_view_that_leaves_nothing_still_has_its_page(page):
    assert not opened(page, q="zzzzzz").exception


@pytest.mark.parametrize("page", some([(p,) for p in PAGES], {("carte",), ("donnees",)}))
def test_pages_live_without_any_data_and_say_what_is_missing(page, tmp_path, monkeypatch):
    monkeypatch.setenv("KHARITA_STORE", f"files:{tmp_path}")
    test = opened(page)
    assert not test.exception
    shown = " ".join(t.value for t in test.text)
    assert "markets.json" in shown and "buyers.geojson" in shown


@pytest.mark.parametrize(
    ("name", "page"),
    some(
        list(product(["markets.json", "regions.geojson", "provinces.geojson"], PAGES)),
        {("markets.json", "carte"), ("regions.geojson", "localiser")},
    ),
)
def test_pages_live_without_one_list_of_codes_and_name_it(page, name, tmp_path, monkeypatch):
    for path in DATA_DIR.glob("*.*json"):
        if path.name != name:
            shutil.copy(path, tmp_path)
    (tmp_path / "sources").mkdir()
    for name_ in ("synonyms.csv", "communes.csv"):
        shutil.copy(DATA_DIR / "sources" / name_, tmp_path / "sources")
    monkeypatch.setenv("KHARITA_STORE", f"files:{tmp_path}")
    test = opened(page, market="DE", region="08")
    assert not test.exception
    assert [t.value for t in test.text if ".json" in t.value or ".geojson" in t.value][0] == words(
        "fr"
    )("problem.file_missing", file=name)
