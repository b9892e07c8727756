"""The base map's payloads: faithful to their sources, small, complete in three languages."""

from __future__ import annotations

import csv
import gzip
import json
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry import Polygon, mapping, shape

from geo.core.paths import DATA_DIR, SOURCES_DIR
from geo.core.settings import BOUNDARIES
from geo.model.records import LANGUAGES, Area, Town
from geo.places.basemap import DETAILS, SCALE, basemap_bytes, inside, labels_bytes
from geo.places.basemap_data import BasemapData, basemap_data, morocco_of
from geo.store.file_store import FileStore

UNIT = 1 / SCALE
#: Compressed kilobytes a first visit may cost, about half as much again as today.
MOST_KB = {"110m": 62, "50m": 410, "morocco": 20}


@cache
def source(name: str) -> list[dict[str, Any]]:
    path = (DATA_DIR if name in ("regions", "provinces") else SOURCES_DIR) / f"{name}.geojson"
    if path.exists():
        return json.loads(path.read_bytes())["features"]
    return json.loads(gzip.decompress(path.with_suffix(".geojson.gz").read_bytes()))["features"]


@cache
def shipped_data() -> BasemapData:
    return basemap_data(FileStore(DATA_DIR).load())


@cache
def payload(detail: str, boundaries: str = "regions") -> dict[str, Any]:
    return json.loads(basemap_bytes(shipped_data(), detail, boundaries))


@cache
def labels(lang: str) -> list[list[Any]]:
    """Text, longitude, latitude, first and last zoom, kind."""
    return [label[:6] for label in json.loads(labels_bytes(shipped_data(), lang))["labels"]]


def points(flat: list[int]) -> list[tuple[float, float]]:
    return [
        (lon / SCALE, lat / SCALE)
        for lon, lat in zip(accumulate(flat[::2]), accumulate(flat[1::2]), strict=True)
    ]


def markets() -> list[dict[str, Any]]:
    return json.loads((DATA_DIR / "markets.json").read_bytes())["markets"]


def outline() -> Polygon:
    (feature,) = source("morocco_outline")
    return shape(feature["geometry"])


def rings_of(geometry: dict[str, Any]) -> list[list[list[float]]]:
    polygons = geometry["coordinates"]
    return [
        ring
        for polygon in ([polygons] if geometry["type"] == "Polygon" else polygons)
        for ring in polygon
    ]


def ground(country: dict[str, Any]) -> shapely.Geometry:
    """What the even-odd rule fills."""
    filled = Polygon()
    for ring in country["rings"]:
        filled = filled ^ Polygon(points(ring)).buffer(0)
    return filled


@pytest.mark.parametrize("boundaries", BOUNDARIES)
@pytest.mark.parametrize("detail", DETAILS)
def test_a_payload_stays_small(detail, boundaries):
    size_kb = len(gzip.compress(basemap_bytes(shipped_data(), detail, boundaries), 6)) / 1000
    assert MOST_KB[detail] / 4 < size_kb < MOST_KB[detail]


@pytest.mark.parametrize("detail", ["110m", "50m"])
def test_natural_earth_is_unchanged(detail):
    expected = source(f"countries_{detail}")
    found = payload(detail, "natural_earth")["countries"]
    assert [c["iso2"] for c in found] == [c["properties"]["iso2"] for c in expected]
    for country, original in zip(found, expected, strict=True):
        rings = rings_of(original["geometry"])
        assert len(country["rings"]) == len(rings)
        for flat, ring in zip(country["rings"], rings, strict=True):
            decoded = points(flat)
            assert len(decoded) == len(ring) - 1
            assert (
                max(
                    abs(a - b)
                    for p, q in zip(decoded, ring, strict=False)
                    for a, b in zip(p, q, strict=True)
                )
                <= UNIT / 2 + 1e-9
            )


@pytest.mark.parametrize("detail", ["110m", "50m"])
def test_regions_replace_natural_earths_morocco(detail):
    own = {c["iso2"]: c for c in payload(detail)["countries"]}
    theirs = {c["iso2"]: c for c in payload(detail, "natural_earth")["countries"]}
    assert set(theirs) - set(own) == {"MA", "EH"}
    changed = {iso2 for iso2 in own if own[iso2] != theirs[iso2] and iso2}
    assert changed == {"DZ", "MR"}, "only the land neighbours take slivers in"


@pytest.mark.parametrize("detail", ["110m", "50m"])
def test_no_water_shows_along_the_land_border(detail):
    neighbours = shapely.union_all(
        [ground(c) for c in payload(detail)["countries"] if c["iso2"] in ("DZ", "MR")]
    )
    theirs = shapely.union_all(
        [
            shape(c["geometry"])
            for c in source(f"countries_{detail}")
            if c["properties"]["iso2"] in ("DZ", "MR", "MA", "EH")
        ]
    )
    dry = shapely.union_all([neighbours, outline()])
    # Inland, away from any coast, whatever Natural Earth calls land is still land.
    inland = theirs.buffer(-0.3) - dry
    assert inland.buffer(-2 * UNIT).is_empty


