"""Each point that a site gets for a request, and each reason and gap beside it."""

from __future__ import annotations

import pytest

from geo.model.records import Catalogue
from geo.query.request_parser import Term
from geo.query.supplier_match import nearest_maisons, rank_sites
from tests.query.records import area, site

FES, REGION = area("03.231", -5.0, 34.0), area("03", -5.0, 34.0)
ZELLIGE, CARPETS = Term("craft", "zellige"), Term("craft", "tapis_tissage")


def ranked(terms, *sites):
    return rank_sites(Catalogue("x", sites=sites, provinces=(FES,), regions=(REGION,)), terms)


def points(terms, **fields):
    (match,) = ranked(terms, site(**{"crafts": ("zellige",), "lon_lat": (-5.0, 34.0), **fields}))
    return match.points


@pytest.mark.parametrize(
    ("terms", "fields", "expected"),
    [
        ([ZELLIGE], {}, 70),
        ([ZELLIGE], {"status": "planned"}, 55),
        ([ZELLIGE], {"provenance": "imported"}, 65),
        ([ZELLIGE, CARPETS], {}, 45),
        ([ZELLIGE, CARPETS], {"crafts": ("zellige", "tapis_tissage")}, 70),
        ([ZELLIGE, Term("place", "03.231")], {}, 90),
        ([ZELLIGE, Term("place", "03.231")], {"province": "03.999"}, 82),
        ([ZELLIGE, Term("place", "03")], {"province": "03.999"}, 82),
        ([ZELLIGE, Term("place", "03")], {"province": "", "region": "08"}, 70),
        ([ZELLIGE, Term("word", "bejmat")], {"fact_fr": "Des BEJMAT émaillés"}, 80),
        ([ZELLIGE, Term("word", "bejmat")], {"fact_fr": "Des vases"}, 70),
        ([ZELLIGE], {"capacity_artisans": 0}, 75),
    ],
)
def test_the_points_are_plain_sums(terms, fields, expected):
    assert points(terms, **fields) == expected


def test_each_point_has_its_reason_and_each_lack_is_named():
    near = site(
        "a",
        crafts=("zellige",),
        lon_lat=(-5.0, 34.0),
        capacity_artisans=12.4,
        fact_fr="bejmat",
    )
    far = site(
        "b",
        crafts=("tapis_tissage",),
        lon_lat=(-5.0, 33.0),
        province="08.401",
        region="08",
        status="planned",
        provenance="demo",
        precision="province",
    )
    terms = [ZELLIGE, CARPETS, Term("place", "03.231"), Term("word", "bejmat")]
    first, second = ranked([*terms, Term("quantity", "200")], far, near)
    assert first.reasons == [
        ("makes", {"crafts": ["zellige"]}),
        ("open", {}),
        ("province", {"area": "03.231"}),
        ("word", {"word": "bejmat"}),
        ("capacity", {"n": 12}),
    ]
    assert first.missing == [("crafts", {"crafts": ["tapis_tissage"]})] and first.km == 0
    assert second.reasons == [("makes", {"crafts": ["tapis_tissage"]})]
    assert second.missing == [
        ("crafts", {"crafts": ["zellige"]}),
        ("status_planned", {}),
        ("far", {"km": 111}),
        ("capacity", {}),
        ("position", {}),
        ("demo", {}),
    ]


@pytest.mark.parametrize("precision", ["province", "region"])
def test_a_position_that_is_only_an_area_is_missing(precision):
    (match,) = ranked([ZELLIGE], site(crafts=("zellige",), lon_lat=(1, 2), precision=precision))
    assert match.missing == [("position", {})]


def test_a_site_without_a_position_is_neither_near_nor_far():
    (match,) = ranked(
        [ZELLIGE, Term("place", "03.231")],
        site(crafts=("zellige",), province="", region="", precision="province"),
    )
    assert match.km is None and match.missing == [("position", {})]


def test_generated_sites_come_last_then_points_then_kilometres_then_names():
    def made(id_, **fields):
        return site(id_, **{"crafts": ("zellige",), "province": "", "region": "", **fields})

    sites = (
        made("demo", provenance="demo", capacity_artisans=9, lon_lat=(-5.0, 34.0)),
        made("c"),
        made("a"),
        made("far", lon_lat=(-5.0, 30.0)),
        made("near", lon_lat=(-5.0, 33.0)),
        made("rich", capacity_artisans=3),
    )
    found = ranked([ZELLIGE, Term("place", "03.231")], *sites)
    assert [m.site.id for m in found] == ["rich", "near", "far", "a", "c", "demo"]


def test_a_hundred_sites_at_most():
    sites = [site(f"s{n:03}", crafts=("zellige",)) for n in range(101)]
    assert [m.site.id for m in ranked([ZELLIGE], *sites)] == [f"s{n:03}" for n in range(100)]


def test_the_nearest_maisons_are_open_published_and_placed():
    def maison(id_, lon, **fields):
        blank = {"kind": "maison_artisane", "lon_lat": (lon, 34.0), **fields}
        return site(id_, **blank)

    sites = (
        maison("makes", -9.0, crafts=("zellige",)),
        maison("near", -5.1),
        maison("planned", -5.0, status="planned"),
        maison("demo", -5.0, provenance="demo"),
        maison("nowhere", -5.0, lon_lat=None),
        maison("site", -5.0, kind="complexe_artisanal"),
        *(maison(f"m{n}", -6.0 - n) for n in range(5)),
    )
    catalogue = Catalogue("x", sites=sites)
    found = nearest_maisons(catalogue, (-5.0, 34.0), ["zellige"])
    assert [s.id for _, s in found] == ["makes", "near", "m0", "m1", "m2"]
    assert [round(km) for km, _ in found[:2]] == [369, 9]
    assert len(nearest_maisons(catalogue, (-5.0, 34.0), [], count=3)) == 3
