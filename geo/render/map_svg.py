"""The map of a scene as SVG: base map, labels, scale bar, north arrow, marks, tags."""

from __future__ import annotations

from geo.model.palette import (
    CLUSTER,
    FADING,
    INK,
    LAND,
    LINE,
    NAMES,
    PICKED,
    SEA,
    SELECTED,
    SOFT,
    WHITE,
)
from geo.render.fonts import width_of
from geo.render.frame import BasemapPaths, areas_of, basemap_paths
from geo.render.map_layout import NORTH_PLATE, corner_rect
from geo.render.mark_placement import Label
from geo.render.mark_svg import mark_svg, n
from geo.render.scene import Scene
from geo.render.text_svg import Pen
from geo.text.cleaning import isolate

BORDER = WHITE


def _mixed(color: str, other: str, part: float) -> str:
    """A hexadecimal colour with ``part`` of another one in it."""
    channels = ((int(color[k : k + 2], 16), int(other[k : k + 2], 16)) for k in (1, 3, 5))
    return "#" + "".join(f"{round(a * (1 - part) + b * part):02X}" for a, b in channels)


TONES = {
    **LAND,
    **{f"market{i}": _mixed(LAND["market"], LAND["land"], part) for i, part in enumerate(FADING)},
}
REGION, PROVINCE = "#B9A878", "#CDBE96"
FAINT = "#5F6B69"
#: Names on land stand on a light halo, names of seas on the water's own colour.
HALOS = {"sea": SEA}


def map_parts(scene: Scene, pen: Pen) -> list[str]:
    """The map in its box: ground, names, tags, marks, scale, north."""
    box = scene.layout.map
    ground = basemap_paths(scene.basemap, scene.frame, scene.boundaries)
    return [
        f'<g transform="translate({n(box.x)} {n(box.y)})">',
        f'<rect width="{n(box.w)}" height="{n(box.h)}" fill="{SEA}"/>',
        *_ground(ground, scene),
        *(_label(label, pen) for label in scene.labels),
        *_furniture(scene, pen),
        *(mark_svg(m) for m in scene.marks),
        *_tags(scene, pen),
        "</g>",
    ]


def mat(scene: Scene) -> str:
    """Paper around the map, over what its ground draws beyond the box: a clip costs more."""
    box, w, h = scene.layout.map, scene.size.units_w, scene.size.units_h
    hole = f"M{n(box.x)} {n(box.y)}H{n(box.right)}V{n(box.bottom)}H{n(box.x)}Z"
    return (
        f'<path d="M0 0H{n(w)}V{n(h)}H0Z{hole}" fill="{WHITE}" fill-rule="evenodd"/>'
        f'<path d="{hole}" fill="none" stroke="{LINE}"/>'
    )


def tone_of(iso2: str, kind: str, scene: Scene) -> str:
    """What a country is filled with: ``picked`` or a key of ``TONES``."""
    if iso2 in scene.picked:
        return "picked"
    return (
        f"market{scene.market_ranks[iso2]}"
        if kind == "market" and iso2 in scene.market_ranks
        else kind
    )


def _ground(ground: BasemapPaths, scene: Scene) -> list[str]:
    zoom = scene.frame.zoom
    by_kind: dict[str, list[str]] = {}
    for iso2, kind, path in ground.countries:
        by_kind.setdefault(tone_of(iso2, kind, scene), []).append(path)
    thick = 0.6 if zoom < 4 else 0.9
    parts = [
        f'<path d="{"".join(by_kind[kind])}" fill="{color}" fill-rule="evenodd" '
        f'stroke="{BORDER}" stroke-width="{thick}" stroke-linejoin="round"/>'
        for kind, color in TONES.items()
        if kind in by_kind
    ]
    if "picked" in by_kind:
        parts.append(
            f'<path d="{"".join(by_kind["picked"])}" fill="{PICKED}" '
            f'fill-rule="evenodd" stroke="{SELECTED}" stroke-width="1.4" '
            'stroke-linejoin="round"/>'
        )
    if ground.outline:
        parts.append(f'<path d="{ground.outline}" fill="{LAND["home"]}" fill-rule="evenodd"/>')
    areas = areas_of(scene.basemap, scene.frame, scene.areas)
    if areas:
        parts.append(f'<path d="{areas}" fill="{PICKED}" fill-rule="evenodd"/>')
    for path, color, width in (
        (ground.provinces, PROVINCE, 0.8),
        (ground.regions, REGION, 0.5 if zoom < 4 else 1.0),
        (ground.outline, REGION, 0.9 if zoom < 4 else 1.5),
        (areas, SELECTED, 1.4),
    ):
        if path:
            parts.append(
                f'<path d="{path}" fill="none" stroke="{color}" '
                f'stroke-width="{width}" stroke-linejoin="round"/>'
            )
    return parts


