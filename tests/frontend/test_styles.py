"""The style sheets of the components share one page: a name must mean one thing."""

from __future__ import annotations

import re
from collections import defaultdict

from geo.web.assets import FOLDER

ALONE = re.compile(r"\.(kh-[\w-]+)(?:::?[\w-]+(?:\([^)]*\))?|\[[^\]]*\])*")


def test_a_class_is_styled_for_all_pages_by_one_sheet_only():
    found = defaultdict(set)
    for path in (p for p in FOLDER.rglob("*.css") if p.parent.name != "map"):  # a page of its own
        text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
        for selectors in re.findall(r"([^{}]+)\{", text):
            for selector in selectors.split(","):
                if match := ALONE.fullmatch(selector.strip()):
                    found[match[1]].add(path.name)
    assert {name: sorted(files) for name, files in found.items() if len(files) > 1} == {}
