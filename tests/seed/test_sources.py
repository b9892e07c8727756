"""The tables in data/sources keep the promises of their README."""

import subprocess
import sys

from tests.conftest import ROOT


def test_source_tables_pass_their_own_checks():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "check_facts.py", ROOT / "data" / "sources"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
