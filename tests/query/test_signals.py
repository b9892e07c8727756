"""Which figures are signals, of what sign, and which reports contradict each other."""

from __future__ import annotations

import pytest

from geo.query.signals import disagreements, growth_of, sign_of, signals_of
from tests.query.records import figure, note, report


@pytest.mark.parametrize(
    ("made", "growth"),
    [
        (figure("5"), 5.0),
        (figure("-5"), -5.0),
        (figure("5", "Baisse des ventes"), -5.0),
        (figure("-5", "recul"), -5.0),
        (figure("5", "HAUSSE"), 5.0),
        (figure("5", "Part de marché"), None),
        (figure("5", unit="MDH"), None),
        (figure("5", unit=" % "), 5.0),
        (figure("5", "Évolution de la ville de Fès"), None),
        (figure("5", "Évolution des villes"), 5.0),
        (figure("forte"), None),
        (figure(""), None),
    ],
)
def test_a_growth_is_a_percentage_whose_label_begins_with_a_word_of_growth(made, growth):
    assert growth_of(made) == growth


@pytest.mark.parametrize(
    ("value", "sign"), [(2.0, "+"), (1.9, "0"), (0, "0"), (-1.9, "0"), (-2.0, "-")]
)
def test_a_sign_begins_at_two_points(value, sign):
    assert sign_of(value) == sign


def signs(*figures, **fields):
    found = signals_of(report(notes=(note(*figures),), **fields))
    return [(s.market, s.craft, s.sign) for s in found]


def test_a_figure_speaks_for_each_of_its_crafts_and_an_empty_one_for_all():
    assert signs(figure("5", craft="zellige;babouches")) == [
        ("DE", "zellige", "+"),
        ("DE", "babouches", "+"),
    ]
    assert signs(figure("5", craft="", market="")) == [("", "", "+")]
    assert signs(figure("5", craft="tiles;zellige")) == [("DE", "zellige", "+")]


def test_a_group_of_countries_is_no_market():
    assert signs(figure("5", market="UE27"), figure("-5", market="FR")) == [("FR", "zellige", "-")]


def test_of_several_periods_the_latest_counts_and_of_equal_ones_the_first():
    older, newer = figure("5", period="2022"), figure("-5", period="2022-01/2023-06")
    assert signs(older, newer) == signs(newer, older) == [("DE", "zellige", "-")]
    assert signs(figure("5"), figure("-5")) == [("DE", "zellige", "+")]


def test_the_editors_judgement_wins_and_has_no_figure():
    found = signals_of(
        report(notes=(note(figure("5")),), signals=(("DE", "zellige", "-"), ("FR", "", "0")))
    )
    assert [(s.market, s.sign, s.value, s.note, s.figure) for s in found] == [
        ("DE", "-", None, "", -1),
        ("FR", "0", None, "", -1),
    ]


def test_a_signal_knows_its_figure():
    found = signals_of(report("R1", "2024-05", notes=(note(figure("x"), figure("7"), id_="N7"),)))
    (signal,) = found
    assert (signal.report, signal.date, signal.value) == ("R1", "2024-05", 7.0)
    assert (signal.period, signal.note, signal.figure) == ("2023", "N7", 1)


def judged(id_, date, sign, market="DE"):
    return report(id_, date, signals=((market, "zellige", sign),))


def pairs(*reports):
    return [(a.report, b.report) for a, b in disagreements(reports)]


@pytest.mark.parametrize(
    ("newer", "older", "contradict"),
    [
        ("2024-05", "2021-05", True),
        ("2024-05", "2021-04", False),
        ("2024", "2021-07", True),
        ("2024", "2021-06", False),
        ("2024-01", "2023", True),
        ("soon", "2023", False),
    ],
)
def test_reports_more_than_three_years_apart_do_not_contradict(newer, older, contradict):
    found = pairs(judged("A", newer, "+"), judged("B", older, "-"))
    assert found == ([("A", "B")] if contradict else [])


def test_only_neighbours_of_opposite_signs_on_one_subject_contradict():
    up, flat, down = judged("A", "2024-05", "+"), judged("B", "2024-04", "0"), None
    down = judged("C", "2024-03", "-")
    assert pairs(up, down) == pairs(down, up) == [("A", "C")]
    assert pairs(up, flat, down) == [] and pairs(up, judged("D", "2024-04", "+")) == []
    assert pairs(up, judged("C", "2024-03", "-", "FR")) == []


def test_contradictions_come_newest_first():
    reports = [
        judged("A", "2022-05", "+"),
        judged("B", "2022-04", "-"),
        judged("C", "2024-05", "-", "FR"),
        judged("D", "2024-04", "+", "FR"),
    ]
    assert pairs(*reports) == [("C", "D"), ("A", "B")]
