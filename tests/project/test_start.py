"""What starting the app costs: nothing that only some page or file needs."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "geopandas",
    "pyogrio",
    "folium",
    "pptx",
    "docx",
    "xlsxwriter",
    "typst",
    "pypdf",
    "jinja2",
    "highspy",
    "requests",
    "httpx",
)


def test_starting_imports_no_library_of_a_single_page_or_file():
    code = "import sys, app; print(*sorted(m for m in sys.modules if '.' not in m))"
    started = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert set(started.stdout.split()) & set(HEAVY) == set()
