"""Positions in every notation, and nothing doubtful applied unasked."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from pyproj import Transformer

from geo.curate.imports.importer import Importer
from geo.curate.imports.planner import Options
from tests.sizes import examples

TOWNS = (
    ("Ouezzane", 34.79584, -5.57849),
    ("Chefchaouen", 35.16878, -5.2636),
    ("Larache", 35.19321, -6.15572),
)


def dms(value: float, sides: str) -> str:
    side = sides[value < 0]
    total = round(abs(value) * 3600, 1)
    return f"{int(total // 3600)}\u00b0{int(total % 3600 // 60)}'{total % 60:.1f}\"{side}"


def sheet(*lines: tuple, head: str = "Nom;Latitude;Longitude") -> bytes:
    return "\n".join([head, *(";".join(map(str, line)) for line in lines)]).encode()


def placed(plan):
    return {
        i.name: tuple(i.after["geometry"]["coordinates"])
        for i in plan.items
        if i.after and i.after["geometry"]
    }


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lon=st.floats(-8.0, -5.2), lat=st.floats(31.0, 32.9))
def test_a_position_survives_its_notation(bare: Importer, lon, lat):
    lines = [
        ("A", f"{lat:.6f}", f"{lon:.6f}"),
        ("B", f"{lat:.6f}".replace(".", ","), f"{lon:.6f}".replace(".", ",")),
        ("C", dms(lat, "NS"), dms(lon, "EO")),
    ]
    found = placed(bare.preview(sheet(*lines), "x.csv", "sites"))
    assert set(found) == {"A", "B", "C"}
    for at in found.values():
        assert at == pytest.approx((lon, lat), abs=2.1e-5)


@pytest.mark.parametrize(
    "text",
    [
        "34.79584, -5.57849",
        "34,79584 ; -5,57849",
        "34\u00b047'45\"N 5\u00b034'42.6\"W",
        "https://www.google.com/maps/@34.79584,-5.57849,12z",
    ],
)
def test_both_coordinates_in_one_cell(bare: Importer, text):
    plan = bare.preview(
        f'Nom\tCoordonn\u00e9es\nA\t"{text.replace(chr(34), chr(34) * 2)}"\n'.encode(),
        "x.tsv",
        "sites",
    )
    assert placed(plan)["A"] == pytest.approx((-5.57849, 34.79584), abs=2e-4)


@pytest.mark.parametrize(
    "epsg", ["EPSG:26191", "EPSG:26192", "EPSG:26194", "EPSG:32629", "EPSG:32630"]
)
def test_metres_are_recognised_and_converted_only_once_confirmed(bare: Importer, epsg):
    places = (
        TOWNS
        if epsg != "EPSG:26192"
        else (("Agadir", 30.42018, -9.59815), ("Taroudant", 30.47028, -8.87695))
    )
    places = (
        places
        if epsg != "EPSG:26194"
        else (("Boujdour", 26.12667, -14.48472), ("Smara", 26.73841, -11.67194))
    )
    to = Transformer.from_crs("EPSG:4326", epsg, always_xy=True).transform
    content = sheet(
        *((n, *(f"{v:.2f}" for v in to(lon, lat))) for n, lat, lon in places), head="Nom;X;Y"
    )
    plan = bare.preview(content, "x.csv", "sites")
    assert plan.counts["refused"] == len(places) and plan.outcome == "warn"
    assert {p.code for p in plan.problems} >= {"COORD_PROJECTED"}
    assert epsg in [o.value for o in plan.offers if o.kind == "crs"]
    done = bare.preview(content, "x.csv", "sites", options=Options(crs=epsg))
    assert done.counts["new"] == len(places)
    for name, lat, lon in places:
        assert placed(done)[name] == pytest.approx((lon, lat), abs=2e-5)


def test_swapped_columns_are_offered_and_swapped_only_when_asked(bare: Importer):
    content = sheet(*((n, lon, lat) for n, lat, lon in TOWNS))
    plan = bare.preview(content, "x.csv", "sites")
    assert plan.counts["refused"] == 3 and [(o.kind, len(o.rows)) for o in plan.offers] == [
        ("swap", 3)
    ]
    for answer in ("flagged", "all"):
        done = bare.preview(content, "x.csv", "sites", options=Options(swap=answer))
        assert placed(done) == {n: (lon, lat) for n, lat, lon in TOWNS}


def test_a_forgotten_minus_is_offered(bare: Importer):
    content = sheet(*((n, lat, -lon) for n, lat, lon in TOWNS))
    plan = bare.preview(content, "x.csv", "sites")
    assert plan.counts["refused"] == 3 and [o.kind for o in plan.offers] == ["west"]
    assert placed(bare.preview(content, "x.csv", "sites", options=Options(west=True))) == {
        n: (lon, lat) for n, lat, lon in TOWNS
    }


def test_a_buyer_far_from_its_country_is_swapped_or_said(bare: Importer):
    plan = bare.preview(
        sheet(
            ("A", "Allemagne", 11.6, 48.1),
            ("B", "Allemagne", 40.4, -3.7),
            head="Nom;Pays;Latitude;Longitude",
        ),
        "x.csv",
        "buyers",
    )
    codes = {p.code: p.where for p in plan.problems}
    assert codes["LATLON_SWAPPED"] == "row 2" and codes["POSITION_ELSEWHERE"] == "row 3"


def test_places_are_found_by_name_with_their_precision(bare: Importer):
    plan = bare.preview(
        "Nom;Localit\u00e9;Province\nA;Chefchaouen;\nB;Imilchil;Midelt\nC;Nullepart;\n".encode(),
        "x.csv",
        "sites",
    )
    by = {i.name: i for i in plan.items}
    assert by["A"].placed_by == "gazetteer" and by["A"].after["properties"]["precision"] == "town"
    assert by["A"].after["properties"]["region"] == "01" and by["B"].after["geometry"]
    assert by["C"].action == "refused" and ("REGION_UNKNOWN", "row 4") in [
        (p.code, p.where) for p in plan.problems
    ]
    assert ("Chefchaouen", "place") in [(g.raw, g.how) for g in plan.guesses]
    abroad = bare.preview(
        b"Nom;Pays;Ville\nA;France;Lyon\nB;France;Trou-perdu\n", "x.csv", "buyers"
    )
    assert [i.after["properties"]["precision"] for i in abroad.items] == ["city", "country"]
    assert abroad.items[1].after["geometry"] is None


def test_namesakes_are_never_chosen_between(bare: Importer):
    head = "Nom;Localit\u00e9;Province\n"
    plan = bare.preview(f"{head}A;Ajdir;\n".encode(), "x.csv", "sites")
    assert plan.counts["refused"] == 1 and ("PLACE_AMBIGUOUS", "row 2") in [
        (p.code, p.where) for p in plan.problems
    ]
    named = bare.preview(f"{head}A;Ajdir;Taza\n".encode(), "x.csv", "sites")
    assert named.items[0].placed_by == "gazetteer" and named.outcome == "accept"


def test_a_place_dragged_on_the_map_stands(bare: Importer):
    plan = bare.preview(
        "Nom;Localit\u00e9\nA;Chefchaouen\n".encode(),
        "x.csv",
        "sites",
        options=Options(places={2: (-5.3, 35.2)}),
    )
    assert placed(plan) == {"A": (-5.3, 35.2)}