def test_the_outline_is_the_union_of_the_regions():
    (ring,) = payload("morocco")["outline"]
    drawn = Polygon(points(ring))
    assert drawn.symmetric_difference(outline()).area < 1e-9
    regions = shapely.union_all([shape(f["geometry"]) for f in source("regions")])
    assert drawn.symmetric_difference(regions).area < 0.01  # square degrees, of about 65
    assert payload("morocco", "natural_earth")["outline"] == []


@pytest.mark.parametrize("boundaries", BOUNDARIES)
@pytest.mark.parametrize("name", ["regions", "provinces"])
def test_inner_lines_follow_the_source_and_leave_the_coast_alone(name, boundaries):
    borders = shapely.union_all([shape(f["geometry"]).boundary for f in source(name)])
    edge = outline().boundary
    shapely.prepare([borders, edge])
    for flat in payload("morocco", boundaries)[name]:
        line = np.array(points(flat))
        middles = (line[1:] + line[:-1]) / 2
        assert shapely.dwithin(borders, shapely.points([*line, *middles]), 2 * UNIT).all()
        assert not shapely.dwithin(edge, shapely.points(middles), UNIT).any()


def test_inner_lines_are_complete_and_drawn_once():
    def perimeter(name):
        return sum(shape(f["geometry"]).length for f in source(name))

    edge = outline().length
    regions, provinces = (
        sum(shapely.LineString(points(flat)).length for flat in payload("morocco")[name])
        for name in ("regions", "provinces")
    )
    assert regions == pytest.approx((perimeter("regions") - edge) / 2, rel=0.02)
    assert regions + provinces == pytest.approx((perimeter("provinces") - edge) / 2, rel=0.02)


def test_natural_earth_keeps_region_lines_inside_its_own_morocco():
    (morocco,) = (
        shape(c["geometry"]) for c in source("countries_50m") if c["properties"]["iso2"] == "MA"
    )
    for name in ("regions", "provinces"):
        for flat in payload("morocco", "natural_earth")[name]:
            assert shapely.LineString(points(flat)).within(morocco.buffer(2 * UNIT))


@pytest.mark.parametrize("boundaries", BOUNDARIES)
def test_flags(boundaries):
    fine = payload("50m", boundaries)["countries"]
    assert {c["iso2"] for c in fine if c["market"]} == {m["iso2"] for m in markets()}
    assert {c["iso2"] for c in fine if c["home"]} == (
        {"MA"} if boundaries == "natural_earth" else set()
    )


@pytest.mark.parametrize(("detail", "boundaries"), [("10m", "regions"), ("50m", "mine")])
def test_an_unknown_payload_is_refused(detail, boundaries):
    with pytest.raises(ValueError, match="no base map"):
        basemap_bytes(shipped_data(), detail, boundaries)


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="no labels"):
        labels_bytes(shipped_data(), "de")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_market_region_province_and_town_has_its_label(lang):
    found: dict[str, set[str]] = {}
    for text, lon, lat, first, last, kind in labels(lang):
        assert text.strip() and -180 <= lon <= 180 and -90 <= lat <= 90 and first <= last
        found.setdefault(kind, set()).add(text)
    assert found["market"] == {m["name"][lang] for m in markets()}
    name = "name_ar" if lang == "ar" else "name_fr"
    for kind in ("region", "province"):
        assert found[kind] == {f["properties"][name] for f in source(f"{kind}s")}
    towns = json.loads((DATA_DIR / "towns.json").read_bytes())["towns"]
    assert found["town"] == {(t["name_ar"] if lang == "ar" else "") or t["name"] for t in towns}
    assert found["home"] == {{"fr": "Maroc", "ar": "المغرب", "en": "Morocco"}[lang]}


@pytest.mark.parametrize(
    ("lang", "names"),
    [
        ("fr", {"Allemagne", "Algérie", "Fès", "Souss-Massa"}),
        ("ar", {"ألمانيا", "الجزائر", "فاس", "سوس-ماسة"}),
        ("en", {"Germany", "Algeria", "Fès", "Souss-Massa"}),
    ],
)
def test_names_are_in_the_readers_language(lang, names):
    assert names <= {text for text, *_ in labels(lang)}


