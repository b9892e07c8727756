"""The command as scripts use it: answers, exit codes, nothing stored on a dry run."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from geo.cli import commands
from tests.conftest import ROOT
from tests.curate.imports.test_hostile import GIVEN, given

#: Each test starts the command in a process of its own.
pytestmark = pytest.mark.slow

GOOD = "Nom;Pays;Ville\nMaison Atlas;France;Lyon\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command in this process: exit code, stdout, stderr."""
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path / "var"))

    def call(*arguments: str):
        monkeypatch.setattr("sys.argv", ["kharita", *arguments])
        code = commands.main()
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text(GOOD, "utf-8")
    return str(path)


@pytest.mark.parametrize("case", GIVEN["cases"][::6], ids=lambda c: c["file"])
def test_a_dry_run_prints_one_object(run, tmp_path, case):
    path = tmp_path / case["file"]
    path.write_bytes(given(case["file"]))
    code, out, err = run("import", str(path), "--as", "buyers", "--dry-run", "--json")
    answer = json.loads(out)
    assert (answer["outcome"], err) == (case["outcome"], "") and out.count("\n") == 1
    assert code == {"accept": 0, "warn": 1, "reject": 2}[case["outcome"]]
    assert any(
        (p["code"], p["where"]) == (case["code"], case["where"]) and p["message"]
        for p in answer["problems"]
    )
    assert {"new", "changed", "unchanged", "refused"} <= answer.keys() and answer["stored"] is None


def test_an_import_is_stored_once_and_can_be_repeated(run, good):
    assert json.loads(run("import", good, "--as", "buyers", "--dry-run", "--json")[1])["new"] == 1
    first = json.loads(
        run("import", good, "--as", "buyers", "--json", "--author", "A", "--reason", "R")[1]
    )
    assert (first["stored"], first["new"]) == (1, 1)
    again = json.loads(run("import", good, "--as", "buyers", "--json")[1])
    assert (again["stored"], again["unchanged"]) == (None, 1)


def test_strict_stores_nothing_when_there_are_remarks(run, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(GOOD + ";France;Lyon\n", "utf-8")
    code, out, _ = run("import", str(path), "--as", "buyers", "--json", "--strict")
    assert (code, json.loads(out)["stored"]) == (1, None)
    assert json.loads(run("import", str(path), "--as", "buyers", "--json")[1])["stored"] == 1


def test_answers_on_the_command_line(run, tmp_path):
    path, back = tmp_path / "x.csv", tmp_path / "back.xlsx"
    path.write_text("Quoi;Pays;Filiere\nMaison Atlas;France;banane\n", "utf-8")
    code, out, _ = run(
        "import",
        str(path),
        "--as",
        "buyers",
        "--dry-run",
        "--json",
        "--column",
        "Quoi=name",
        "--value",
        "crafts:banane=vannerie",
        "--corrected",
        str(back),
    )
    assert (code, json.loads(out)["outcome"]) == (0, "accept") and back.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "nowhere.csv", "--as", "buyers"),
        ("import", "FILE", "--as", "planets"),
        ("import", "FILE"),
        ("planets",),
        ("import", "FILE", "--as", "buyers", "--demo", "burn"),
        ("export", "x.docx"),
        ("template", "planets", "x.xlsx"),
        ("copy", "x:1", "y:2"),
        ("import", "FILE", "--as", "buyers", "--column", "no-equals-sign"),
        ("import", "FILE", "--as", "buyers", "--date", "hier"),
        ("import", "FILE", "--as", "buyers", "--url", "javascript:1"),
    ],
)
def test_a_wrong_command_says_so_and_ends_with_two(run, good, arguments):
    code, out, err = run(*(good if a == "FILE" else a for a in arguments))
    assert code == 2 and out == "" and err and "Traceback" not in err


def test_a_reader_gets_sentences(run, good):
    code, out, _ = run("import", good, "--as", "buyers", "--dry-run")
    assert code == 0 and out.startswith("liste.csv: ") and "\x1b" not in out


def test_template_geocode_export_and_validate(run, tmp_path, good):
    assert (
        run("template", "sites", str(tmp_path / "t.xlsx"))[0] == 0
        and (tmp_path / "t.xlsx").read_bytes()[:2] == b"PK"
    )
    assert (
        run("geocode", good, str(tmp_path / "g.xlsx"), "--as", "buyers")[0] == 0
        and (tmp_path / "g.xlsx").exists()
    )
    assert run("export", str(tmp_path / "e.csv"), "--view", "market=DE")[0] == 0
    assert "Allemagne" in (tmp_path / "e.csv").read_text("utf-8-sig")
    assert (
        run("snapshot", str(tmp_path / "s.svg"), "--title", "T")[0] == 0
        and b"<svg" in (tmp_path / "s.svg").read_bytes()
    )
    assert run("digest", str(tmp_path / "d"))[0] == 0 and len(list((tmp_path / "d").iterdir())) == 2
    assert run("validate")[0] == 0


def test_the_installed_command_runs_from_anywhere(tmp_path, good):
    command = ROOT / ".venv" / "bin" / "kharita"
    assert command.read_bytes() == (ROOT / "scripts" / "kharita").read_bytes(), (
        "make setup puts it there"
    )
    answer = subprocess.run(
        [command, "import", good, "--as", "buyers", "--dry-run", "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env={**os.environ, "KHARITA_VAR": str(tmp_path / "var")},
    )
    assert (answer.returncode, answer.stderr) == (0, "") and json.loads(answer.stdout)[
        "outcome"
    ] == "accept"


def test_a_backup_is_restored_and_nothing_is_replaced_unless_told(run, tmp_path, good, monkeypatch):
    run("import", good, "--as", "buyers", "--json")
    archive = str(tmp_path / "b.zip")
    code, out, _ = run("backup", archive)
    assert code == 0 and "Mo" in out
    assert run("backup", archive)[0] == 3 and run("backup", archive, "--replace")[0] == 0
    assert run("restore", archive)[0] == 3 and run("restore", str(tmp_path / "nowhere.zip"))[0] == 2
    (tmp_path / "no.zip").write_bytes(b"nothing")
    assert run("restore", str(tmp_path / "no.zip"), "--replace")[0] == 2
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path / "new"))
    assert run("restore", archive)[0] == 0
    assert json.loads(run("import", good, "--as", "buyers", "--json")[1])["unchanged"] == 1


def test_copy_moves_records_and_history(run, tmp_path, good):
    from geo.core.paths import DATA_DIR

    run("import", good, "--as", "buyers", "--json")
    target = f"files:{tmp_path / 'copy'}"
    assert run("copy", f"files:{DATA_DIR}", target)[0] == 2
    code, out, _ = run("copy", f"files:{DATA_DIR}", target, "--target-var", str(tmp_path / "other"))
    assert (code, out.strip()[-2:]) == (0, "1.")
    assert run("copy", f"files:{DATA_DIR}", target, "--target-var", str(tmp_path / "other"))[0] == 3
