"""Every rule on records and data folders fires, and the shipped data breaks none."""
from __future__ import annotations

import ast
import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.i18n import catalogue
from geo.settings import DATA_DIR, PROJECT
from geo.store.audit import folder_problems, near, run
from geo.store.checks import Known, record_problems
from geo.store.files import FileStore

KNOWN = Known(markets=frozenset({"DE", "FR"}), regions=frozenset({"07", "08"}),
              provinces=frozenset({"08.401"}))
SOURCE = [{"url": "https://example.org/a", "label": "example.org", "date": "2024-05"}]
BUYER = {
    "type": "Feature", "id": "some-shop-de",
    "geometry": {"type": "Point", "coordinates": [13.4, 52.5]},
    "properties": {
        "name": "Some Shop", "kind": "concept_store", "country": "DE", "city": "Berlin",
        "crafts": ["zellige"], "relation_fr": "", "year": 2020, "website": "",
        "provenance": "published", "precision": "city", "verified": "2020", "sources": SOURCE}}
SITE = {
    "type": "Feature", "id": "some-site",
    "geometry": {"type": "Point", "coordinates": [-5.0, 31.5]},
    "properties": {
        "name_fr": "Complexe", "kind": "complexe_artisanal", "status": "active", "town": "T",
        "commune": "", "province": "08.401", "region": "08", "crafts": [], "year_opened": None,
        "capacity_artisans": 40, "area_m2": None, "budget_mad": 1.5e6, "women_only": None,
        "rural": True, "precision": "town", "geoname_id": "1", "fact_fr": "",
        "provenance": "published", "verified": "", "sources": SOURCE}}
NOTE = {"id": "W1", "date": "2024", "date_basis": "source", "title_fr": "T", "kind": "salon",
        "markets": ["DE"], "crafts": [], "summary_fr": "", "organisations": ["A"],
        "key_figures": [{"label": "part", "value": 49, "unit": "%", "period": "", "market": "",
                         "craft": ""}], "sources": SOURCE}
REPORT = {"id": "R-2024-01", "date": "2024-02", "title": {"fr": "T", "ar": "ع", "en": "T"},
          "kind": "salon", "markets": ["DE", "FI"], "crafts": ["zellige"], "named": [],
          "notes": [NOTE]}
RECORDS = {"buyer": BUYER, "site": SITE, "report": REPORT}
SHIPPED = ("markets.json", "regions.geojson", "provinces.geojson", "towns.json",
           "buyers.geojson", "sites.geojson", "reports.json")


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


@pytest.mark.parametrize(("kind", "path", "value", "field", "code"), [
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
    ("report", "notes.0.sources", [], "notes", "bad_value"),
    ("report", "notes.0.markets", "DE", "notes", "bad_value"),
    ("report", "notes.0.key_figures.0.value", {"a": 1}, "notes", "bad_value"),
])
def test_each_rule_fires(kind, path, value, field, code):
    found = record_problems(kind, changed(kind, path, value), KNOWN)
    assert [(p.field, p.code) for p in found] == [(field, code)]


@pytest.mark.parametrize(("kind", "name"), [("buyer", "sources"), ("buyer", "precision"),
                                            ("site", "region"), ("site", "provenance")])
def test_a_missing_field_is_named(kind, name):
    record = copy.deepcopy(RECORDS[kind])
    del record["properties"][name]
    assert ("field_missing", name) in [(p.code, p.field)
                                       for p in record_problems(kind, record, KNOWN)]


def test_all_problems_of_a_record_are_found_at_once():
    record = changed("buyer", "properties.kind", "?")
    record["properties"]["country"] = "?"
    record["geometry"] = 5
    assert {p.field for p in record_problems("buyer", record, KNOWN)} == {
        "kind", "country", "geometry"}


@pytest.mark.parametrize(("precision", "kind"), [("province", "site"), ("region", "site"),
                                                 ("country", "buyer")])
def test_an_unknown_position_is_fine_when_the_precision_says_so(precision, kind):
    record = changed(kind, "properties.precision", precision)
    record["geometry"] = None
    assert record_problems(kind, record, KNOWN) == []


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.binary(max_size=3) | st.sampled_from(["DE", "2024", "Point"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner,
                                                                max_size=4), max_leaves=12)


def _paths(value: object, path: str = "") -> list[str]:
    items = value.items() if isinstance(value, dict) else (
        enumerate(value) if isinstance(value, list) else ())
    found = [path] if path else []
    for name, inner in items:
        found += _paths(inner, f"{path}.{name}" if path else str(name))
    return found


@pytest.mark.parametrize("path", ["id", "geometry", "properties.year_opened",
                                  "properties.area_m2", "properties.kind"])
def test_a_number_too_long_to_print_is_answered(path):
    assert record_problems("site", changed("site", path, 10**5000), KNOWN)


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(sorted(RECORDS)), raw=_ANYTHING)
def test_anything_at_all_is_answered(kind, raw):
    assert record_problems(kind, raw, KNOWN)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(RECORDS)), value=_ANYTHING)
def test_one_hostile_value_anywhere_never_raises(data, kind, value):
    path = data.draw(st.sampled_from(_paths(RECORDS[kind])))
    for problem in record_problems(kind, changed(kind, path, value), KNOWN):
        assert all(isinstance(v, str) for v in
                   (problem.file, problem.record, problem.field, problem.code, problem.value))
        assert len(problem.value) <= 60