def test_country_labels_lie_in_their_country():
    grounds = {c["properties"]["name_fr"]: shape(c["geometry"]) for c in source("countries_50m")}
    inside = [
        grounds[text].buffer(0.1).contains(shapely.Point(lon, lat))
        for text, lon, lat, *_, kind in labels("fr")
        if kind == "country"
    ]
    assert len(inside) > 150
    assert all(inside)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_seas_are_named_last_and_in_their_water(lang):
    """They give way to every other name, and no text begins ashore."""
    kinds = [kind for *_, kind in labels(lang)]
    first = kinds.index("sea")
    assert set(kinds[first:]) == {"sea"} and set(kinds[:first]).isdisjoint({"sea"})
    land = shapely.STRtree([*(shape(c["geometry"]) for c in source("countries_50m")), outline()])
    for text, lon, lat, zoom, last, _, reach in json.loads(labels_bytes(shipped_data(), lang))[
        "labels"
    ][first:]:
        assert text.strip() and zoom <= last
        _, (shore, *_) = land.query_nearest(shapely.Point(lon, lat), return_distance=True)
        assert reach == pytest.approx(shore, abs=0.01) and shore > 0
        degree = 256 * 2**zoom / 360  # pixels
        half, tall = 3 * len(text) / degree, 8 * np.cos(np.radians(lat)) / degree
        box = shapely.box(lon - half, lat - tall, lon + half, lat + tall)
        ashore = sum(land.geometries[i].intersection(box).area for i in land.query(box))
        assert ashore < 0.15 * box.area, text


