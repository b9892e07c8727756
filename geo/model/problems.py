"""Validation problems of stored records."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One validation problem. ``code`` names the message ``problem.<code>``."""

    file: str
    record: str
    field: str
    code: str
    value: str
