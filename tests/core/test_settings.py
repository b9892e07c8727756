"""The settings of a deployment: read from the environment as it is, checked together."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from geo.core.paths import DATA_DIR, PROJECT
from geo.core.settings import Settings, SettingsError, settings, variable
from tests.conftest import ROOT

SECRET = "Xq7-canary-9dKzT2"


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """No variable is set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


def test_a_deployment_that_sets_nothing_has_the_defaults():
    found = settings()
    assert found.store == f"files:{DATA_DIR}" and found.var == PROJECT / "var"
    assert (found.log, found.role, found.roles, found.login_hours) == ("text", "reader", None, 12.0)
    assert found.hosts == found.frames == found.usable_geocoders == ()
    assert (found.boundaries, found.osrm, found.ors) == ("regions", "", ("", ""))


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("var", PROJECT / "var"),
        ("log", "text"),
        ("role", "reader"),
        ("roles", None),
        ("today", None),
        ("login_hours", 12.0),
    ],
)
def test_an_empty_variable_is_as_good_as_none(monkeypatch, name, default):
    monkeypatch.setenv(variable(name), "")
    assert getattr(settings(), name) == default


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("store", ""),
        ("store", "files:"),
        ("store", "mysql:x"),
        ("store", "synthetic:many"),
        ("log", "xml"),
        ("role", "boss"),
        ("login_hours", "soon"),
        ("login_hours", "0"),
        ("login_hours", "721"),
        ("login_hours", "nan"),
        ("today", "25/11/2026"),
        ("today", "20261125"),
        ("today", "2026-02-30"),
        ("boundaries", ""),
        ("boundaries", "disputed"),
        ("osrm", "osrm.example"),
        ("geocoders", "photon:https://[x"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(monkeypatch, name, value):
    monkeypatch.setenv(variable(name), value)
    with pytest.raises(SettingsError, match=variable(name)) as refused:
        settings()
    assert len(refused.value.faults) == 1


def test_the_environment_is_read_as_it_is_now(monkeypatch, tmp_path):
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path))
    assert settings().var == tmp_path and settings() is settings()
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path / "other"))
    assert settings().var == tmp_path / "other"
    monkeypatch.delenv("KHARITA_VAR")
    assert settings().var == PROJECT / "var"


def test_all_faults_are_in_one_message_and_no_secret_is(monkeypatch):
    wrong = {
        "store": SECRET,
        "log": "xml",
        "frames": "*",
        "osrm": f"ftp://user:{SECRET}@h",
        "ors": f"h {SECRET}",
        "geocoders": f"nominatim:https://user:{SECRET}@h",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(variable(name), value)
    monkeypatch.setenv("KHARITA_ROLE", "editor")
    with pytest.raises(SettingsError) as refused:
        settings()
    error = refused.value
    assert [fault.split()[0] for fault in error.faults] == [
        variable(name) for name in Settings.model_fields if name in wrong
    ]
    assert all(fault in str(error) for fault in error.faults) and "'xml'" in str(error)
    assert SECRET not in f"{error!r}{error.__cause__!r}{error.__context__!r}"
    # What was right counts, what was wrong is as if it were not set.
    assert (error.usable.role, error.usable.log, error.usable.osrm) == ("editor", "text", "")


def test_what_is_printed_of_the_settings_holds_no_secret(monkeypatch):
    monkeypatch.setenv("KHARITA_STORE", f"postgis:postgresql://kharita:{SECRET}@h/d")
    monkeypatch.setenv("KHARITA_ORS", f"https://ors.example {SECRET}")
    monkeypatch.setenv("KHARITA_COMTRADE_KEY", SECRET)
    found = settings()
    assert (found.ors[1], found.comtrade_key) == (SECRET, SECRET)
    assert SECRET not in f"{found!r}{found}"


def test_the_command_refuses_wrong_settings_in_a_sentence():
    ran = subprocess.run(
        [sys.executable, "-m", "geo.cli", "--help"],
        cwd=ROOT,
        env={**os.environ, "KHARITA_LOG": "xml", "KHARITA_STORE": SECRET},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2 and ran.stdout == ""
    assert "KHARITA_STORE" in ran.stderr and "KHARITA_LOG" in ran.stderr
    assert "Traceback" not in ran.stderr and SECRET not in ran.stderr