def test_seas_have_names_in_three_languages_and_one_name_each():
    names: dict[str, set[tuple[str, ...]]] = {}
    for row in csv.DictReader((SOURCES_DIR / "seas.csv").open(encoding="utf-8", newline="")):
        name = tuple(row[f"name_{lang}"] for lang in LANGUAGES)
        assert all(name) and 2 <= int(row["min_zoom"]) <= int(row["max_zoom"]) <= 14
        names.setdefault(row["id"], set()).add(name)
    assert all(len(found) == 1 for found in names.values())
    assert names["ocean-atlantique"] == {("Océan Atlantique", "المحيط الأطلسي", "Atlantic Ocean")}


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["missing", "cut", "spoiled"])
@pytest.mark.parametrize(
    "name", ["markets.json", "regions.geojson", "provinces.geojson", "towns.json"]
)
def test_a_damaged_data_file_leaves_the_rest_of_the_base_map(name, harm, tmp_path):
    for path in DATA_DIR.glob("*.*json"):
        content = path.read_text("utf-8")
        if path.name != name:
            (tmp_path / path.name).write_text(content, "utf-8")
        elif harm == "cut":
            (tmp_path / name).write_text(content[: len(content) // 2], "utf-8")
        elif harm == "spoiled":
            (tmp_path / name).write_text(content.replace('"name', '"label'), "utf-8")
    data = basemap_data(FileStore(tmp_path).load())
    found = json.loads(labels_bytes(data, "fr"))["labels"]
    kinds = {label[5] for label in found}
    assert {"home", "sea", "country"} <= kinds
    assert {"market", "region", "province", "town"} - kinds == {name.split(".")[0].rstrip("s")}
    drawn = json.loads(basemap_bytes(data, "morocco", "regions"))
    assert drawn["outline"] and (drawn["regions"] or drawn["provinces"])
    assert json.loads(basemap_bytes(data, "110m", "regions"))["countries"]


def test_larger_towns_come_first_and_from_farther():
    first = {text: zoom for text, _, _, zoom, _, kind in labels("fr") if kind == "town"}
    assert first["Casablanca"] < first["Taza"] < first["Azrou"]
    texts = [text for text, *_, kind in labels("fr") if kind == "town"]
    assert texts.index("Casablanca") < texts.index("Taza") < texts.index("Azrou")


def test_ground_the_regions_cover_has_no_other_country_name():
    names = {
        c["properties"]["name_fr"]
        for c in source("countries_110m")
        if c["properties"]["iso2"] == "EH"
    }
    assert names.isdisjoint(text for text, *_, kind in labels("fr") if kind == "country")


def small(**changes: Any) -> BasemapData:
    return BasemapData(digest=repr(sorted(changes)), **changes)


def town(name: str, people: int | None, name_ar: str = "", lon_lat: Any = (-5.12345, 32.98765)):
    return Town(name, name_ar, (), "", name, people, lon_lat)


def test_a_town_is_named_from_its_own_zoom_the_largest_first():
    sizes = (300_000, 299_999, 120_000, 119_999, 50_000, 49_999, 15_000, 14_999, 0, None)
    towns = tuple(town(str(people), people) for people in reversed(sizes))
    found = json.loads(labels_bytes(small(towns=(*towns, town("x", 9, "", None))), "fr"))["labels"]
    named = [(text, zoom) for text, *_, zoom, _, kind, _ in found if kind == "town"]
    zooms = (6, 7, 7, 8, 8, 9, 9, 10, 10, 10)
    assert sorted(named, key=lambda n: n[1]) == named and dict(named) == {
        str(people): zoom for people, zoom in zip(sizes, zooms, strict=True)
    }
    assert [n for n, _ in named][:8] == [str(s) for s in sizes[:8]]


def test_a_town_keeps_its_latin_name_where_it_has_no_arabic_one():
    data = small(towns=(town("Tafraza", 5), town("Fès", 6, "فاس")))
    found = json.loads(labels_bytes(data, "ar"))["labels"]
    assert [label for label in found if label[5] == "town"] == [
        ["فاس", -5.123, 32.988, 10, 99, "town", 0],
        ["Tafraza", -5.123, 32.988, 10, 99, "town", 0],
    ]


def test_countries_are_named_by_their_size_and_never_beyond_zoom_eight():
    first = {
        text: (zoom, last) for text, _, _, zoom, last, kind in labels("fr") if kind == "country"
    }
    assert first["Algérie"] == (3, 8) and first["Tunisie"] == (4, 8)
    assert first["Croatie"] == (5, 8) and first["Rwanda"] == (6, 8)
    assert first["Maurice"] == (7, 8)
    kinds = {
        kind: (zoom, last)
        for _, _, _, zoom, last, kind in labels("fr")
        if kind not in ("sea", "town")
    }
    assert kinds["home"] == (2, 4) and kinds["market"] == (2, 8)
    assert kinds["region"] == (5, 7) and kinds["province"] == (8, 10)


def test_larger_markets_are_named_before_smaller_ones():
    texts = [text for text, *_, kind in labels("fr") if kind == "market"]
    assert texts.index("États-Unis") < texts.index("Allemagne") < texts.index("Qatar")


def test_a_name_stands_in_the_widest_place_of_a_shape():
    wide = shapely.box(0, 0, 4, 1).union(shapely.box(10, 0, 11, 4)).convex_hull
    assert inside(shapely.box(0, 0, 4, 2)) == pytest.approx((2, 1), abs=0.1)
    lon, lat = inside(wide)
    assert wide.contains(shapely.Point(lon, lat))
    # An upright and a lying bar of one area: names are wide, so the lying one is taken.
    lying, upright = shapely.box(0, 0, 6, 3), shapely.box(20, 0, 23, 6)
    joined = shapely.union_all([lying, upright, shapely.box(6, 1, 20, 1.01)])
    assert inside(joined)[0] < 6


def test_how_far_a_name_may_move_is_half_the_side_of_a_square_of_its_area():
    reach = {
        label[5]: label[6] for label in json.loads(labels_bytes(shipped_data(), "fr"))["labels"]
    }
    assert reach["town"] == 0
    (home,) = (
        label
        for label in json.loads(labels_bytes(shipped_data(), "fr"))["labels"]
        if label[5] == "home"
    )
    assert home[6] == pytest.approx(outline().area ** 0.5 / 2, abs=0.02)


def test_without_regions_the_shipped_outline_is_drawn_and_others_replace_it():
    assert morocco_of(small()).equals(outline())
    square = Area(
        "01", {"fr": "A"}, "01", 1, (0, 0), (0, 0, 1, 1), mapping(shapely.box(0, 0, 1, 1))
    )
    other = Area("02", {"fr": "B"}, "02", 1, (0, 0), (1, 0, 2, 1), mapping(shapely.box(1, 0, 2, 1)))
    assert morocco_of(small(regions=(square, other))).equals(shapely.box(0, 0, 2, 1))
    drawn = json.loads(basemap_bytes(small(regions=(square, other)), "morocco", "regions"))
    assert [points(line) for line in drawn["regions"]] == [[(1.0, 0.0), (1.0, 1.0)]]
    assert drawn["provinces"] == [] and len(drawn["outline"]) == 1


def test_lines_between_provinces_leave_out_those_between_regions():
    def area(code: str, box: tuple[float, float, float, float]) -> Area:
        outline_ = mapping(shapely.box(*box))
        return Area(code, {"fr": code}, code[:2], 1, (0, 0), box, outline_)

    data = small(
        regions=(area("01", (0, 0, 2, 1)), area("02", (2, 0, 3, 1))),
        provinces=(
            area("01.1", (0, 0, 1, 1)),
            area("01.2", (1, 0, 2, 1)),
            area("02.1", (2, 0, 3, 1)),
        ),
    )
    drawn = json.loads(basemap_bytes(data, "morocco", "regions"))
    assert [sorted(points(line)) for line in drawn["regions"]] == [[(2.0, 0.0), (2.0, 1.0)]]
    assert [sorted(points(line)) for line in drawn["provinces"]] == [[(1.0, 0.0), (1.0, 1.0)]]
