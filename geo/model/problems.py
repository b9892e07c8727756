"""What is wrong with one record of one file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one file. ``code`` names the sentence ``problem.<code>``."""

    file: str
    record: str
    field: str
    code: str
    value: str
