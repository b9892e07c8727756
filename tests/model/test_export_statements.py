"""Published export figures: which rows can be used, and which months several years share."""

from __future__ import annotations

import csv

import pytest

from geo.core import shipped
from geo.model.export_statistics import exports, left_out, windows

ROW = {
    "id": "E1",
    "period_start": "2023-01",
    "period_end": "2023-12",
    "scope": "market",
    "market_iso2": "FR",
    "market_group": "",
    "craft": "tapis_tissage;zellige",
    "craft_label_fr": "Tapis",
    "exit_city": "",
    "value_mdh": "12.5",
    "share_pct": "",
    "share_base": "",
    "growth_pct": "-3",
    "approx": "1",
    "note_fr": "",
    "source_url": "https://example.org",
    "unit_original": "",
}


@pytest.fixture
def statements(tmp_path):
    """The statements of some rows, each given by what differs from one good row."""

    def read(*rows):
        with (tmp_path / shipped.EXPORTS).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ROW)
            writer.writeheader()
            writer.writerows(ROW | row for row in rows)
        exports.cache_clear()
        left_out.cache_clear()
        return exports(tmp_path)

    return read


def test_a_row_is_read_as_it_is_published(statements):
    (row,) = statements({})
    assert (row.id, row.scope, row.market) == ("E1", "market", "FR")
    assert row.crafts == ("tapis_tissage", "zellige")
    assert (row.value_mdh, row.share_pct, row.growth_pct, row.approximate) == (12.5, None, -3, True)
    assert (row.months, row.year, row.whole_year) == ("01-12", 2023, True)
    assert row.period == "2023-01/2023-12"
    (exact,) = statements({"approx": "0"})
    assert not exact.approximate


@pytest.mark.parametrize(
    ("start", "end", "months", "year"),
    [
        ("2023-01", "2023-06", "01-06", 2023),
        ("2022-07", "2023-06", "", 2023),
        ("2023-02", "2023-12", "02-12", 2023),
    ],
)
def test_months_are_those_of_one_year(statements, start, end, months, year):
    (row,) = statements({"period_start": start, "period_end": end})
    assert (row.months, row.year, row.whole_year) == (months, year, False)


@pytest.mark.parametrize(
    ("change", "used"),
    [
        ({"scope": "world"}, False),
        ({"period_start": "2023"}, False),
        ({"period_end": "2023-12-31"}, False),
        ({"value_mdh": "many"}, False),
        ({"value_mdh": "", "growth_pct": "", "unit_original": "USD"}, False),
        ({"value_mdh": "", "growth_pct": "2", "unit_original": "USD"}, True),
        ({"value_mdh": "", "growth_pct": "", "share_pct": "4", "unit_original": "USD"}, True),
        ({"value_mdh": "5", "growth_pct": "", "unit_original": "USD"}, True),
        ({"value_mdh": "", "growth_pct": ""}, True),
    ],
)
def test_what_cannot_be_read_or_compared_is_left_out_and_counted(
    statements, tmp_path, change, used
):
    assert len(statements(ROW, change)) == 1 + used
    assert left_out(tmp_path) == (not used)


def test_a_growth_on_another_base_is_no_growth_on_a_year(statements):
    base, plain = statements({"note_fr": "Évolution par rapport à 2019"}, {"note_fr": "Provisoire"})
    assert not base.on_a_year and plain.on_a_year


def test_blankets_are_another_subject_than_carpets_and_other_labels_are_not(statements):
    carpets, blankets, tiles = statements(
        {"craft": "tapis_tissage"},
        {"craft": "tapis_tissage", "craft_label_fr": "Couvertures"},
        {"craft": "zellige", "craft_label_fr": "Couvre-sol"},
    )
    assert carpets.subject == ("market", "FR", "", "tapis_tissage", "", "")
    assert blankets.subject == ("market", "FR", "", "tapis_tissage", "", "couvertures")
    assert tiles.subject == ("market", "FR", "", "zellige", "", "")


def test_windows_are_shared_by_two_years_whole_years_first_then_the_most_shared(statements):
    def of(year, first, last):
        return {"period_start": f"{year}-{first}", "period_end": f"{year}-{last}"}

    rows = [of(y, "01", "03") for y in (2020, 2021, 2022)]
    rows += [of(y, "01", "12") for y in (2020, 2021)]
    rows += [of(y, "01", "06") for y in (2021, 2022)]
    rows += [of(y, "01", "02") for y in (2021, 2022)]
    rows += [of(2022, "01", "09"), of(2022, "01", "09")]
    rows += [{"period_start": f"{y}-07", "period_end": f"{y + 1}-06"} for y in (2020, 2021)]
    assert windows(statements(*rows)) == ("01-12", "01-03", "01-02", "01-06")
