"""One row of the table of fields is the whole of a field: nobody leaves a row out."""

import dataclasses
import json
import subprocess
import sys

import pytest

from geo.core.paths import DATA_DIR, PROJECT
from geo.model.parsing import RECORDS
from geo.model.schema import RECORD_CLASSES, SCHEMA, in_order
from geo.model.validation import ReferenceCodes, record_problems


def raws(collection):
    kind = RECORDS[collection]
    return json.loads((DATA_DIR / kind.file).read_text("utf-8"))[kind.list_key]


@pytest.mark.parametrize("collection", SCHEMA)
def test_the_table_has_every_attribute_of_a_record(collection):
    attributes = {f.name for f in dataclasses.fields(RECORD_CLASSES[collection])}
    assert attributes == {f.name for f in SCHEMA[collection]}


@pytest.mark.parametrize("collection", SCHEMA)
def test_every_field_is_parsed_and_checked(collection):
    raw = raws(collection)[0]
    record = RECORDS[collection].parse(raw)
    inside = raw.get("properties", raw)
    for field in SCHEMA[collection]:
        if field.type == "id":
            assert getattr(record, field.name) == raw[field.name]
        elif field.type != "position" and field.key in inside:
            stored, parsed = inside[field.key], getattr(record, field.name)
            assert len(parsed) == len(stored) if field.type == "sources" else True
            if field.type not in ("sources", "many", "months"):
                assert parsed == stored
        if field.type in ("id", "position"):
            continue
        spoiled = json.loads(json.dumps(raw))
        spoiled.get("properties", spoiled)[field.key] = object()
        problems = record_problems(RECORDS[collection].check, spoiled, ReferenceCodes())
        assert (field.key, "bad_value") in {(p.field, p.code) for p in problems}
        spoiled.get("properties", spoiled).pop(field.key)
        missing = {
            p.field
            for p in record_problems(RECORDS[collection].check, spoiled, ReferenceCodes())
            if p.code == "field_missing"
        }
        assert missing == (set() if field.optional else {field.key})


def test_a_capacity_of_an_older_record_is_served_whole():
    raw = raws("sites")[0]
    raw["properties"]["capacity_artisans"] = 12.6
    assert record_problems("site", raw, ReferenceCodes()) == []
    assert RECORDS["sites"].parse(raw).capacity_artisans == 13


def test_an_order_names_only_what_is_there_and_loses_nothing():
    assert in_order("abcd", "cx", "ya") == ("c", "b", "d", "a")


@pytest.mark.parametrize("collection", SCHEMA)
def test_the_form_asks_and_the_history_names_every_field_of_the_form(collection, catalogue):
    from geo.curate.api.changes import differences
    from geo.curate.record_form import FORMS, filled, lon_lat_of, values_of
    from geo.i18n.words import words

    raw = raws(collection)[0]
    fields = {f.key for f in SCHEMA[collection] if f.form}
    assert {f.key for f in FORMS[collection]} == fields
    answers = values_of(collection, raw)
    assert answers.keys() == fields
    id_ = raw.get("id") or raw["iso2"]
    if "sources" in answers:
        answers |= {
            "provenance": "published",
            "verified": "2026-11-25",
            "sources": [{"url": "https://example.org", "label": "page", "date": ""}],
        }
    made = filled(collection, raw, answers, lon_lat_of(raw), id_, ReferenceCodes())
    assert made.get("properties", made).keys() >= fields
    emptied = json.loads(json.dumps(made))
    emptied.get("properties", emptied).update({f.key: f.unknown for f in SCHEMA[collection]})
    named = {d["name"] for d in differences(collection, made, emptied, catalogue, words("fr"))}
    inside = made.get("properties", made)
    assert named >= {key for key in fields if inside[key] not in ("", None, [])}


def test_a_form_takes_no_half_artisan(catalogue):
    from geo.curate.record_form import filled, lon_lat_of, values_of
    from geo.store.changes import ValidationFailed

    raw = next(r for r in raws("sites") if r["properties"]["provenance"] == "published")
    answers = values_of("sites", raw) | {"verified": "2026-11-25"}
    with pytest.raises(ValidationFailed) as refused:
        filled(
            "sites",
            raw,
            answers | {"capacity_artisans": "12,5"},
            lon_lat_of(raw),
            raw["id"],
            ReferenceCodes(),
        )
    assert [(p.field, p.code) for p in refused.value.problems] == [
        ("capacity_artisans", "bad_value")
    ]


@pytest.mark.parametrize("collection", ["buyers", "sites", "markets"])
def test_quality_asks_for_every_field_that_should_be_known(collection):
    from geo.curate.quality import ASKED

    assert set(ASKED[collection]) == {f.quality for f in SCHEMA[collection] if f.quality}


def test_one_more_row_is_known_everywhere():
    """A process of its own: every reader takes the table when it is imported."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.model.one_more_field"],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "parsed": 250,
        "required": ["moq_pieces"],
        "checked": ["moq_pieces"],
        "form": 12,
        "history": ["12"],
        "imported": 300,
        "template": True,
        "export": ["moq"],
        "again": [["moq_pieces", 77]],
        "ogc": "integer",
        "ogc value": 250,
        "panel": ["250"],
        "quality": True,
    }


def test_exports_the_open_interface_and_imports_have_every_row():
    from geo.curate.imports.headings import FIELDS, KINDS
    from geo.ogc.collections import COLLECTIONS
    from geo.share.export.export_columns import COLUMNS

    exported = {key for fields in SCHEMA.values() for f in fields for key in f.export.split()}
    assert {c.key for c in COLUMNS} == {*exported, "class"}
    for name in ("buyers", "sites", "markets"):
        assert set(COLLECTIONS[name].properties) >= {f.ogc for f in SCHEMA[name] if f.ogc}
    for kind, collection in KINDS.items():
        columns = {c for f in SCHEMA[collection] for c in (f.column, *f.helps) if c}
        assert set(FIELDS[kind]) == columns


def test_what_is_personal_leaves_in_no_file():
    personal = [f for fields in SCHEMA.values() for f in fields if f.personal]
    assert {f.name for f in personal} == {"phone", "verified_by"}
    assert not any(f.export or f.ogc for f in personal)
