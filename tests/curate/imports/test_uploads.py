"""Uploads: planned, answered, planned again; kept for their editor alone, and not for ever."""

from __future__ import annotations

import threading

import pytest

from geo.core.errors import Busy, NotFound, NotReady, StoreFull
from geo.curate.imports.importer import Importer, ReadOptions
from geo.curate.imports.planner import Options
from geo.curate.imports.uploads import Uploads

CSV = b"id,name,region,lat,lon\n1,Atelier,08,31.6,-8.0\n"
WAIT_S = 30


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def uploads(bare: Importer, now):
    made = Uploads(lambda: bare, name="test", clock=lambda: now[0])
    yield made
    made.close()


def planned(uploads: Uploads, owner: str = "amina"):
    upload = uploads.add(CSV, "a.csv", "sites", owner)
    assert upload.wait(WAIT_S) and upload.status == "planned"
    return upload


def test_a_file_is_planned_and_planned_again_with_other_answers(uploads):
    upload = planned(uploads)
    first = upload.plan
    assert len(first.items) == 1
    uploads.answer(upload, ReadOptions(separator=";"), Options(source="X"))
    assert upload.wait(WAIT_S) and upload.status == "planned" and upload.plan is not first
    assert (upload.reading.separator, upload.options.source) == (";", "X")


def test_what_fails_leaves_the_plan_and_says_why(uploads):
    upload = planned(uploads)
    plan = upload.plan

    def full(importer, upload):
        raise StoreFull("error.no_room")

    uploads.work(upload, full)
    assert upload.wait(WAIT_S) and upload.status == "planned"
    assert upload.plan is plan and upload.error.key == "error.no_room"
    uploads.work(upload, lambda importer, upload: "stored")
    assert upload.wait(WAIT_S) and upload.status == "stored" and upload.error is None


def test_what_could_not_even_be_planned_has_failed(uploads, monkeypatch):
    monkeypatch.setattr(Importer, "preview", lambda *_, **__: 1 // 0)
    upload = uploads.add(CSV, "a.csv", "sites", "amina")
    assert upload.wait(WAIT_S) and upload.status == "failed"
    assert upload.error.key == "error.internal"


def test_one_piece_of_work_at_a_time_on_an_upload_and_two_in_all(uploads):
    gate = threading.Event()

    def slow(importer, upload):
        upload.stage_progress("storing", 0, 1)
        assert gate.wait(WAIT_S)
        return "stored"

    first, second, third = (planned(uploads) for _ in range(3))
    uploads.work(first, slow)
    with pytest.raises(NotReady):
        uploads.answer(first, ReadOptions(), Options(source="never"))
    uploads.work(second, slow)
    with pytest.raises(Busy):
        uploads.answer(third, ReadOptions(), Options(source="never"))
    assert first.status == "running" and third.status == "planned"
    gate.set()
    assert first.wait(WAIT_S) and second.wait(WAIT_S)
    assert first.options.source == third.options.source == ""
    assert (first.status, first.stage) == ("stored", "storing")


def test_a_dropped_upload_stops_at_its_next_step(uploads):
    gate, upload = threading.Event(), planned(uploads)

    def slow(importer, upload):
        assert gate.wait(WAIT_S)
        upload.stage_progress("storing", 0, 1)
        raise AssertionError("it went on")

    uploads.work(upload, slow)
    uploads.drop(upload)
    gate.set()
    assert upload.wait(WAIT_S) and upload.state == "cancelled"
    with pytest.raises(NotFound, match="import.gone"):
        uploads.get(upload.id, "amina")


def test_nobody_else_sees_it_and_an_hour_after_the_last_look_it_is_gone(uploads, now):
    upload = planned(uploads)
    with pytest.raises(NotFound):
        uploads.get(upload.id, "brahim")
    for now[0] in (3_600, 7_200):
        assert uploads.get(upload.id, "amina") is upload
    now[0] = 10_800.5
    with pytest.raises(NotFound):
        uploads.get(upload.id, "amina")


def test_the_eight_last_used_are_kept(uploads):
    made = [planned(uploads) for _ in range(8)]
    uploads.get(made[0].id, "amina")
    planned(uploads)
    assert uploads.get(made[0].id, "amina") is made[0]
    with pytest.raises(NotFound):
        uploads.get(made[1].id, "amina")
