"""Long work: bounded, told, stopped, and forgotten in time."""

from __future__ import annotations

import threading

import pytest

from geo.core.errors import Busy, NotFound, NotReady
from geo.core.jobs import Job, Jobs, Stopped

WAIT_S = 20


def waiting(gate: threading.Event):
    """Work that waits for a gate, then looks whether it should stop."""

    def work(job: Job) -> bytes:
        job.progress(1, 2)
        assert gate.wait(WAIT_S)
        if job.stop.is_set():
            raise Stopped
        job.progress(2, 2)
        return b"made"

    return work


@pytest.fixture
def gate():
    made = threading.Event()
    yield made
    made.set()


def test_two_run_and_the_third_is_refused_until_one_ends(gate):
    jobs = Jobs()
    first, second = (jobs.start("t", "fr", 2, waiting(gate)) for _ in range(2))
    with pytest.raises(Busy):
        jobs.start("t", "fr", 2, waiting(gate))
    with pytest.raises(NotReady):
        jobs.content(first.id)
    gate.set()
    assert first.ended.wait(WAIT_S) and second.ended.wait(WAIT_S)
    assert (first.state, first.done, jobs.content(first.id)) == ("done", 2, b"made")
    third = jobs.start("t", "fr", 2, waiting(gate))
    assert third.ended.wait(WAIT_S) and third.state == "done"


def test_a_cancelled_job_has_no_file(gate):
    jobs = Jobs()
    job = jobs.start("t", "fr", 2, waiting(gate))
    assert jobs.cancel(job.id) is job
    gate.set()
    assert job.ended.wait(WAIT_S) and job.state == "cancelled" and job.done == 1
    with pytest.raises(NotFound):
        jobs.content(job.id)
    assert jobs.cancel(job.id).state == "cancelled"


def test_a_failure_is_a_state_not_a_traceback():
    jobs = Jobs()

    def broken(job: Job) -> bytes:
        raise RuntimeError("/secret")

    job = jobs.start("t", "fr", 1, broken)
    assert job.ended.wait(WAIT_S) and job.state == "failed"
    with pytest.raises(NotFound):
        jobs.content(job.id)


def test_results_are_kept_for_an_hour_and_eight_at_most():
    now = [0.0]
    jobs = Jobs(clock=lambda: now[0])
    made = []
    for _ in range(10):
        now[0] += 1
        job = jobs.start("t", "fr", 1, lambda job: b"x")
        assert job.ended.wait(WAIT_S)
        made.append(job.id)
    for id_ in made[:2]:
        with pytest.raises(NotFound):
            jobs.get(id_)
    assert [jobs.content(id_) for id_ in made[2:]] == [b"x"] * 8
    now[0] = 9 + 3_600.5
    with pytest.raises(NotFound):
        jobs.get(made[8])
    assert jobs.content(made[9]) == b"x"
    now[0] += 3_600
    with pytest.raises(NotFound):
        jobs.get(made[9])


def test_ids_cannot_be_guessed(gate):
    jobs = Jobs(at_once=50)
    ids = {jobs.start("t", "fr", 2, waiting(gate)).id for _ in range(50)}
    assert len(ids) == 50 and all(len(id_) == 24 for id_ in ids)


def test_closing_asks_every_job_to_stop(gate):
    jobs = Jobs()
    job = jobs.start("t", "fr", 2, waiting(gate))
    jobs.close()
    gate.set()
    assert job.ended.wait(WAIT_S) and job.state == "cancelled"
