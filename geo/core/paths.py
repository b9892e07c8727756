"""Paths of the project: its folder, its data, and the sources of the data."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).parents[2]
DATA_DIR = PROJECT / "data"
SOURCES_DIR = DATA_DIR / "sources"
