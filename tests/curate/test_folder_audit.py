"""Every rule on whole data folders fires, and the shipped data breaks none."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geo.core.paths import DATA_DIR, PROJECT
from geo.curate.folder_audit import folder_problems, near, run
from geo.i18n.words import catalogue
from geo.store.file_store import FileStore

SHIPPED = (
    "markets.json",
    "regions.geojson",
    "provinces.geojson",
    "towns.json",
    "buyers.geojson",
    "sites.geojson",
    "reports.json",
    "fairs.json",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in SHIPPED:
        shutil.copy(DATA_DIR / name, tmp_path)
    (tmp_path / "sources").mkdir()
    for name in ("synonyms.csv", "communes.csv", "seed_facts.csv", "countries_50m.geojson.gz"):
        shutil.copy(DATA_DIR / "sources" / name, tmp_path / "sources")
    return tmp_path


def edit(folder: Path, name: str, change) -> None:
    """Apply ``change`` to the list of records of a file."""
    path = folder / name
    content = json.loads(path.read_text("utf-8"))
    change(content["features" if name.endswith(".geojson") else name.removesuffix(".json")])
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


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
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
        ("fairs.json", _repeat, "duplicate_id"),
        ("fairs.json", lambda records: records[0].update(lon=48.85, lat=2.35), "outside_country"),
        ("fairs.json", lambda records: records[0]["sources"][0].update(url=""), "no_source"),
        ("towns.json", lambda records: records[0].update(lon="west"), "bad_value"),
        ("towns.json", lambda records: records[0].update(lat=30.4), "outside_province"),
        ("towns.json", lambda records: records[0].update(province="99.999"), "bad_value"),
        ("markets.json", lambda records: records[0].update(world_region="mars"), "bad_value"),
        ("markets.json", lambda records: records[0].update(capital_lat=0), "outside_country"),
        ("markets.json", lambda records: records[0].update(label_lon=None), "bad_value"),
        (
            "regions.geojson",
            lambda records: records[0]["geometry"].update(type="Nope"),
            "unreadable_record",
        ),
    ],
)
def test_each_rule_on_folders_fires(folder, name, change, code):
    edit(folder, name, change)
    assert code in codes(folder)


def test_a_missing_folder_is_told_not_raised(tmp_path):
    assert "file_missing" in codes(tmp_path / "nowhere")


BROKEN = [
    b"",
    b"[]",
    b"{",
    b'{"features":5}',
    b"\xff\xfe",
    b'{"features":[1,null,{}],"reports":[[]],"markets":[0],"towns":[0]}',
]


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_file_leaves_the_others_readable(folder, content):
    for name in SHIPPED:
        original = (folder / name).read_bytes()
        (folder / name).write_bytes(content)
        assert name in {p.file for p in FileStore(folder).load().problems}
        (folder / name).write_bytes(original)
    assert FileStore(folder).load().problems == ()


@pytest.mark.parametrize("content", BROKEN)
def test_broken_files_are_told_not_raised(folder, content):
    for name in SHIPPED:
        (folder / name).write_bytes(content)
    assert {p.file for p in folder_problems(folder)} >= set(SHIPPED)


@pytest.mark.parametrize("name", ["regions.geojson", "provinces.geojson", "towns.json"])
def test_a_file_nested_too_deep_is_told_not_raised(folder, name):
    (folder / name).write_text("[" * 100_000, "utf-8")
    assert (name, "not_json") in {(p.file, p.code) for p in folder_problems(folder)}


def test_tolerance_is_in_kilometres():
    from shapely.geometry import box

    area = box(-6.0, 33.0, -5.0, 34.0)
    assert near(area, (-5.5, 33.5), 0)
    assert near(area, (-4.955, 33.5), 5)  # 4.2 km east, at this latitude
    assert not near(area, (-4.94, 33.5), 5)  # 5.6 km east
    assert not near(area, (-5.5, 34.05), 5)  # 5.6 km north


def test_the_command_prints_one_sentence_per_problem(folder, capsys):
    assert run([str(folder)]) == 0
    capsys.readouterr()
    edit(folder, "buyers.geojson", _swap_lon_lat)
    assert run([str(folder)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and "hors du pays" in lines[0] and "{" not in lines[0]


def test_the_command_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "geo.model.validation"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_code_has_its_sentence():
    used = {"outside_region", "outside_province"}  # made of two parts in the code
    rooms = ("store", "model")
    paths = [p for room in rooms for p in (PROJECT / "geo" / room).glob("*.py")]
    for path in [*paths, PROJECT / "geo" / "curate" / "folder_audit.py"]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem":
                code = node.args[3]
                used |= {code.value} if isinstance(code, ast.Constant) else set()
    assert len(used) > 18
    assert {code for code in used if f"problem.{code}" not in catalogue("fr")} == set()
