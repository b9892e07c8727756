"""The one clock: the day of the setting, else that of the machine."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime, timedelta

import pytest

from geo.core import clock
from tests.conftest import ROOT


def test_without_the_setting_it_is_the_clock_of_the_machine(monkeypatch):
    monkeypatch.delenv("KHARITA_TODAY", raising=False)
    before, moment, after = datetime.now(UTC), clock.now(), datetime.now(UTC)
    assert before <= moment <= after
    first, day, last = date.today(), clock.today(), date.today()
    assert first <= day <= last


@pytest.mark.parametrize("day", ["1999-12-31", "2026-11-25"])
def test_the_setting_stops_the_day_and_not_the_true_time(monkeypatch, day):
    signed = datetime.now(UTC) - timedelta(seconds=90)
    monkeypatch.setenv("KHARITA_TODAY", day)
    assert clock.today() == date.fromisoformat(day)
    assert clock.now().date() == clock.today() and clock.now().tzinfo is UTC
    # How long a login counts, or a service wants to be left alone, cannot be set.
    assert 90 <= clock.seconds_since(signed) < 150


def test_nothing_else_reads_the_clock_on_the_wall():
    readers = set()
    for path in [*(ROOT / "geo").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and (
                node.attr in ("today", "utcnow")
                and ast.unparse(node.value).rpartition(".")[2] in ("date", "datetime")
                or node.attr == "now"
                and ast.unparse(node.value).rpartition(".")[2] == "datetime"
            ):
                readers.add(path.relative_to(ROOT).as_posix())
    assert readers == {"geo/core/clock.py"}
