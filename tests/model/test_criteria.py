"""The table of the market score: the weights and bounds that the method page publishes."""

from __future__ import annotations

import pytest

from geo.model import criteria
from geo.model.criteria import ACCESS, CRITERIA, PRESETS, codes_of, preset_of, weights_of

DEFAULT = {
    "demand": 25,
    "growth": 5,
    "gdp": 20,
    "gdp_head": 10,
    "agreement": 20,
    "distance": 15,
    "imports": 20,
    "buyers": 30,
    "sites": 25,
    "reports": 20,
    "fairs": 15,
    "rules": 10,
}


def test_the_default_weights_are_those_that_are_published():
    assert weights_of(()) == DEFAULT
    assert {c.key for c in CRITERIA if not c.up} == {"distance"}, "nearer is better"


@pytest.mark.parametrize(
    ("preset", "weights"),
    [
        ("balanced", {}),
        (
            "demand",
            {"demand": 50, "growth": 25, "gdp": 10, "gdp_head": 5, "agreement": 5, "distance": 5},
        ),
        (
            "access",
            {"demand": 10, "growth": 5, "gdp": 10, "gdp_head": 5, "agreement": 45, "distance": 35},
        ),
        (
            "power",
            {"demand": 10, "growth": 5, "gdp": 25, "gdp_head": 45, "agreement": 10, "distance": 5},
        ),
        ("network", {"buyers": 60, "sites": 15, "reports": 10, "fairs": 10, "rules": 5}),
    ],
)
def test_a_preset_is_what_it_publishes_and_is_recognised(preset, weights):
    assert PRESETS[preset] == weights
    assert preset_of(DEFAULT | weights) == preset
    assert preset_of(DEFAULT | weights | {"imports": 95}) == ""


def test_a_preset_is_recognised_by_every_weight():
    for key in DEFAULT:
        assert preset_of(DEFAULT | {key: 100}) == "", key


def test_an_agreement_opens_a_market_as_far_as_the_method_says():
    full = dict.fromkeys(("eu_association", "uk_association", "efta"), 1.0)
    full |= dict.fromkeys(("fta_us", "fta_turkey", "fta_uae"), 1.0)
    assert {**full, "gafta": 0.8, "afcfta": 0.5, "mfn": 0.0} == ACCESS


def test_the_bounds_of_the_method_page():
    assert (criteria.GROWTH_SINCE, criteria.MIN_COVERAGE, criteria.STEP) == (2021, 0.6, 5)
    codes = [c for c in criteria.WEIGHT_CODES if c.startswith("demand.")]
    assert codes == [f"demand.{n}" for n in range(0, 101, 5)]


@pytest.mark.parametrize("code", ["demand.31", "demand.105", "demand.-5", "nothing.5", "demand"])
def test_a_code_that_no_slider_gives_changes_nothing(code):
    assert weights_of((code,)) == DEFAULT


def test_the_last_of_two_codes_wins_and_only_what_differs_is_written():
    weights = weights_of(("demand.30", "demand.0", "growth.5"))
    assert weights["demand"] == 0 and codes_of(weights) == ("demand.0",)
    assert codes_of({"gdp": 100}) == ("gdp.100",)
