"""No file breaks the import: each is refused, warned about or accepted, with its code and place."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
import zipfile

import pytest

from geo.curate.imports.importer import Importer, plan_json
from geo.curate.imports.source_table import label
from geo.i18n.words import words
from geo.model.records import LANGUAGES
from tests.conftest import ROOT
from tests.curate.imports.hostile import all_cases

ARCHIVE = ROOT / "tests" / "data" / "bad_inputs.zip"
SECONDS, MEGABYTES = 10.0, 300
with zipfile.ZipFile(ARCHIVE) as _box:
    GIVEN = json.loads(_box.read("manifest.json"))
MADE = all_cases()


def given(name: str) -> bytes:
    with zipfile.ZipFile(ARCHIVE) as box:
        return box.read(name)


def codes_of(plan):
    return [(p["code"], p["where"]) for p in plan_json(plan, words("fr"))["problems"]]


@pytest.mark.parametrize("case", GIVEN["cases"], ids=lambda c: c["file"])
def test_a_given_file_comes_out_as_listed(case, importer: Importer):
    started = time.process_time()
    plan = importer.preview(given(case["file"]), case["file"], "buyers")
    assert (plan.outcome, (case["code"], case["where"]) in codes_of(plan)) == (
        case["outcome"],
        True,
    ), codes_of(plan)
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("case", MADE, ids=lambda c: c[0])
def test_a_made_file_comes_out_as_told(case, importer: Importer):
    name, content, outcome, code, where = case
    started = time.process_time()
    plan = importer.preview(content, name, "buyers")
    found = codes_of(plan)
    assert plan.outcome == outcome, found
    assert (
        code is None or (code, where) in found or (where is None and code in [c for c, _ in found])
    ), found
    assert time.process_time() - started < SECONDS


def test_everything_said_has_its_sentence(importer: Importer):
    for name, content, *_ in MADE:
        if len(content) > 100_000:
            continue
        plan = importer.preview(content, name, "buyers")
        for lang in LANGUAGES:
            for problem in plan_json(plan, words(lang))["problems"]:
                assert not problem["message"].startswith("import."), problem
                assert "{" not in problem["message"].replace("${", ""), problem


@pytest.mark.parametrize("name", GIVEN["names"], ids=range(len(GIVEN["names"])))
def test_a_name_is_only_a_label(name, importer: Importer):
    plan = importer.preview(b"id,name,lat,lon,type\nB1,Acme,48.1,11.6,buyer\n", name, "buyers")
    assert plan.outcome == "accept" and plan.counts["new"] == 1
    shown = plan.table.name
    assert (
        shown == label(name)
        and shown.isprintable()
        and len(shown) <= 120
        and "/" not in shown
        and "\\" not in shown
    )
    source = plan.items[0].after["properties"]["sources"][0]["label"]
    assert source == shown


@pytest.mark.parametrize("kind", ["buyers", "sites", "maisons", "markets", "fairs"])
def test_bytes_that_were_damaged_anywhere_never_break_it(kind, importer: Importer):
    chance = random.Random(7)
    small = [(c["file"], given(c["file"])) for c in GIVEN["cases"]] + [(n, b) for n, b, *_ in MADE]
    small = [(n, b) for n, b in small if 0 < len(b) < 20_000]
    for name, content in chance.sample(small, 40):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 12)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        plan = importer.preview(bytes(damaged), name, kind)
        assert plan.outcome in ("reject", "warn", "accept")
        assert json.loads(json.dumps(plan_json(plan, words("fr"))))


HEAVY = """
import resource, sys, time
from geo.curate.imports.importer import Importer
from geo.core.paths import DATA_DIR
from geo.store.file_store import FileStore
from tests.curate.imports.conftest import MemoryLedger, shipped
from tests.curate.imports.hostile import all_cases
from tests.curate.imports.test_hostile import given
importer = Importer(MemoryLedger(shipped()), FileStore(DATA_DIR).load())
importer.preview(b"id,name,lat,lon\\nB1,Acme,48.1,11.6\\n", "warm.csv", "buyers")
files = [(n, given(n)) for n in {given!r}] + [c[:2] for c in all_cases() if c[0] in {made!r}]
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name, content in files:
    started = time.process_time()
    plan = importer.preview(content, name, "buyers")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) // 1024
    print(name, round(time.process_time() - started, 2), grown)
"""


@pytest.mark.slow
def test_heavy_files_stay_within_time_and_memory():
    names = [
        "xl09_zip_bomb.xlsx",
        "xl15_100k_entries.xlsx",
        "gj33_300k_vertices.geojson",
        "gj21_deep_nesting.geojson",
        "csv25_10k_columns.csv",
    ]
    made = [
        "200k_rows.csv",
        "huge_cell.csv",
        "one_long_line.csv",
        "brackets.geojson",
        "bomb.kmz",
        "many_commas.csv",
    ]
    code = HEAVY.replace("{given!r}", repr(names)).replace("{made!r}", repr(made))
    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        cwd=ROOT,
    )
    lines = [line.split() for line in answer.stdout.splitlines()]
    assert {line[0] for line in lines} == {*names, *made}
    assert [line for line in lines if float(line[1]) > SECONDS or int(line[2]) > MEGABYTES] == []
