"""Do the tests notice? Small mutations of a room, each tried with the room's own tests.

Usage: python -m scripts.mutate geo/query [geo/model …] [--number 60] [--seed 7] [--least 85]

The tests of each room run once to learn which of them run which line. Every sampled mutation is
then written into a copy of the tree and tried with the tests that run its line, the quickest
first, then with the other tests that run its file; the first failure ends it. What survives and
changes nothing is listed in ``docs/mutants.toml`` with its reason and isn't counted.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coverage
import pytest

from scripts.mutations import Mutation, files, mutations

ROOT = Path(__file__).resolve().parent.parent
EQUIVALENT = ROOT / "docs" / "mutants.toml"
LEFT_OUT = (".git", ".venv", "node_modules", "var", ".hypothesis", ".*_cache", "_artifacts")
OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=no"]
MARKS = ["-m", "not browser and not nightly"]
#: A mutation that loops is stopped after this much CPU on top of five times what the tests take.
PATIENCE_S = 20


@dataclass
class Baseline:
    """What the tests of a room run: lines by file, seconds by test."""

    tests: dict[str, dict[int, set[str]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def of(self, mutation: Mutation) -> list[str]:
        """The tests of a mutation: those that run its line, its file, then any."""
        by_line = self.tests.get(mutation.file)
        if by_line is None:
            return []
        of_file = set().union(*by_line.values())
        first, last = mutation.lines
        of_line = set().union(*(by_line.get(n, ()) for n in range(first, last + 1)))
        # What runs at the import alone is a constant, and may be read from anywhere.
        others = set() if of_line else self.seconds.keys() - of_file
        return [
            *self._ordered(of_line),
            *self._ordered(of_file - of_line),
            *self._ordered(others),
        ]

    def _ordered(self, tests: Iterable[str]) -> list[str]:
        return sorted(tests & self.seconds.keys(), key=lambda t: (self.seconds[t], t))


class Recorder:
    """Notes which test runs which line; what a shared fixture runs counts for all who use it."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self._measured = measured
        self.seconds: dict[str, float] = {}
        self.users: dict[str, list[str]] = defaultdict(list)
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Any:
        """One test."""
        self._test, began = item.nodeid, time.process_time()
        self._measured.switch_context(item.nodeid)
        for name in item.fixturenames:
            self.users[f"fixture {name}"].append(item.nodeid)
        result = yield
        self.seconds[item.nodeid] = time.process_time() - began
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Any:
        """A fixture that several tests share."""
        if fixturedef.scope == "function":
            return (yield)
        self._measured.switch_context(f"fixture {fixturedef.argname}")
        try:
            return (yield)
        finally:
            self._measured.switch_context(self._test)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A test that fails without any mutation, or is skipped, says nothing."""
        if report.outcome != "passed":
            self.failed.add(report.nodeid)


def record(copy: Path, room: str, result: Path) -> int:
    """In a process of its own: run the tests of a room, write down what they run."""
    measured = coverage.Coverage(data_file=None, include=[f"{copy}/geo/{room}/*"])
    recorder = Recorder(measured)
    measured.start()
    code = pytest.main([f"tests/{room}", *OPTIONS[1:], *MARKS], plugins=[recorder])
    measured.stop()
    data, lines = measured.get_data(), {}
    for path in data.measured_files():
        found: dict[int, list[str]] = {}
        for line, contexts in data.contexts_by_lineno(path).items():
            users = [recorder.users.get(c, [c]) for c in contexts if c]
            found[line] = sorted({test for group in users for test in group})
        lines[Path(path).relative_to(copy).as_posix()] = found
    foreign = [
        name
        for name, module in sys.modules.items()
        if "site-packages" in (getattr(module, "__file__", None) or "")
        and name.partition(".")[0] not in ("streamlit", "playwright")
    ]
    seconds = {t: s for t, s in recorder.seconds.items() if t not in recorder.failed}
    result.write_text(json.dumps({"lines": lines, "seconds": seconds, "modules": foreign}))
    return int(code)


def in_child(copy: Path, log: Path, cpu_s: float, work: Any, *arguments: Any) -> int:
    """Start some work in a process forked from this one, inside a copy of the tree."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        os.chdir(copy)
        sys.path[:] = [str(copy), *(p for p in sys.path if p not in ("", str(ROOT)))]
        sys.dont_write_bytecode = work is not record
        os.environ["PYTHONDONTWRITEBYTECODE"] = "" if work is record else "1"
        resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s) + 1, int(cpu_s) + 5))
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        code = work(*arguments)
        sys.stdout.flush()
        os._exit(int(code))
    finally:
        os._exit(70)


def baseline(copy: Path, room: str, folder: Path) -> Baseline:
    """Run a room's tests once without any mutation."""
    result, log = folder / f"{room}.json", folder / f"{room}.log"
    _, status = os.waitpid(in_child(copy, log, 3_600, record, copy, room, result), 0)
    if not result.exists():
        raise SystemExit(f"The tests of {room} do not run:\n{log.read_text()[-2000:]}")
    recorded = json.loads(result.read_text())
    if os.waitstatus_to_exitcode(status):
        print(f"tests/{room} fails without any mutation; what fails is left out:")
        print(log.read_text()[-2000:])
    for name in recorded["modules"]:  # forked processes then have them
        try:
            importlib.import_module(name)
        except Exception:  # noqa: S112  an optional module that only its own package may import
            continue
    lines = {
        file: {int(n): set(tests) for n, tests in found.items()}
        for file, found in recorded["lines"].items()
    }
    return Baseline(lines, recorded["seconds"])


