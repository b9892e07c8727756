"""Published figures are compared only with what they can be compared with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo.markets.export_statistics import demand_of, disagreeing, growth_of, line
from geo.model.criteria import WHOLE_YEAR
from geo.model.export_statistics import ExportStatement, exports, windows

ROW = ExportStatement(
    "X",
    "2024-01",
    "2024-12",
    "total",
    "",
    "",
    (),
    "",
    "",
    1100.0,
    None,
    "",
    None,
    False,
    "",
    "https://a.example/",
)


def of(**changes):
    return replace(ROW, **changes)


def test_a_line_holds_one_window_of_months_only():
    rows = [
        of(),
        of(start="2025-01", end="2025-09", value_mdh=903.5),
        of(start="2023-01", end="2023-12", value_mdh=1000.0),
    ]
    assert [r.year for r in line(rows, "value_mdh")] == [2023, 2024]
    assert [r.year for r in line(rows, "value_mdh", "01-09")] == [2025]


def test_an_exact_figure_is_drawn_rather_than_an_approximate_one():
    rows = [of(value_mdh=1000.0, approximate=True), of(id="Y", value_mdh=1099.0)]
    assert [r.id for r in line(rows, "value_mdh")] == ["Y"]


def test_a_share_of_something_else_is_not_on_the_line():
    rows = [
        of(share_pct=12.0, share_base="see_note"),
        of(start="2023-01", end="2023-12", share_pct=9.0, share_base="total"),
    ]
    assert [r.share_pct for r in line(rows, "share_pct")] == [9.0]


def test_a_growth_on_another_base_is_not_on_the_line():
    assert (
        line(
            [of(growth_pct=72.0, note_fr="total ; évolution par rapport à janvier 2019")],
            "growth_pct",
        )
        == []
    )


def test_windows_need_two_years_and_begin_with_the_whole_year():
    found = windows(exports())
    assert found[0] == WHOLE_YEAR
    years = {m: {r.year for r in exports() if r.months == m} for m in found}
    assert all(len(y) > 1 for y in years.values())


def test_demand_takes_the_newest_whole_year_never_a_part_of_one():
    value, row, total = demand_of("US", exports())
    assert row.whole_year and row.year == 2025
    assert value == pytest.approx(row.share_pct / 100 * total.value_mdh)
    assert demand_of("TR", exports()) is None, "only parts of years are published"


def test_an_amount_comes_before_a_share_of_the_same_year():
    rows = [
        of(),
        of(scope="market", market="FR", value_mdh=None, share_pct=10.0, share_base="total"),
        of(scope="market", market="FR", value_mdh=123.0),
    ]
    assert demand_of("FR", rows)[0] == 123.0


def test_growth_is_the_newest_whole_year():
    assert growth_of("US", exports()).year == 2023


def test_disagreements_are_named_once_per_pair():
    rows = [of(value_mdh=1230.0), of(id="Y", value_mdh=1232.0), of(id="Z", value_mdh=1230.0)]
    assert [(a.id, b.id) for a, b in disagreeing(rows, "value_mdh")] == [("X", "Y")]


def test_a_missing_file_gives_no_figure(tmp_path):
    assert exports(tmp_path) == ()


@pytest.mark.parametrize("broken", ["value_mdh", "share_pct", "growth_pct"])
def test_a_row_with_a_figure_that_is_no_number_is_left_out(tmp_path, broken):
    head = [
        "id",
        "period_start",
        "period_end",
        "scope",
        "market_iso2",
        "market_group",
        "craft",
        "craft_label_fr",
        "exit_city",
        "value_mdh",
        "share_pct",
        "share_base",
        "growth_pct",
        "value_original",
        "unit_original",
        "approx",
        "note_fr",
        "source_url",
    ]
    good = {
        **dict.fromkeys(head, ""),
        "id": "A",
        "period_start": "2024-01",
        "period_end": "2024-12",
        "scope": "total",
        "value_mdh": "5",
    }
    bad = {**good, "id": "B", broken: "cinq"}
    text = "\n".join(
        ",".join(r[h] for h in head) for r in (dict(zip(head, head, strict=True)), good, bad)
    )
    (tmp_path / "exports.csv").write_text(text, encoding="utf-8")
    assert [r.id for r in exports(tmp_path)] == ["A"]
