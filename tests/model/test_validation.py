"""Every rule on records fires, and nothing a file may hold makes the checks raise."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings, strategies as st

from geo.model.validation import Known, record_problems
from tests.sizes import examples

KNOWN = Known(
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
    unread = Known()
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
        getattr(parsing, _PARSER.get(kind, kind))(record)
