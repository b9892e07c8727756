"""Background jobs: limited, followed, cancelled, expired; equal questions share one job."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass

import pytest
from hypothesis import given, settings, strategies as st

from geo.core.errors import BadRequest, Busy, NotFound, NotReady
from geo.core.jobs import Cancelled, Job, JobQueue, queues

WAIT_S = 20


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def queue(**options) -> JobQueue[Job[bytes]]:
    return JobQueue("test", **options)


def done(jobs: JobQueue, id_: str, content: bytes = b"x") -> Job[bytes]:
    """A job that has ended."""
    job = jobs.start(Job(id=id_), lambda _: content)
    assert job.wait(WAIT_S)
    return job


def kept(jobs: JobQueue, ids: str) -> str:
    """Which of some ids are kept; looks at each, oldest first."""
    found = ""
    for id_ in ids:
        try:
            jobs.get(id_)
        except NotFound:
            continue
        found += id_
    return found


@pytest.fixture
def gate():
    opened = threading.Event()
    yield opened
    opened.set()


@pytest.fixture
def work(gate):
    """Work that is half done, waits for the gate, and goes on."""

    def waiting(job: Job[bytes]) -> bytes:
        job.progress(1, 2)
        assert gate.wait(WAIT_S)
        job.progress(2, 2)
        return b"made"

    return waiting


def test_two_run_and_the_third_is_refused_until_one_ends(gate, work):
    jobs = queue(busy="error.jobs_busy")
    first, second = jobs.start(Job(), work), jobs.start(Job(), work)
    with pytest.raises(Busy, match="error.jobs_busy"):
        jobs.start(Job(), work)
    with pytest.raises(NotReady):
        jobs.result(first.id)
    assert jobs.running == 2 and not first.ended
    gate.set()
    assert first.wait(WAIT_S) and second.wait(WAIT_S)
    assert (first.state, first.done, first.total, jobs.result(first.id)) == ("done", 2, 2, b"made")
    third = jobs.start(Job(), work)
    assert third.wait(WAIT_S) and third.state == "done" and jobs.running == 0


def test_waiting_jobs_begin_in_their_order_when_one_ends(gate):
    jobs, order = queue(limit=1, waiting=2), []
    first = jobs.start(Job(), lambda _: gate.wait(WAIT_S))
    rest = [jobs.start(Job(), lambda _, n=n: order.append(n)) for n in (1, 2)]
    with pytest.raises(Busy):
        jobs.start(Job(), lambda _: None)
    assert jobs.running == 3 and order == [] and not rest[0].ended
    gate.set()
    assert first.wait(WAIT_S) and all(job.wait(WAIT_S) for job in rest)
    assert order == [1, 2] and jobs.running == 0


@settings(max_examples=25)
@given(limit=st.integers(1, 3), waiting=st.none() | st.integers(0, 4), count=st.integers(1, 12))
def test_never_more_than_the_limit_run_and_all_that_were_taken_end(limit, waiting, count):
    jobs, lock, now, most = queue(limit=limit, waiting=waiting), threading.Lock(), [0], [0]
    gate = threading.Event()

    def work(_):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        gate.wait(WAIT_S)
        with lock:
            now[0] -= 1

    taken = []
    for _ in range(count):
        try:
            taken.append(jobs.start(Job(), work))
        except Busy:
            break
    places = count if waiting is None else min(count, limit + waiting)
    assert len(taken) == places == jobs.running
    gate.set()
    assert all(job.wait(WAIT_S) for job in taken)
    assert 1 <= most[0] <= limit and jobs.running == 0


def test_one_too_many_drops_the_oldest_unfinished_where_asked(gate):
    jobs = queue(limit=1, waiting=1, drop_oldest=True)
    first, second, third = (
        jobs.start(Job(id=id_), lambda _: gate.wait(WAIT_S)) for id_ in ("a", "b", "c")
    )
    assert first.cancelled.is_set() and kept(jobs, "abc") == "bc"
    fourth = jobs.start(Job(id="d"), lambda _: gate.wait(WAIT_S))
    assert second.state == "cancelled" and kept(jobs, "abcd") == "cd"
    gate.set()
    assert first.wait(WAIT_S) and third.wait(WAIT_S) and fourth.wait(WAIT_S)


def test_progress_can_be_followed_by_stage(gate):
    reached = threading.Event()

    def work(job):
        job.stage_progress("reading", 3, 40)
        reached.set()
        assert gate.wait(WAIT_S)

    job = queue().start(Job(total=40), work)
    assert reached.wait(WAIT_S) and (job.stage, job.done, job.total) == ("reading", 3, 40)
    gate.set()
    assert job.wait(WAIT_S) and job.state == "done"


def test_a_job_cancelled_while_it_runs_ends_at_its_next_step_without_a_result(gate, work):
    jobs = queue(unknown="error.job_unknown")
    job = jobs.start(Job(), work)
    assert jobs.cancel(job.id) is job and job.state == "running"
    gate.set()
    assert job.wait(WAIT_S) and job.state == "cancelled" and job.error is None
    with pytest.raises(NotFound, match="error.job_unknown"):
        jobs.result(job.id)
    assert jobs.cancel(job.id).state == "cancelled"
    with pytest.raises(Cancelled):
        assert job.result


def test_a_job_cancelled_before_its_turn_never_begins_and_frees_its_place(gate):
    jobs, began = queue(limit=1, waiting=1), []
    first = jobs.start(Job(), lambda _: gate.wait(WAIT_S))
    second = jobs.start(Job(), began.append)
    jobs.cancel(second.id)
    assert second.state == "cancelled" and second.ended and jobs.running == 1
    third = jobs.start(Job(), lambda _: b"third")
    gate.set()
    assert first.wait(WAIT_S) and third.wait(WAIT_S) and began == []


def test_cancelling_what_has_ended_changes_nothing():
    jobs = queue()
    done(jobs, "a")
    assert jobs.cancel("a").state == "done" and jobs.result("a") == b"x"


def test_a_failure_is_a_state_and_a_sentence_never_a_traceback(caplog):
    def broken(_):
        raise RuntimeError("/secret")

    jobs = queue()
    job = jobs.start(Job(), broken)
    assert job.wait(WAIT_S) and job.state == "failed" and job.error.key == "error.internal"
    assert [r.message for r in caplog.records] == ["a job of test failed"]
    with pytest.raises(NotFound):
        jobs.result(job.id)
    with pytest.raises(RuntimeError):
        assert job.result


def test_an_error_for_readers_keeps_its_sentence_and_is_not_logged(caplog):
    def refused(_):
        raise BadRequest("error.bad_parameter", name="x")

    job = queue().start(Job(), refused)
    assert job.wait(WAIT_S) and (job.error.key, job.error.values) == (
        "error.bad_parameter",
        {"name": "x"},
    )
    assert caplog.records == []


def test_a_failure_that_is_passed_on_is_not_logged_twice(caplog):
    job = queue(log_failures=False).start(Job(), lambda _: 1 // 0)

    async def wait() -> None:
        await job.outcome()

    with pytest.raises(ZeroDivisionError):
        asyncio.run(wait())
    assert caplog.records == []


def test_a_reader_who_leaves_does_not_cancel_the_job(gate, work):
    job = queue().start(Job(), work)

    async def leave() -> None:
        waiting = asyncio.ensure_future(job.outcome())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    asyncio.run(leave())
    gate.set()
    assert job.wait(WAIT_S) and job.state == "done" and job.result == b"made"


def test_results_are_kept_for_an_hour_and_eight_at_most():
    clock = Clock()
    jobs = queue(clock=clock)
    for id_ in "abcdefghij":
        clock.now += 1
        done(jobs, id_)
    assert kept(jobs, "abcdefghij") == "cdefghij"
    clock.now = 9 + 3_600.5
    assert kept(jobs, "ij") == "j", "looking at it doesn't keep it for longer"
    clock.now = 10 + 3_600
    assert kept(jobs, "j") == "j"
    clock.now = 10 + 3_600.5
    assert kept(jobs, "j") == ""


def test_looking_at_a_job_keeps_it_for_longer_where_it_should():
    clock = Clock()
    jobs = queue(clock=clock, keep=2, keep_for_s=10, renew=True)
    done(jobs, "a")
    clock.now = 9
    assert kept(jobs, "a") == "a"
    clock.now = 18
    done(jobs, "b")
    assert jobs.start(Job(id="a"), lambda _: b"never").result == b"x"
    done(jobs, "c")
    assert kept(jobs, "abc") == "ac", "the last used ones stay"
    clock.now = 28.5
    assert kept(jobs, "ac") == ""


def test_what_runs_is_never_forgotten(gate, work):
    clock = Clock()
    jobs = queue(clock=clock, keep=1, keep_for_s=10)
    running = jobs.start(Job(id="r"), work)
    done(jobs, "a")
    done(jobs, "b")
    clock.now = 1_000
    assert kept(jobs, "rab") == "r"
    gate.set()
    assert running.wait(WAIT_S) and kept(jobs, "r") == "r"


class ByBytes(JobQueue[Job[bytes]]):
    def weigh(self, job: Job[bytes]) -> int | None:
        return len(job.result) if job.state == "done" else None


@given(sizes=st.lists(st.integers(0, 12), max_size=30))
def test_what_is_kept_by_its_weight_is_the_newest_that_fit(sizes):
    jobs = ByBytes("test", keep=20)
    for place, size in enumerate(sizes):
        done(jobs, str(place), b"x" * size)
    expected, room = [], 20
    for place in reversed(range(len(sizes))):
        room -= sizes[place]
        if room < 0:
            break
        expected.append(place)
    found = [n for n in range(len(sizes)) if kept(jobs, [str(n)])]
    assert found == sorted(expected)


def test_what_weighs_nothing_to_keep_is_forgotten_at_once():
    jobs = ByBytes("test", keep=20, log_failures=False)
    failed = jobs.start(Job(id="a"), lambda _: 1 // 0)
    assert failed.wait(WAIT_S) and kept(jobs, "a") == ""
    assert done(jobs, "a").state == "done"


def test_the_same_question_is_one_job_while_it_runs_and_while_it_is_kept(gate, work):
    clock = Clock()
    jobs = queue(clock=clock, keep_for_s=60)
    first = jobs.start(Job(id="key"), work)
    assert jobs.start(Job(id="key"), lambda _: b"never") is first and jobs.running == 1
    gate.set()
    assert first.wait(WAIT_S)
    assert jobs.start(Job(id="key"), lambda _: b"never") is first
    clock.now = 61
    assert done(jobs, "key", b"again").result == b"again"


def test_a_job_that_has_ended_can_be_worked_on_again_and_one_that_runs_cannot(gate, work):
    jobs = queue()
    job = jobs.start(Job(id="a"), lambda _: 1 // 0)
    assert job.wait(WAIT_S) and job.state == "failed"
    assert jobs.start(job, work) is job and job.error is None
    with pytest.raises(NotReady):
        jobs.start(job, work)
    gate.set()
    assert job.wait(WAIT_S) and job.result == b"made"
    for _ in range(10):
        assert jobs.start(job, work).wait(WAIT_S)
    assert kept(jobs, "a") == "a", "it counts once"


def test_a_dropped_job_is_cancelled_forgotten_and_not_started_again(gate, work):
    jobs = queue()
    job = jobs.start(Job(id="a"), work)
    jobs.drop(job)
    assert job.cancelled.is_set() and kept(jobs, "a") == ""
    with pytest.raises(NotFound):
        jobs.start(job, work)
    gate.set()
    assert job.wait(WAIT_S) and job.state == "cancelled" and kept(jobs, "a") == ""


def test_somebody_elses_job_is_not_found():
    jobs = queue()
    jobs.start(Job(id="a", owner="amina"), lambda _: b"x").wait(WAIT_S)
    assert jobs.get("a", "amina").owner == "amina"
    for other in ("", "brahim"):
        with pytest.raises(NotFound):
            jobs.get("a", other)


@dataclass(eq=False, repr=False, kw_only=True)
class Leaving(Job[bytes]):
    """A job that leaves something behind, and counts how often that is cleaned up."""

    cleaned: int = 0

    def dispose(self) -> None:
        self.cleaned += 1


def test_what_a_job_leaves_is_cleaned_up_once_when_it_is_forgotten():
    clock = Clock()
    jobs: JobQueue[Leaving] = JobQueue("test", clock=clock, keep=1, keep_for_s=10)
    made = []
    for id_ in "abcd":
        made.append(jobs.start(Leaving(id=id_), lambda _: b"x"))
        assert made[-1].wait(WAIT_S)
    assert [job.cleaned for job in made] == [1, 1, 1, 0]
    clock.now = 11
    assert kept(jobs, "d") == "" and made[3].cleaned == 1


def test_closing_cancels_and_forgets_every_job_and_the_queue_works_again(gate, work):
    jobs = queue(limit=1, waiting=1)
    first, second = jobs.start(Job(id="a"), work), jobs.start(Job(id="b"), work)
    jobs.close()
    assert second.state == "cancelled" and kept(jobs, "ab") == ""
    gate.set()
    assert first.wait(WAIT_S) and first.state == "cancelled"
    assert done(jobs, "a").state == "done"


def test_ids_cannot_be_guessed():
    ids = {Job().id for _ in range(50)}
    assert len(ids) == 50 and all(len(id_) == 24 for id_ in ids)


def test_a_queue_is_found_by_its_name_and_the_list_is_a_copy():
    jobs = queue()
    assert queues()["test"] is jobs
    queues().clear()
    assert queues()["test"] is jobs
