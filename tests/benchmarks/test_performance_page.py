"""The performance page holds what was measured, and nothing else."""

from __future__ import annotations

import re

import orjson
from hypothesis import given, strategies as st

from benchmarks.page import DOCS, chart, page
from benchmarks.run import RESULTS, targets


def test_the_page_is_made_from_the_results():
    kept = orjson.loads(RESULTS.read_bytes())
    assert (DOCS / "performance.md").read_text("utf-8") == page(kept)
    assert len(targets(kept)) == page(kept).count("≤")


@given(
    st.lists(
        st.tuples(st.floats(1, 1e6), st.floats(1e-3, 1e4)),
        min_size=2,
        max_size=6,
        unique_by=lambda p: p[0],
    )
)
def test_a_chart_keeps_the_order_of_what_it_shows(points):
    line = sorted(points)
    dots = [
        tuple(map(float, xy))
        for xy in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', chart({"a": line}, "n", "ms"))
    ]
    assert len(dots) == len(line)
    for (p, a), (q, b) in zip(
        zip(line, dots, strict=True), list(zip(line, dots, strict=True))[1:], strict=False
    ):
        assert a[0] <= b[0]
        assert (a[1] >= b[1]) == (p[1] <= q[1]) or abs(a[1] - b[1]) < 0.2
