"""Every rule on records fires, and nothing a file may hold makes the checks raise."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings, strategies as st

from geo.model.validation import ReferenceCodes, record_problems
from tests.sizes import examples

KNOWN = ReferenceCodes(
    markets=frozenset({"DE", "FR"}),
    regions=frozenset({"07", "08"}),
    provinces=frozenset({"08.401"}),
)
SOURCE = [{"url": "https://example.org/a", "label": "example.org", "date": "2024-05"}]
BUYER = {
    "type": "Feature",
    "id": "some-shop-de",
    "geometry": {"type": "Point", "coordinates": [13.4, 52.5]},
    "properties": {
        "name": "Some Shop",
        "kind": "concept_store",
        "country": "DE",
        "city": "Berlin",
        "crafts": ["zellige"],
        "relation_fr": "",
        "year": 2020,
        "website": "",
        "provenance": "published",
        "precision": "city",
        "verified": "2020",
        "sources": SOURCE,
    },
}
SITE = {
    "type": "Feature",
    "id": "some-site",
    "geometry": {"type": "Point", "coordinates": [-5.0, 31.5]},
    "properties": {
        "name_fr": "Complexe",
        "kind": "complexe_artisanal",
        "status": "active",
        "town": "T",
        "commune": "",
        "province": "08.401",
        "region": "08",
        "crafts": [],
        "year_opened": None,
        "capacity_artisans": 40,
        "area_m2": None,
        "budget_mad": 1.5e6,
        "women_only": None,
        "rural": True,
        "precision": "town",
        "geoname_id": "1",
        "fact_fr": "",
        "provenance": "published",
        "verified": "",
        "sources": SOURCE,
    },
}
NOTE = {
    "id": "W1",
    "date": "2024",
    "date_basis": "source",
    "title_fr": "T",
    "kind": "salon",
    "markets": ["DE"],
    "crafts": [],
    "summary_fr": "",
    "organisations": ["A"],
    "key_figures": [
        {"label": "part", "value": 49, "unit": "%", "period": "", "market": "", "craft": ""}
    ],
    "sources": SOURCE,
}
REPORT = {
    "id": "R-2024-01",
    "date": "2024-02",
    "title": {"fr": "T", "ar": "ع", "en": "T"},
    "kind": "salon",
    "markets": ["DE", "FI"],
    "crafts": ["zellige"],
    "named": [],
    "notes": [NOTE],
}
MARKET = {
    "iso2": "DE",
    "name": {"fr": "Allemagne", "ar": "ألمانيا", "en": "Germany"},
    "world_region": "europe",
    "capital": "Berlin",
    "label_lon": 10,
    "label_lat": 51.1,
    "evidence": "published",
    "evidence_fr": "",
    "evidence_url": "",
    "agreements": ["eu_association"],
    "agreement_source": "general_knowledge",
}
FAIR = {
    "id": "some-fair-de-2024",
    "name": "Some Fair",
    "kind": "international",
    "country": "DE",
    "city": "Berlin",
    "venue": "",
    "months": [4, 5],
    "edition": "30 avril-2 mai 2024",
    "year": 2024,
    "first": "2024-04-30",
    "last": "2024-05-02",
    "crafts": ["zellige"],
    "lon": 13.4,
    "lat": 52.5,
    "precision": "city",
    "provenance": "published",
    "verified": "",
    "sources": SOURCE,
}
SHAPE = {"type": "Polygon", "coordinates": [[[-5, 31], [-4, 31], [-4, 32], [-5, 31]]]}
REGION = {
    "type": "Feature",
    "geometry": SHAPE,
    "properties": {
        "code": "08",
        "name_fr": "Drâa-Tafilalet",
        "name_ar": "درعة-تافيلالت",
        "population_2024": 1_655_623,
        "label_lon": -5,
        "label_lat": 31.2,
    },
}
PROVINCE = {**REGION, "properties": {**REGION["properties"], "code": "08.401", "region_code": "08"}}
TOWN = {
    "geoname_id": "1",
    "name": "T",
    "name_ar": "",
    "alt": ["Tt"],
    "province": "08.401",
    "population": None,
    "lon": -5.0,
    "lat": 31.5,
}
RECORDS = {
    "buyer": BUYER,
    "site": SITE,
    "report": REPORT,
    "market": MARKET,
    "fair": FAIR,
    "region": REGION,
    "province": PROVINCE,
    "town": TOWN,
}


def changed(kind: str, path: str, value: object) -> dict:
    record = copy.deepcopy(RECORDS[kind])
    *parents, last = path.split(".")
    inside: object = record
    for name in parents:
        inside = inside[int(name) if name.isdigit() else name]
    inside[int(last) if last.isdigit() else last] = value
    return record


@pytest.mark.parametrize("kind", RECORDS)
def test_a_good_record_has_no_problem(kind):
    assert record_problems(kind, RECORDS[kind], KNOWN) == []


@pytest.mark.parametrize(
    ("kind", "path", "value", "field", "code"),
    [
        ("buyer", "id", "", "id", "bad_id"),
        ("buyer", "id", 12, "id", "bad_id"),
        ("buyer", "id", "a b", "id", "bad_id"),
        ("buyer", "properties.name", "  ", "name", "bad_value"),
        ("buyer", "properties.name", "x" * 5000, "name", "bad_value"),
        ("buyer", "properties.kind", "shop", "kind", "bad_value"),
        ("buyer", "properties.country", "XX", "country", "bad_value"),
        ("buyer", "properties.crafts", ["tiles"], "crafts", "bad_value"),
        ("buyer", "properties.crafts", "zellige", "crafts", "bad_value"),
        ("buyer", "properties.year", "2020", "year", "bad_value"),
        ("buyer", "properties.year", 20200, "year", "bad_value"),
        ("buyer", "properties.year", True, "year", "bad_value"),
        ("buyer", "properties.website", "javascript:alert(1)", "website", "bad_value"),
        ("buyer", "properties.provenance", "", "provenance", "bad_value"),
        ("buyer", "properties.precision", "", "precision", "bad_value"),
        ("buyer", "properties.verified", "May 2020", "verified", "bad_value"),
        ("buyer", "properties.verified", "2020-13", "verified", "bad_value"),
        ("buyer", "properties.sources", [], "sources", "bad_value"),
        ("buyer", "properties.sources.0.label", "", "sources", "bad_value"),
        ("buyer", "properties.sources.0.url", "data:text/html,x", "sources", "bad_value"),
        ("buyer", "geometry", None, "geometry", "no_position"),
        ("buyer", "properties.precision", "country", "geometry", "position_not_known"),
        ("buyer", "geometry.type", "LineString", "geometry", "not_a_point"),
        ("buyer", "geometry", [1, 2], "geometry", "not_a_point"),
        ("buyer", "geometry.coordinates", [52.5], "geometry", "bad_lon_lat"),
        ("buyer", "geometry.coordinates", ["13", "52"], "geometry", "bad_lon_lat"),
        ("buyer", "geometry.coordinates", [13.4, 152.5], "geometry", "bad_lon_lat"),
        ("buyer", "geometry.coordinates", [float("nan"), 5], "geometry", "bad_lon_lat"),
        ("site", "properties.status", "closed", "status", "bad_value"),
        ("site", "properties.region", "13", "region", "bad_value"),
        ("site", "properties.province", "08.999", "province", "bad_value"),
        ("site", "properties.area_m2", -1, "area_m2", "bad_value"),
        ("site", "properties.budget_mad", "1 M", "budget_mad", "bad_value"),
        ("site", "properties.rural", "oui", "rural", "bad_value"),
        ("report", "title", "T", "title", "bad_value"),
        ("report", "title.fr", "", "title", "bad_value"),
        ("report", "kind", "note", "kind", "bad_value"),
        ("report", "markets", ["Germany"], "markets", "bad_value"),
        ("report", "named", "all", "named", "bad_value"),
        ("report", "notes", [None], "notes", "bad_value"),
        ("report", "notes", [], "notes", "bad_value"),
        ("report", "notes.0.sources", [], "notes", "bad_value"),
        ("report", "notes.0.markets", "DE", "notes", "bad_value"),
        ("report", "notes.0.key_figures.0.value", {"a": 1}, "notes", "bad_value"),
        ("market", "iso2", "Germany", "iso2", "bad_id"),
        ("market", "name", {"fr": "Allemagne"}, "name", "bad_value"),
        ("market", "name.ar", 5, "name", "bad_value"),
        ("market", "world_region", "mars", "world_region", "bad_value"),
        ("market", "label_lat", "51", "label_lat", "bad_value"),
        ("market", "evidence_url", "javascript:alert(1)", "evidence_url", "bad_value"),
        ("market", "agreements", ["EU"], "agreements", "bad_value"),
        ("fair", "id", "a b", "id", "bad_id"),
        ("fair", "kind", "salon", "kind", "bad_value"),
        ("fair", "country", "Germany", "country", "bad_value"),
        ("fair", "months", [13], "months", "bad_value"),
        ("fair", "first", "2024-02-30", "first", "bad_value"),
        ("fair", "first", "2024-05-03", "last", "bad_value"),
        ("fair", "last", "", "last", "bad_value"),
        ("fair", "lat", None, "lon", "bad_lon_lat"),
        ("fair", "precision", "country", "lon", "position_not_known"),
        ("region", "properties.code", "8", "code", "bad_id"),
        ("region", "properties.name_ar", None, "name_ar", "bad_value"),
        ("region", "properties.population_2024", "many", "population_2024", "bad_value"),
        ("province", "properties.region_code", None, "region_code", "bad_value"),
        ("town", "alt", [1], "alt", "bad_value"),
        ("town", "lon", "west", "lon", "bad_value"),
        ("region", "geometry", None, "geometry", "bad_value"),
        ("region", "geometry.type", "Point", "geometry", "bad_value"),
        ("region", "geometry.coordinates.0.1", ["x", 3], "geometry", "bad_value"),
        ("province", "geometry.coordinates", [], "geometry", "bad_value"),
    ],
)
def test_each_rule_fires(kind, path, value, field, code):
    found = record_problems(kind, changed(kind, path, value), KNOWN)
    assert [(p.field, p.code) for p in found] == [(field, code)]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("buyer", "sources"), ("buyer", "precision"), ("site", "region"), ("site", "provenance")],
)
def test_a_missing_field_is_named(kind, name):
    record = copy.deepcopy(RECORDS[kind])
    del record["properties"][name]
    assert ("field_missing", name) in [
        (p.code, p.field) for p in record_problems(kind, record, KNOWN)
    ]


def test_all_problems_of_a_record_are_found_at_once():
    record = changed("buyer", "properties.kind", "?")
    record["properties"]["country"] = "?"
    record["geometry"] = 5
    assert {p.field for p in record_problems("buyer", record, KNOWN)} == {
        "kind",
        "country",
        "geometry",
    }


@pytest.mark.parametrize(
    ("kind", "field", "code", "malformed"),
    [
        ("buyer", "country", "XX", "Germany"),
        ("site", "region", "13", "Drâa"),
        ("site", "province", "08.999", "8"),
    ],
)
def test_a_code_is_only_judged_by_its_form_when_its_list_cannot_be_read(
    kind, field, code, malformed
):
    unread = ReferenceCodes()
    assert record_problems(kind, changed(kind, f"properties.{field}", code), KNOWN)
    assert record_problems(kind, changed(kind, f"properties.{field}", code), unread) == []
    assert record_problems(kind, changed(kind, f"properties.{field}", malformed), unread)


@pytest.mark.parametrize(
    ("precision", "kind"), [("province", "site"), ("region", "site"), ("country", "buyer")]
)
def test_an_unknown_position_is_fine_when_the_precision_says_so(precision, kind):
    record = changed(kind, "properties.precision", precision)
    record["geometry"] = None
    assert record_problems(kind, record, KNOWN) == []


RING = [[-5, 31], [-4, 31], [-4, 32], [-5, 31]]
SIGNAL = {"market": "DE", "craft": "zellige", "sign": "+"}


@pytest.mark.parametrize(
    ("kind", "path", "most", "beyond"),
    [
        ("buyer", "properties.city", "x" * 4_000, "x" * 4_001),
        ("buyer", "properties.name", "x", ""),
        ("buyer", "properties.crafts", ["zellige"] * 60, ["zellige"] * 61),
        ("buyer", "properties.sources", SOURCE * 60, SOURCE * 61),
        ("buyer", "properties.year", 1000, 999),
        ("buyer", "properties.year", 2100, 2101),
        ("buyer", "properties.year", None, 2020.5),
        ("buyer", "properties.website", "https://" + "x" * 2_000, "https://" + "x" * 2_001),
        ("buyer", "id", "x" * 120, "x" * 121),
        ("buyer", "geometry.coordinates", [180, 90], [180.1, 90]),
        ("buyer", "geometry.coordinates", [-180, -90], [-180, -90.1]),
        ("buyer", "geometry.coordinates", [1, 2, 3], [1, 2, 3, 4]),
        ("buyer", "geometry.coordinates", [1, 90], [1, 90.1]),
        ("buyer", "geometry.coordinates", [-180, 2], [-180.1, 2]),
        ("buyer", "geometry.coordinates", [1, 2], [1, True]),
        ("site", "properties.area_m2", 0, -0.1),
        ("site", "properties.area_m2", 999_999_999_999, 1e12),
        ("site", "properties.area_m2", 1.5, True),
        ("site", "properties.women_only", False, 0),
        ("site", "properties.phone", "x" * 40, "x" * 41),
        ("site", "properties.verified_by", "x" * 120, "x" * 121),
        ("fair", "months", list(range(1, 13)), [1] * 13),
        ("fair", "months", [1, 12], [0]),
        ("fair", "months", [1], [True]),
        ("fair", "months", [], [13]),
        ("fair", "country", "", "D"),
        ("fair", "last", "2024-04-30", "2024-04-29"),
        ("report", "notes", [NOTE] * 400, [NOTE] * 401),
        ("report", "named", ["a"] * 400, ["a"] * 401),
        ("report", "signals", [SIGNAL] * 400, [SIGNAL] * 401),
        ("report", "signals", [SIGNAL | {"market": "", "craft": ""}], [SIGNAL | {"sign": ""}]),
        ("report", "signals", [], [SIGNAL | {"craft": "tiles"}]),
        ("report", "signals", [], [SIGNAL | {"market": "Germany"}]),
        ("report", "signals", [], [None]),
        ("report", "places", ["Fès"], "Fès"),
        ("report", "lang", "", "es"),
        ("report", "notes.0.key_figures", [{}] * 400, [{}] * 401),
        ("report", "notes.0.key_figures", [{"value": None}], [[]]),
        ("report", "notes.0.organisations", [], None),
        ("report", "title", {"fr": "T"}, {"fr": "T", "ar": 5}),
        ("market", "label_lon", 180, 180.5),
        ("market", "label_lon", -180, -180.5),
        ("market", "label_lat", 90, 90.5),
        ("market", "label_lat", -90, -90.5),
        ("market", "label_lat", 1.5, True),
        ("town", "lon", 180, 180.5),
        ("town", "lat", -90, -90.5),
        ("region", "properties.label_lon", 180, 181),
        ("region", "properties.label_lat", 90, 91),
        ("province", "properties.region_code", "08", "8"),
        ("region", "geometry.coordinates", [RING, RING], [RING, RING[:3]]),
        ("region", "geometry.coordinates", [[*RING[:3], [-4, 33], RING[0]]], [[*RING[:3], [0, 0]]]),
        ("region", "geometry.coordinates", [[[180, 90]] * 4], [[[180.5, 90]] * 4]),
        ("region", "geometry.coordinates", [[[-180, -90]] * 4], [[[-180.5, -90]] * 4]),
        ("region", "geometry.coordinates", [[[1, 90]] * 4], [[[1, 90.5]] * 4]),
        ("region", "geometry.coordinates", [[[1, -90, 7]] * 4], [[[1, -90.5]] * 4]),
        ("region", "geometry.coordinates", [[[1, 2]] * 4], [[[1, 2, 3, 4]] * 4]),
        ("region", "geometry.coordinates", [RING], [[[1, 2]] * 3]),
    ],
)
def test_each_rule_ends_where_it_says(kind, path, most, beyond):
    assert record_problems(kind, changed(kind, path, most), KNOWN) == []
    assert [p.code for p in record_problems(kind, changed(kind, path, beyond), KNOWN)] in (
        ["bad_value"],
        ["bad_lon_lat"],
        ["bad_id"],
    )


def test_an_outline_may_have_several_parts():
    record = copy.deepcopy(REGION)
    record["geometry"] = {"type": "MultiPolygon", "coordinates": [[RING], [RING]]}
    assert record_problems("region", record, KNOWN) == []
    record["geometry"]["coordinates"][1] = [RING[:3]]
    assert [p.code for p in record_problems("region", record, KNOWN)] == ["bad_value"]


@pytest.mark.parametrize(
    ("first", "last", "fine"),
    [("", "", True), ("2024-04-30", "2024-04-30", True), ("2024-04-30", "", False)],
)
def test_a_fair_has_both_days_or_none(first, last, fine):
    record = {**FAIR, "first": first, "last": last}
    assert (record_problems("fair", record, KNOWN) == []) is fine


def test_a_fair_without_a_position_says_so_where_its_town_is_known():
    record = {**FAIR, "lon": None, "lat": None}
    assert [(p.field, p.code) for p in record_problems("fair", record, KNOWN)] == [
        ("lon", "no_position")
    ]
    assert record_problems("fair", {**record, "precision": "country"}, KNOWN) == []


@pytest.mark.parametrize("precision", ["building", "town", "commune", "city"])
def test_a_precise_record_without_a_position_is_a_problem(precision):
    record = changed("site", "properties.precision", precision)
    record["geometry"] = None
    assert [p.code for p in record_problems("site", record, KNOWN)] == ["no_position"]


def test_what_is_shown_of_a_wrong_value_is_short():
    def shown(value: object) -> str:
        return record_problems("buyer", changed("buyer", "properties.kind", value), KNOWN)[0].value

    assert shown("x" * 60) == "x" * 60
    assert shown("x" * 61) == "x" * 59 + "…"


def test_a_province_is_optional_even_where_none_is_known():
    record = changed("site", "properties.province", "")
    assert (
        record_problems("site", record, KNOWN)
        == record_problems("site", record, ReferenceCodes())
        == []
    )


@pytest.mark.parametrize("raw", [None, [], "x", {"properties": None}, {"properties": []}])
def test_what_is_no_record_at_all_is_said_once(raw):
    assert [p.code for p in record_problems("buyer", raw, KNOWN)] == ["not_a_record"]


_ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=3)
    | st.sampled_from(["DE", "2024", "Point"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


#: Kinds whose reader has another name.
_PARSER = {"region": "area", "province": "area"}


def _paths(value: object, path: str = "") -> list[str]:
    items = (
        value.items()
        if isinstance(value, dict)
        else (enumerate(value) if isinstance(value, list) else ())
    )
    found = [path] if path else []
    for name, inner in items:
        found += _paths(inner, f"{path}.{name}" if path else str(name))
    return found


@pytest.mark.parametrize(
    "path", ["id", "geometry", "properties.year_opened", "properties.area_m2", "properties.kind"]
)
def test_a_number_too_long_to_print_is_answered(path):
    assert record_problems("site", changed("site", path, 10**5000), KNOWN)


@settings(max_examples=examples(150))
@given(kind=st.sampled_from(sorted(RECORDS)), raw=_ANYTHING)
def test_anything_at_all_is_answered(kind, raw):
    assert record_problems(kind, raw, KNOWN)


@settings(max_examples=examples(300))
@given(data=st.data(), kind=st.sampled_from(sorted(RECORDS)), value=_ANYTHING)
def test_one_hostile_value_anywhere_never_raises(data, kind, value):
    path = data.draw(st.sampled_from(_paths(RECORDS[kind])))
    for problem in record_problems(kind, changed(kind, path, value), KNOWN):
        assert all(
            isinstance(v, str)
            for v in (problem.file, problem.record, problem.field, problem.code, problem.value)
        )
        assert len(problem.value) <= 60


@settings(max_examples=examples(100))
@given(data=st.data(), kind=st.sampled_from(sorted(RECORDS)), value=_ANYTHING)
def test_a_record_without_problem_can_be_parsed(data, kind, value, tmp_path_factory):
    """What passes the checks does not fail later, in the reader."""
    from geo.model import parsing

    record = changed(kind, data.draw(st.sampled_from(_paths(RECORDS[kind]))), value)
    if not record_problems(kind, record, KNOWN):
        editable = parsing.RECORDS.get(f"{kind}s")
        parse = editable.parse if editable else getattr(parsing, _PARSER.get(kind, kind))
        parse(record)
