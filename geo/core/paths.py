"""Where the project's own files stand: the folder itself, its data, and what these were made from."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).parents[2]
DATA_DIR = PROJECT / "data"
SOURCES_DIR = DATA_DIR / "sources"