@dataclass
class Trial:
    """A mutation being tried in a copy."""

    mutation: Mutation
    copy: Path
    tests: list[str]
    source: bytes
    stat: os.stat_result
    log: Path
    until: float = 0.0
    pid: int = 0

    def start(self, seconds: float) -> None:
        """Write the mutation and run the tests."""
        (self.copy / self.mutation.file).write_bytes(self.mutation.applied(self.source))
        cpu_s = PATIENCE_S + 5 * seconds
        self.until = time.monotonic() + 15 * cpu_s
        arguments = [*OPTIONS, *MARKS, *self.tests]
        self.pid = in_child(self.copy, self.log, cpu_s, pytest.main, arguments)

    def end(self) -> None:
        """Put the file back as it was, and end what the tests left running."""
        path = self.copy / self.mutation.file
        path.write_bytes(self.source)
        os.utime(path, ns=(self.stat.st_atime_ns, self.stat.st_mtime_ns))
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def trials(
    copies: list[Path], todo: list[tuple[Mutation, list[str], float]]
) -> Iterable[tuple[Mutation, str, list[str]]]:
    """Try mutations, one in each copy at a time; gives each with how it ended and its tests."""
    free, running = list(copies), {}
    while todo or running:
        while todo and free:
            mutation, tests, seconds = todo.pop(0)
            if not tests:
                yield mutation, "survived: no test runs it", []
                continue
            copy = free.pop()
            path = copy / mutation.file
            trial = Trial(
                mutation, copy, tests, path.read_bytes(), path.stat(), copy.with_suffix(".log")
            )
            trial.start(seconds)
            running[trial.pid] = trial
        pid, status = os.waitpid(-1, os.WNOHANG) if running else (0, 0)
        if not pid:
            for trial in running.values():
                if time.monotonic() > trial.until:
                    os.killpg(trial.pid, signal.SIGKILL)
            time.sleep(0.02)
            continue
        trial = running.pop(pid)
        trial.end()
        code = os.waitstatus_to_exitcode(status)
        if code == pytest.ExitCode.USAGE_ERROR and any("::" in t for t in trial.tests):
            # The mutation renames a test, or its file can't be read: all of the files decide.
            again = list(dict.fromkeys(t.partition("::")[0] for t in trial.tests))
            todo.insert(0, (trial.mutation, again, (trial.until - time.monotonic()) / 15))
        else:
            yield trial.mutation, "survived" if code == 0 else "killed", trial.tests
        free.append(trial.copy)


def listed() -> set[tuple[str, str, str]]:
    """The mutations that change nothing, as file, line and change."""
    if not EQUIVALENT.exists():
        return set()
    entries = tomllib.loads(EQUIVALENT.read_text("utf-8")).get("mutant", [])
    return {(e["file"], e["code"], e["change"]) for e in entries}


def room_of(target: str) -> str:
    """The room of a folder or a file."""
    return Path(target).parts[1]


def try_room(target: str, number: int, seed: int, copies: list[Path]) -> tuple[int, int]:
    """Sample the mutations of a room and try them; how many were killed, of how many."""
    known, room = listed(), room_of(target)
    every = [m for path in files(ROOT, target) for m in mutations(ROOT, path)]
    sample = random.Random(seed).sample(every, min(number, len(every)))
    counted = [m for m in sample if (m.file, m.code, m.change) not in known]
    began = time.monotonic()
    base = baseline(copies[0], room, copies[0].parent)
    print(
        f"{target}: {len(sample)} of {len(every)} mutations, {len(base.seconds)} tests "
        f"({time.monotonic() - began:.0f} s)",
        flush=True,
    )
    todo = []
    for mutation in counted:
        tests = base.of(mutation)
        todo.append((mutation, tests, sum(base.seconds[t] for t in tests)))
    killed = 0
    for mutation, end, _ in trials(copies, todo):
        killed += end == "killed"
        print(f"{end:<8} {mutation.file}:{mutation.line}  {mutation.change}", flush=True)
        if end != "killed":
            print(f"         {mutation.code}", flush=True)
    share = 100 * killed / max(1, len(counted))
    print(
        f"{target}: {killed} of {len(counted)} killed, {share:.0f} %; "
        f"{len(sample) - len(counted)} change nothing\n",
        flush=True,
    )
    return killed, len(counted)


def main() -> int:
    """Read the arguments, try each room; 1 when a room stays below ``--least``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="+", help="geo/query, or one file")
    parser.add_argument("--number", type=int, default=200, help="mutations of each (200)")
    parser.add_argument("--seed", type=int, default=None, help="chooses them")
    parser.add_argument("--least", type=float, default=0.0, help="per cent that must be killed")
    parser.add_argument("--at-once", type=int, default=2, choices=(1, 2))
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10_000)
    os.environ |= {"HYPOTHESIS_PROFILE": "ci", "OPENBLAS_NUM_THREADS": "1"}
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        copies = [Path(folder).resolve() / f"tree{n}" for n in range(options.at_once)]
        for copy in copies:
            shutil.copytree(ROOT, copy, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
            (copy / ".venv").symlink_to(ROOT / ".venv")
        results = [try_room(t, options.number, seed, copies) for t in options.targets]
    for target, (killed, counted) in zip(options.targets, results, strict=True):
        print(f"{target:<20} {killed:>4} of {counted:>4}  {100 * killed / max(1, counted):.0f} %")
    return int(any(100 * killed < options.least * counted for killed, counted in results))


if __name__ == "__main__":
    raise SystemExit(main())
