"""The colours of facilities by status: told from the land, and from each other, by everybody."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from geo.i18n.labels import FORMS, form_of
from geo.model.records import SITE_KINDS, STATUSES
from geo.web.assets import FOLDER

MARKS, BASE = (
    (FOLDER / "map" / f"{name}.js").read_text(encoding="utf-8") for name in ("marks", "basemap")
)
#: Machado, Oliveira and Fernandes (2009), severity 1: what protanopes, deuteranopes and tritanopes see.
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


def colors(text: str, name: str) -> dict[str, str]:
    """The hex colours of one table of a script."""
    table = re.search(rf"const {name} = {{(.*?)}};", text, re.S).group(1)
    return dict(re.findall(r'(\w+): \[?"(#[0-9A-Fa-f]{6})"', table))


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


@pytest.mark.parametrize(("table", "ground"), [("STATUS", "LIGHT"), ("STATUS_DARK", "DARK")])
def test_every_status_stands_out_from_land(table, ground):
    lands = [c for name, c in colors(BASE, ground).items() if name in ("land", "market", "home")]
    statuses = colors(MARKS, table)
    assert set(statuses) == set(STATUSES) and len(lands) == 3
    for color, land in itertools.product(statuses.values(), lands):
        assert contrast(color, land) >= 3, (color, land, contrast(color, land))


@pytest.mark.parametrize("table", ["STATUS", "STATUS_DARK"])
@pytest.mark.parametrize("eyes", SEEN_AS)
def test_statuses_differ_for_every_eye(table, eyes):
    seen = {s: lab(SEEN_AS[eyes] @ linear(c)) for s, c in colors(MARKS, table).items()}
    for a, b in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[a] - seen[b]) > 35, (a, b)


def test_the_list_uses_the_colours_of_the_map():
    sheet = (FOLDER / "locate" / "locate.css").read_text(encoding="utf-8").casefold()
    for table in ("STATUS", "STATUS_DARK"):
        for color in colors(MARKS, table).values():
            assert color.casefold() in sheet


def test_every_kind_has_a_shape(query):
    kinds = {s.kind: form_of(s) for s in query.catalogue.sites}
    assert set(kinds) <= set(SITE_KINDS) and set(kinds.values()) <= set(FORMS)
    assert {kinds["maison_artisan"], kinds["dar_maalma"]} == {"maison"} and kinds[
        "ensemble_artisanal"
    ] == "complex"


def tokens(theme: str) -> dict[str, str]:
    """The colours that the style sheets share, by day (``:root``) or by night."""
    sheet = (FOLDER / "shell" / "app.css").read_text(encoding="utf-8")
    block = re.search(
        r":root \{(.*?)\}" if theme == "light" else r'html\[data-kh-theme="dark"\] \{(.*?)\}',
        sheet,
        re.S,
    ).group(1)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", block))
    return {
        name: c if len(c) == 7 else "#" + "".join(2 * digit for digit in c[1:])
        for name, c in found.items()
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read_on_every_ground(theme):
    t = tokens(theme)
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
    marks = {
        name: contrast(t[name], t["paper"]) for name in ("c-buyer", "c-site", "c-maison", "c-fair")
    }
    assert min(marks.values()) >= 3, marks


@pytest.mark.parametrize("eyes", SEEN_AS)
@pytest.mark.parametrize("table", ["FILL", "CLUSTER"])
def test_classes_differ_for_every_eye(table, eyes):
    """Never by colour alone: two classes come as near as 11 for some eyes, so each has its own shape."""
    seen = {c: lab(SEEN_AS[eyes] @ linear(color)) for c, color in colors(MARKS, table).items()}
    legend = re.search(
        r"const SHAPES = {(.*?)};", (FOLDER / "map" / "controls.js").read_text("utf-8"), re.S
    ).group(1)
    shapes = dict(re.findall(r'(\w+): "([^"]+)"', legend))
    assert set(seen) == set(shapes) and len(set(shapes.values())) == len(shapes)
    for a, b in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[a] - seen[b]) > (35 if eyes == "everybody" else 10), (a, b)


def test_a_figure_in_a_mark_can_be_read():
    for name, color in colors(MARKS, "CLUSTER").items():
        assert contrast("#FFFFFF", color) >= 4.5, name
