"""A form asks, and makes the record that was meant; the rest of it stays as it was."""

import json

import pytest
from hypothesis import given, strategies as st

from geo.core.paths import DATA_DIR
from geo.curate.api.changes import differences
from geo.curate.api.record_form import form_answer, known_codes
from geo.curate.record_form import FORMS, KIND_OF, filled, lon_lat_of, new_id, values_of
from geo.i18n.words import words
from geo.model.records import LANGUAGES
from geo.model.validation import ReferenceCodes, record_problems
from geo.store.changes import Held, ValidationFailed

FILES = {
    "buyers": ("buyers.geojson", "features"),
    "sites": ("sites.geojson", "features"),
    "markets": ("markets.json", "markets"),
    "fairs": ("fairs.json", "fairs"),
}


def raws(collection):
    name, key = FILES[collection]
    return json.loads((DATA_DIR / name).read_text("utf-8"))[key]


def answered(collection, raw):
    """The answers a browser sends for an unchanged record, but for what saving needs."""
    values = values_of(collection, raw)
    if "provenance" in values:
        values |= {
            "provenance": "published",
            "verified": values["verified"] or "2026-11-25",
            "sources": [
                {**s, "url": s["url"] or "https://example.org/page"} for s in values["sources"]
            ],
        }
    return values


@pytest.mark.parametrize("collection", FORMS)
def test_saving_what_was_opened_changes_only_what_saving_asks(collection, catalogue):
    known = known_codes(catalogue)
    for raw in raws(collection):
        id_ = raw.get("id") or raw["iso2"]
        made = filled(collection, raw, answered(collection, raw), lon_lat_of(raw), id_, known)
        assert record_problems(KIND_OF[collection], made, known) == []
        changed = {d["name"] for d in differences(collection, raw, made, catalogue, words("fr"))}
        assert changed <= {"provenance", "verified", "sources"}
        if collection == "sites":
            assert made["properties"]["geoname_id"] == raw["properties"]["geoname_id"]


@pytest.mark.parametrize("collection", FORMS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_question_has_its_words(collection, lang, catalogue):
    answer = form_answer(collection, "", Held(None, 0), (), catalogue, words(lang))
    for question in answer["fields"]:
        assert not question["label"].startswith("form.")
        assert all(
            "." not in c["label"][:12] or " " in c["label"]
            for c in question.get("choices", ())
            if c["value"] in c["label"]
        )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "king"}, "kind"),
        ({"country": "ZZ"}, "country"),
        ({"crafts": ["gold"]}, "crafts"),
        ({"crafts": "tapis_tissage"}, "crafts"),
        ({"year": "soon"}, "year"),
        ({"year": "2020.5"}, "year"),
        ({"year": True}, "year"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"provenance": "demo"}, "provenance"),
        ({"verified": "25/11/2026"}, "verified"),
        ({"verified": ""}, "verified"),
        ({"sources": []}, "sources"),
        ({"sources": "me"}, "sources"),
        ({"sources": [{"url": "file:///etc/passwd"}]}, "sources"),
        ({"name": ["a"]}, "name"),
        ({"relation_fr": "x" * 5000}, "relation_fr"),
    ],
)
def test_what_does_not_fit_is_named_by_its_field(change, field, catalogue):
    raw = next(
        r for r in raws("buyers") if r["geometry"] and r["properties"]["provenance"] == "published"
    )
    with pytest.raises(ValidationFailed) as refused:
        filled(
            "buyers",
            raw,
            {**answered("buyers", raw), **change},
            lon_lat_of(raw),
            raw["id"],
            known_codes(catalogue),
        )
    assert [p.field for p in refused.value.problems] == [field]


@pytest.mark.parametrize(
    ("lon_lat", "precision"),
    [
        ((181, 0), "city"),
        ((0, 91), "city"),
        ((float("nan"), 0), "city"),
        (None, "city"),
        ((2, 48), "country"),
    ],
)
def test_a_point_must_be_possible_and_as_precise_as_it_says(lon_lat, precision, catalogue):
    raw = next(r for r in raws("buyers") if r["geometry"])
    with pytest.raises(ValidationFailed) as refused:
        filled(
            "buyers",
            raw,
            {**answered("buyers", raw), "precision": precision},
            lon_lat,
            raw["id"],
            known_codes(catalogue),
        )
    assert {p.field for p in refused.value.problems} == {"geometry"}


def test_the_days_of_a_fair_give_its_months(catalogue):
    raw = {**raws("fairs")[0]}
    values = {**answered("fairs", raw), "first": "2026-12-30", "last": "2027-02-02"}
    made = filled("fairs", raw, values, lon_lat_of(raw), raw["id"], known_codes(catalogue))
    assert (made["months"], made["year"]) == ([12, 1, 2], 2026)


@given(st.text(max_size=80))
def test_a_new_id_is_one_a_record_may_have(name):
    id_ = new_id("buyers", name)
    assert [
        p
        for p in record_problems(
            "buyer", {"id": id_, "properties": {}, "geometry": None}, ReferenceCodes()
        )
        if p.field == "id"
    ] == []
    assert id_ != new_id("buyers", name)


@given(
    st.dictionaries(
        st.sampled_from([f.key for f in FORMS["sites"]]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=6), x, max_size=3),
            max_leaves=6,
        ),
    )
)
def test_whatever_a_browser_sends_is_a_record_or_a_list_of_problems(answers):
    try:
        made, problems = filled("sites", None, answers, None, "a-site", ReferenceCodes()), []
    except ValidationFailed as refused:
        made, problems = None, refused.problems
    assert bool(made) != bool(problems)
    assert {p.field for p in problems} <= {f.key for f in FORMS["sites"]} | {"geometry", "id"}
    assert not made or record_problems("site", made, ReferenceCodes()) == []
