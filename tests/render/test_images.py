"""Six reference scenes, compared with the pictures that were looked at and approved.

Renew them on purpose only: ``KHARITA_RENEW=1 pytest tests/render/test_images.py``, then
look at each file of ``baselines/``.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geo.model.records import LANGUAGES
from geo.render.sheet_svg import svg_of
from tests.render.scenes import scene

BASELINES = Path(__file__).parent / "baselines"
#: A pixel differs when a channel moved by more than this; so many may.
STEP, SHARE = 70, 0.006


def difference(a: Image.Image, b: Image.Image) -> float:
    """Share of the pixels that differ."""
    x, y = (np.asarray(i.convert("RGB"), int) for i in (a, b))
    return float((np.abs(x - y).max(axis=2) > STEP).mean())


def baseline(name: str, lang: str) -> Path:
    return BASELINES / f"{name}-{lang}.png"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["world", "morocco"])
def test_scene_looks_as_approved(query, workers, name, lang):
    found = Image.open(io.BytesIO(workers.png(svg_of(scene(query, name, lang)), 960, 540)))
    path = baseline(name, lang)
    if os.environ.get("KHARITA_RENEW"):
        found.convert("RGB").quantize(224, dither=Image.Dither.NONE).save(path, optimize=True)
    assert path.stat().st_size <= 80_000
    assert difference(found, Image.open(path)) < SHARE


def test_the_comparison_sees_another_scene():
    first = Image.open(baseline("world", "fr"))
    for other in (("world", "ar"), ("world", "en"), ("morocco", "fr")):
        assert difference(first, Image.open(baseline(*other))) > SHARE
