"""A KHARITA_VAR written by releases before the journal, with their code, still loads."""

from __future__ import annotations

import shutil

import pytest
from starlette.testclient import TestClient

from geo.core.paths import DATA_DIR
from geo.query import current as service
from geo.store.backup import backup, restore
from geo.store.corrections import Corrections
from geo.store.file_store import FileStore
from geo.store.published_reports import ImportedReports
from tests.conftest import ROOT
from tests.web_app import web_app

WRITTEN = ROOT / "tests" / "data" / "first_version"
PHONE, PLACE = (
    "cooperative-nissae-idadouchen-poterie",
    "complexe-de-l-artisanat-traditionnel-de-chefchaouen",
)


@pytest.fixture
def var(tmp_path, monkeypatch):
    folder = tmp_path / "var"
    shutil.copytree(WRITTEN, folder)
    monkeypatch.setenv("KHARITA_VAR", str(folder))
    monkeypatch.setenv("KHARITA_STORE", f"files:{DATA_DIR}")
    service.close()
    yield folder
    service.close()


def check(query, ledger, var):
    sites = {s.id: s for s in query.catalogue.sites}
    assert sites[PHONE].phone == "0535640000" and sites[PHONE].verified_by == "Brahim"
    assert sites[PLACE].lon_lat == (-5.264, 35.169) and sites[PLACE].precision == "building"
    assert [(s.number, s.kind, s.author) for s in ledger.history()] == [
        (2, "correction", "Brahim"),
        (1, "correction", "Brahim"),
    ]
    states = [(c.state, c.change_set) for c in Corrections(var).all().values()]
    assert states == [("accepted", 1), ("accepted", 2), ("refused", 0), ("open", 0)]
    report = query.catalogue.report_by_id["I-2026-001"]
    assert (
        report.markets == ("DE",)
        and report.provenance == "imported"
        and report.notes
        and not report.signals
    )
    assert not query.catalogue.problems


def test_it_becomes_change_sets_once_and_everything_is_read(var):
    for _ in range(2):  # the second start finds it done
        check(service.current(), service.ledger(), var)
        service.close()
    (code,) = (p.stem for p in (var / "snapshots").glob("*.json"))
    client = TestClient(
        web_app(),
        follow_redirects=False,
    )
    assert client.get(f"/s/{code}").headers["location"] == f"/?v=1&market=PT&shared={code}"
    shared = client.get(f"/api/shared/{code}").json()
    assert (
        shared["title"] == "Tapis pour le Portugal"
        and shared["counts"]["then"]["buyers"] == shared["counts"]["now"]["buyers"] > 0
    )
    assert client.get(f"/s/{code}.png").status_code == 410  # they kept no pictures yet
    assert ImportedReports(var / "reports").original("I-2026-001") == (
        b"Salon de Hambourg\n",
        "note.txt",
    )


def test_it_is_backed_up_and_restored_before_the_first_start_as_well(var, tmp_path):
    backup(FileStore(DATA_DIR, var), var, tmp_path / "first.zip")
    shutil.rmtree(var)
    restore(tmp_path / "first.zip", FileStore(DATA_DIR, var), var)
    for path in WRITTEN.rglob("*.*"):
        assert (var / path.relative_to(WRITTEN)).read_bytes() == path.read_bytes()
    check(service.current(), service.ledger(), var)
