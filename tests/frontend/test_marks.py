"""The colours of facilities by status: told from the land, and from each other, by everybody."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from geo.i18n.labels import FORMS, form_of
from geo.model import palette
from geo.model.records import AGE_STEPS, SITE_KINDS, STATUSES
from geo.web.assets import BUNDLES, FOLDER, assets

#: Colours of facilities by status, and the land they stand on, by day and by night.
THEMES = {
    "day": (palette.STATUS, palette.LAND),
    "night": (palette.STATUS_NIGHT, palette.LAND_NIGHT),
}
#: Machado, Oliveira and Fernandes (2009), severity 1: protanopia, deuteranopia and tritanopia.
SEEN_AS = {
    "everybody": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def linear(color: str) -> np.ndarray:
    part = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    a, b = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) + 0.05 for c in (one, other))
    return b / a


def lab(rgb: np.ndarray) -> np.ndarray:
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", THEMES)
def test_every_status_stands_out_from_land(theme):
    statuses, lands = THEMES[theme]
    assert set(statuses) == set(STATUSES) and len(lands) == 3
    for color, land in itertools.product(statuses.values(), lands.values()):
        assert contrast(color, land) >= 3, (color, land, contrast(color, land))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eyes", SEEN_AS)
def test_statuses_differ_for_every_eye(theme, eyes):
    seen = {s: lab(SEEN_AS[eyes] @ linear(c)) for s, c in THEMES[theme][0].items()}
    for a, b in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[a] - seen[b]) > 35, (a, b)


@pytest.mark.parametrize("name", ["core/palette.css", "map/palette.css"])
def test_style_sheets_read_the_colours_of_the_table(name):
    """A sheet names a colour of a class or status by its property, and each property is there."""
    given = set(re.findall(r"--([\w-]+):", assets()[name].make().decode()))
    bundles = [b for b, parts in BUNDLES.items() if name in parts and b.endswith(".css")]
    assert bundles
    for bundle in bundles:
        sheet = assets()[bundle].make().decode()
        read = set(re.findall(r"var\(--([cs]-[\w-]+|cover-\w+|plan|named|teal|ink)\)", sheet))
        assert read and read <= given, (bundle, read - given)


def test_scripts_and_style_sheets_write_no_colour_of_a_class():
    written = {*palette.FILL.values(), *palette.CLUSTER.values(), *palette.STATUS.values()}
    line_colours = {"markets/markets.css"}  # series of a chart: they mean no class
    found = {
        (path.relative_to(FOLDER).as_posix(), color)
        for path in (*FOLDER.rglob("*.js"), *FOLDER.rglob("*.css"))
        for color in written
        if color.casefold() in path.read_text("utf-8").casefold()
    }
    assert {(name, color) for name, color in found if name not in line_colours} == set()


def test_every_kind_has_a_shape(query):
    kinds = {s.kind: form_of(s) for s in query.catalogue.sites}
    assert set(kinds) <= set(SITE_KINDS) and set(kinds.values()) <= set(FORMS)
    assert {kinds["maison_artisan"], kinds["dar_maalma"]} == {"maison"} and kinds[
        "ensemble_artisanal"
    ] == "complex"
    assert set(palette.FORM_GLYPHS) == set(FORMS)


@pytest.mark.parametrize(
    ("t", "fills"),
    [(palette.PAGE, palette.FILL), (palette.PAGE_NIGHT, palette.FILL_NIGHT)],
    ids=["day", "night"],
)
def test_every_text_can_be_read_on_every_ground(t, fills):
    pairs = [
        *itertools.product(
            ("ink", "soft", "faint", "teal"), ("paper", "wash", "hover", "teal-soft")
        ),
        ("on-teal", "teal"),
        ("warn", "warn-soft"),
        ("bad", "bad-soft"),
        ("warn", "paper"),
        ("bad", "paper"),
        ("paper", "ink"),
    ]
    weak = {
        (text, ground): round(contrast(t[text], t[ground]), 2)
        for text, ground in pairs
        if contrast(t[text], t[ground]) < 4.5
    }
    assert weak == {}
    marks = {kind: contrast(color, t["paper"]) for kind, color in fills.items()}
    assert set(marks) == set(palette.FILL) and min(marks.values()) >= 3, marks


@pytest.mark.parametrize("eyes", SEEN_AS)
@pytest.mark.parametrize("table", [palette.FILL, palette.CLUSTER], ids=["one", "several"])
def test_classes_differ_for_every_eye(table, eyes):
    """Never by colour alone: two classes come as near as 11 for some eyes; each has its shape."""
    seen = {kind: lab(SEEN_AS[eyes] @ linear(color)) for kind, color in table.items()}
    shapes = {palette.GLYPHS[kind] for kind in seen}
    assert len(shapes) == len(seen) == 4
    for a, b in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[a] - seen[b]) > (35 if eyes == "everybody" else 10), (a, b)


def test_a_figure_in_a_mark_can_be_read():
    for kind, color in palette.CLUSTER.items():
        assert contrast(palette.WHITE, color) >= 4.5, kind


def test_older_marks_are_paler_step_by_step():
    steps = [palette.FULLNESS.get(step, 1.0) for step in range(len(AGE_STEPS))]
    assert steps == sorted(steps, reverse=True) and min(steps) > 0
    assert set(palette.FULLNESS) <= set(range(len(AGE_STEPS)))
