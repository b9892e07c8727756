"""Drawing processes shared by the tests of snapshots."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from geo.render.workers import Workers


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    """Two drawing processes."""
    made = Workers(2)
    yield made
    made.close()