def _label(label: Label, pen: Pen) -> str:
    parts = []
    if label.dot:
        x, y = label.dot
        parts.append(
            f'<circle cx="{n(x)}" cy="{n(y)}" r="2.2" fill="{NAMES["town"]}" '
            f'stroke="{WHITE}" stroke-width=".8"/>'
        )
    step = label.size * 1.15
    y = label.y - (len(label.lines) - 1) * step / 2 + label.size * 0.34
    halo = (
        f' paint-order="stroke" stroke="{HALOS.get(label.kind, "#FFFDF8")}" '
        'stroke-opacity=".85" stroke-width="3" '
        'stroke-linejoin="round"'
    )
    for line in label.lines:
        text = isolate(line) if pen.rtl and label.kind == "record" else line
        parts.append(
            pen.raw(
                label.x,
                y,
                text,
                label.size,
                weight=label.weight,
                color=NAMES[label.kind],
                anchor=label.anchor,
                more=halo,
            )
        )
        y += step
    return "".join(parts)


def _tags(scene: Scene, pen: Pen) -> list[str]:
    parts = []
    for tag in scene.tags:
        x0, y0, x1, y1 = tag.rect
        parts.append(
            f'<rect x="{n(x0)}" y="{n(y0)}" width="{n(x1 - x0)}" height="{n(y1 - y0)}" '
            f'rx="6" fill="{WHITE}" stroke="{CLUSTER[tag.kind]}" stroke-width="1.3"/>'
        )
        parts.append(pen.raw(tag.x, tag.y + 4, tag.text, 11.5, weight=500, anchor="middle"))
    return parts


def _furniture(scene: Scene, pen: Pen) -> list[str]:
    length = scene.scale_units
    plate = max(length, width_of(scene.scale_text, 12.5, 600), width_of(scene.scale_lat, 11)) + 24
    left, top, right, bottom = corner_rect(scene.frame, scene.corners[0], plate + 12, 60)
    middle, y = (left + right) / 2, bottom - 15
    north = corner_rect(scene.frame, scene.corners[1], *NORTH_PLATE)
    nx, ny = (north[0] + north[2]) / 2, north[1]
    return [
        f'<rect x="{n(left + 6)}" y="{n(top + 6)}" width="{n(plate)}" height="48" '
        f'rx="4" fill="{WHITE}" fill-opacity=".88"/>',
        f'<path d="M{n(middle - length / 2)} {n(y - 7)}v7h{n(length)}v-7" fill="none" '
        f'stroke="{INK}" stroke-width="1.6"/>',
        pen.raw(middle, y - 23, scene.scale_text, 12.5, weight=600, anchor="middle"),
        pen.raw(middle, y - 8, scene.scale_lat, 11, color=SOFT, anchor="middle"),
        f'<circle cx="{n(nx)}" cy="{n(ny + 30)}" r="19" fill="{WHITE}" fill-opacity=".88"/>',
        f'<path d="M{n(nx)} {n(ny + 14)}l6 15l-6 -4l-6 4Z" fill="{INK}"/>',
        pen.raw(nx, ny + 43, scene.north, 12, weight=600, anchor="middle"),
    ]