@settings(max_examples=100, deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(RECORDS)), value=_ANYTHING)
def test_a_record_without_problem_can_be_parsed(data, kind, value, tmp_path_factory):
    """What passes the checks does not fail later, in the reader."""
    from geo.store import files
    record = changed(kind, data.draw(st.sampled_from(_paths(RECORDS[kind]))), value)
    if not record_problems(kind, record, KNOWN):
        getattr(files, f"_{kind}")(record)


# --- whole folders ---------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in SHIPPED:
        shutil.copy(DATA_DIR / name, tmp_path)
    (tmp_path / "sources").mkdir()
    for name in ("synonyms.csv", "seed_facts.csv", "countries_50m.geojson.gz"):
        shutil.copy(DATA_DIR / "sources" / name, tmp_path / "sources")
    return tmp_path


def edit(folder: Path, name: str, change) -> None:
    """Apply ``change`` to the list of records of a file."""
    path = folder / name
    content = json.loads(path.read_text("utf-8"))
    change(content["features"] if name.endswith(".geojson") else content["reports"])
    path.write_text(json.dumps(content), "utf-8")


def codes(folder: Path) -> dict[str, str]:
    return {p.code: p.record for p in folder_problems(folder)}


def test_the_shipped_data_has_no_problem():
    assert folder_problems(DATA_DIR) == []
    assert FileStore(DATA_DIR).load().problems == ()


def test_a_copied_folder_has_no_problem(folder):
    assert folder_problems(folder) == []


def located(records: list[dict], origin: str = "published") -> dict:
    return next(r for r in records if r["geometry"] and r["properties"]["provenance"] == origin)


def _swap_lon_lat(records):
    located(records)["geometry"]["coordinates"].reverse()


def _move_far(records):
    located(records)["geometry"]["coordinates"] = [-9.6, 30.4]


def _wrong_province(records):
    at = next(r for r in records if r["geometry"] and r["properties"]["region"] != "08")
    at["properties"]["province"] = "08.401"


def _no_source(records):
    located(records)["properties"]["sources"] = [{"url": "", "label": "page", "date": ""}]


def _hide_demo(records):
    located(records, "demo")["properties"]["name"] = "A. Real, Hambourg"


def _repeat(records):
    records.append(records[0])


def _leave_a_market(records):
    records[:] = [r for r in records if r["properties"]["country"] != "LU"]


@pytest.mark.parametrize(("name", "change", "code"), [
    ("buyers.geojson", _swap_lon_lat, "outside_country"),
    ("sites.geojson", _move_far, "outside_region"),
    ("sites.geojson", _move_far, "outside_province"),
    ("sites.geojson", _wrong_province, "province_elsewhere"),
    ("buyers.geojson", _no_source, "no_source"),
    ("sites.geojson", _no_source, "no_source"),
    ("buyers.geojson", _hide_demo, "demo_not_said"),
    ("buyers.geojson", _repeat, "duplicate_id"),
    ("sites.geojson", _repeat, "duplicate_id"),
    ("reports.json", _repeat, "duplicate_id"),
    ("buyers.geojson", _leave_a_market, "market_unserved"),
    ("buyers.geojson", _leave_a_market, "count_short"),
    ("sites.geojson", lambda records: records.clear(), "count_short"),
    ("reports.json", lambda records: records.pop(), "count_short"),
    ("reports.json", lambda records: records[0]["named"].append("nobody"), "unknown_buyer"),
])
def test_each_rule_on_folders_fires(folder, name, change, code):
    edit(folder, name, change)
    assert code in codes(folder)


def test_a_missing_folder_is_told_not_raised(tmp_path):
    assert "file_missing" in codes(tmp_path / "nowhere")


BROKEN = [b"", b"[]", b"{", b'{"features":5}', b"\xff\xfe",
          b'{"features":[1,null,{}],"reports":[[]],"markets":[0],"towns":[0]}']


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_file_leaves_the_others_readable(folder, content):
    for name in SHIPPED:
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(content)
        assert name in {p.file for p in FileStore(folder).load().problems}
        (folder / name).write_bytes(whole)
    assert FileStore(folder).load().problems == ()


@pytest.mark.parametrize("content", BROKEN)
def test_broken_files_are_told_not_raised(folder, content):
    for name in SHIPPED:
        (folder / name).write_bytes(content)
    assert {p.file for p in folder_problems(folder)} >= set(SHIPPED)


def test_tolerance_is_in_kilometres():
    from shapely.geometry import box
    area = box(-6.0, 33.0, -5.0, 34.0)
    assert near(area, (-5.5, 33.5), 0)
    assert near(area, (-4.955, 33.5), 5)       # 4.2 km east, at this latitude
    assert not near(area, (-4.94, 33.5), 5)    # 5.6 km east
    assert not near(area, (-5.5, 34.05), 5)    # 5.6 km north


def test_the_command_prints_one_sentence_per_problem(folder, capsys):
    assert run([str(folder)]) == 0
    capsys.readouterr()
    edit(folder, "buyers.geojson", _swap_lon_lat)
    assert run([str(folder)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and "hors du pays" in lines[0] and "{" not in lines[0]


def test_the_command_runs_as_a_module():
    done = subprocess.run([sys.executable, "-m", "geo.store.checks"], cwd=PROJECT,
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_code_has_its_sentence():
    used = {"outside_region", "outside_province"}  # made of two parts in the code
    for path in (PROJECT / "geo" / "store").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem":
                code = node.args[3]
                used |= {code.value} if isinstance(code, ast.Constant) else set()
    assert len(used) > 18
    assert {code for code in used if f"problem.{code}" not in catalogue("fr")} == set()
