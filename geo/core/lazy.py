"""A function whose module is imported when it is first called.

The libraries that write slides, documents and geographic files take a second to import: who
only opens the map does not wait for them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


def lazy(module: str, name: str) -> Callable[..., Any]:
    """Function ``name`` of ``module``, imported at its first call."""

    def call(*given: Any, **options: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*given, **options)

    return call
