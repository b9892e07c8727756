"""Lazy import: bind a function, import its module on first call.

The libraries that write slides, documents and geographic files take a second to import: a reader
of the map does not wait for them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


def lazy(module: str, name: str) -> Callable[..., Any]:
    """Bind function ``name`` of ``module``; the module is imported at the first call."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*args, **kwargs)

    return call
