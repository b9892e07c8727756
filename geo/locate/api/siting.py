"""Response of ``/api/siting``: the next sites, what each brings, and the proven bound."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geo.core.errors import NotFound
from geo.core.jobs import Job, JobQueue
from geo.i18n.words import Words
from geo.locate.api.coverage import percent
from geo.locate.api.nearby import province_text
from geo.locate.locator import Locator
from geo.locate.siting.problem import Answer, Progress, SitingProblem, within
from geo.locate.siting.solve import solve
from geo.model.address import encode
from geo.model.records import Commune
from geo.model.view import ViewState

#: How long an answer is waited for before saying that it is being worked on, seconds.
PATIENCE_S = 0.8


@dataclass(eq=False, repr=False, kw_only=True)
class SitingJob(Job[Answer]):
    """A siting problem being solved, for many readers at once; its best answer so far is there."""

    solver: Progress = field(default_factory=Progress)
    began_s: float = field(default_factory=time.monotonic)

    def cancel(self) -> None:
        """Let the solver end with its best answer so far."""
        super().cancel()
        self.solver.cancelled.set()


#: At most 16 problems unfinished; one more drops the oldest.
SITING: JobQueue[SitingJob] = JobQueue(
    "siting", waiting=14, keep=16, keep_for_s=float("inf"), drop_oldest=True, log_failures=False
)


@dataclass(frozen=True)
class Question:
    """A siting problem over the census: ``commune`` indexes ``Census.placed`` per candidate."""

    problem: SitingProblem
    commune: np.ndarray
    before: int
    everyone: int
    unknown: tuple[str, ...]


def question(here: Locator, view: ViewState) -> Question:
    """The problem of a view: who is out of reach, where one may build, and the rules."""
    census, metres = here.census, float(view.km) * 1000
    chosen = here.chosen(view)
    away = census.metres_to(here.lon[chosen], here.lat[chosen])
    counted = here.looked_at(view)
    out = counted & (away > metres)
    allowed = np.ones(len(census.placed), bool)
    if view.where == "rural":
        allowed &= census.rural
    allowed &= here.looked_at(view.with_(milieu="all"))
    apart = float(view.apart) * 1000
    if apart:
        allowed &= away >= apart
    pins = [census.row[c] for c in view.pin if c in census.row]
    bans = [census.row[c] for c in view.ban if c in census.row]
    allowed[bans] = False
    allowed[pins] = True
    commune = np.flatnonzero(allowed)
    at = {int(c): i for i, c in enumerate(commune)}
    return Question(
        SitingProblem(
            census.lon[commune],
            census.lat[commune],
            census.lon[out],
            census.lat[out],
            census.people[out],
            metres,
            max(int(view.new), len(pins)),
            apart,
            tuple(at[p] for p in pins),
        ),
        commune,
        int(census.people[counted & ~out].sum()),
        int(census.people[counted].sum()),
        tuple(c for c in (*view.pin, *view.ban) if c not in census.row),
    )


def key_of(here: Locator, view: ViewState) -> str:
    """The key of a question: equal keys share one job."""
    filters = encode(view.with_(lang="fr"), only="data")
    return f"{here.catalogue.version}|{filters}|{encode(view, only='locate')}"


def ask(key: str, problem: SitingProblem, patience_s: float) -> tuple[SitingJob, Answer | None]:
    """The job that solves a problem, and its answer if it ends soon; raises what went wrong."""
    job = SITING.start(SitingJob(id=key), lambda job: solve(problem, job.solver))
    if not job.wait(patience_s) or job.state == "cancelled":
        return job, None
    if job.state == "failed":
        SITING.drop(job)
    return job, job.result


def stop(key: str) -> None:
    """Let the best answer so far be the answer of a problem."""
    with suppress(NotFound):
        SITING.get(key).solver.cancelled.set()


def siting_answer(
    here: Locator, view: ViewState, t: Words, *, patience: float = PATIENCE_S
) -> dict[str, Any]:
    """The next sites; ``state`` is ``off``, ``working`` (ask again) or ``done``."""
    blank: dict[str, Any] = {
        "state": "off",
        "title": t("siting.title"),
        "lead": t("siting.lead"),
        "sites": [],
        "text": "",
        "sure": "",
        "rules": "",
        "stage": "",
        "notes": [],
        "candidates": [],
    }
    if view.new == "0" and not view.pin:
        return blank
    posed = question(here, view)
    job, final = ask(key_of(here, view), posed.problem, patience)
    answer = final or job.solver.best
    notes = [t("siting.unknown", codes=", ".join(posed.unknown))] if posed.unknown else []
    answer_json = {
        **blank,
        "state": "done" if final else "working",
        "notes": notes,
        "stage": t(
            f"siting.stage.{job.solver.stage}",
            seconds=t.number(round(time.monotonic() - job.began_s, 1)),
        ),
        "rules": rules_text(view, len(posed.commune), t),
        "candidates": [_candidate(here, int(i)) for i in posed.commune],
    }
    if answer is None:
        return answer_json
    return {
        **answer_json,
        "sites": _sites(here, view, posed, answer, t),
        "text": _text(posed, answer, view, t),
        "sure": sure_text(answer, t),
    }


def rules_text(view: ViewState, candidates: int, t: Words) -> str:
    """The rules of a question in one sentence."""
    parts = [t.n("siting.candidates", candidates)]
    if view.where == "rural":
        parts.append(t("siting.rural_only"))
    if view.apart != "0":
        parts.append(t("siting.apart", km=view.apart))
    if view.milieu != "all":
        parts.append(t(f"siting.only.{view.milieu}"))
    return " · ".join(parts)


def sure_text(answer: Answer, t: Words) -> str:
    """How far from the best an answer can be."""
    if answer.exact:
        return t("siting.exact")
    gap = 1 - answer.reached / answer.bound if answer.bound else 0.0
    return t("siting.within", share=percent(gap, t), bound=t.number(answer.bound))


def _text(posed: Question, answer: Answer, view: ViewState, t: Words) -> str:
    if not answer.chosen or not answer.reached:
        return t("siting.nothing")
    everyone = posed.everyone or 1
    return t.n(
        "siting.brings",
        answer.reached,
        km=view.km,
        before=percent(posed.before / everyone, t),
        after=percent((posed.before + answer.reached) / everyone, t),
    )


def _sites(
    here: Locator, view: ViewState, posed: Question, answer: Answer, t: Words
) -> list[dict[str, Any]]:
    found, sofar = [], posed.before
    for rank, (j, gain) in enumerate(zip(answer.chosen, answer.gains, strict=True), start=1):
        c, at = _placed(here, int(posed.commune[j]))
        sofar += gain
        found.append(
            {
                "rank": rank,
                "code": c.code,
                "name": t.pick(c.name),
                "lon": at[0],
                "lat": at[1],
                "sub": " · ".join(
                    (
                        t("place.kind.rural" if c.rural else "place.kind.urban"),
                        province_text(here, c.province, t),
                    )
                ),
                "gain": f"+{t.number(gain)}",
                "people": gain,
                "pinned": c.code in view.pin,
                "after": percent(sofar / (posed.everyone or 1), t),
            }
        )
    return found


def _candidate(here: Locator, index: int) -> list[Any]:
    c, at = _placed(here, index)
    return [c.code, *at]


def _placed(here: Locator, index: int) -> tuple[Commune, tuple[float, float]]:
    commune = here.census.placed[index]
    assert commune.lon_lat is not None  # as the name of the list says
    return commune, commune.lon_lat


def people_served(here: Locator, code: str, view: ViewState) -> int:
    """Everyone within the distance of a commune, already within reach or not."""
    i = here.census.row[code]
    near = within(
        here.census.lon[i : i + 1],
        here.census.lat[i : i + 1],
        here.census.lon,
        here.census.lat,
        float(view.km) * 1000,
    )[0]
    return int(here.census.people[near].sum())
