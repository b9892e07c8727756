"""Check the seed facts that lie beside this file.

Standard library only; shapely, when present, adds geometry validity.

Usage: python check_facts.py   (exit status 0 when every check passes)
"""

import collections
import csv
import gzip
import json
import math
import pathlib
import re
import sys
from functools import cache

HERE = (
    pathlib.Path(sys.argv[1])
    if len(sys.argv) > 1
    else pathlib.Path(__file__).resolve().parent.parent / "data" / "sources"
)
CRAFTS = set(
    [
        "tapis_tissage",
        "cuir_maroquinerie",
        "poterie_ceramique",
        "bois_marqueterie",
        "broderie_couture",
        "bijouterie",
        "ferronnerie",
        "vannerie",
        "dinanderie_metal",
        "zellige",
        "produits_terroir_cosmetique",
        "vetement_traditionnel",
        "pierre_marbre_platre",
        "babouches",
        "autre",
    ]
)
SITE_KINDS = set(
    [
        "espace_commercialisation",
        "complexe_artisanal",
        "centre_formation",
        "village_artisanal",
        "maison_artisane",
        "autre",
        "zone_activites",
        "ensemble_artisanal",
        "musee_atelier",
        "maison_artisan",
        "dar_maalma",
    ]
)
STATUSES = {"active", "planned", "under_construction"}
ACTOR_KINDS = set(
    [
        "department_store",
        "retail_chain",
        "importer_wholesaler",
        "marketplace",
        "concept_store",
        "museum_shop",
        "designer_brand",
        "trade_fair",
        "hotel_contract",
        "other",
    ]
)
SCOPES = {"total", "market", "craft", "market_craft", "city"}
GROUPS = {
    "",
    "europe",
    "eu",
    "other_europe",
    "benelux",
    "arab_countries",
    "africa",
    "north_america",
    "other",
}
SHARE_BASES = {
    "",
    "total",
    "arab_countries",
    "africa",
    "north_america",
    "carpets_from_casablanca",
    "carpets_from_marrakech_to_other_europe",
    "see_note",
}
WORLD = {"europe", "north_america", "middle_east", "africa", "asia", "oceania"}
PRECISIONS = {"", "building", "town", "commune", "province", "city"}
COUNTS = {
    "sites.csv": 153,
    "towns.csv": 507,
    "communes.csv": 1503,
    "markets.csv": 34,
    "hs_codes.csv": 44,
}
TOLERANCE_KM = 5.0
MOROCCO_BOX = (-17.3, 20.6, -0.9, 36.1)
MAX_BYTES = {"regions.geojson": 60_000, "provinces.geojson": 180_000}
# Files whose rows come from one data set; the data set is named in README.md. Every other file
# carries its sources per row.
FILE_LEVEL_SOURCE = {
    "towns.csv": "GeoNames",
    "communes.csv": "RGPH",
    "hs_codes.csv": "HS",
    "markets.csv": "CLDR",
}
ROW_SOURCE = {
    "sites.csv": "sources",
    "exports.csv": "source_url",
    "actors.csv": "source_url",
    "programmes.csv": "source_url",
    "craft_geography.csv": "sources",
}
KNOWN = {
    *FILE_LEVEL_SOURCE,
    *ROW_SOURCE,
    "README.md",
    "check_facts.py",
    "morocco_outline.geojson",
    "regions.geojson",
    "provinces.geojson",
} | {
    "countries_50m.geojson.gz",
    "countries_110m.geojson.gz",
    "synonyms.csv",
    "report_titles.csv",
}  # files added by others are named, not judged
WORLDS = (("countries_50m.geojson.gz", 230), ("countries_110m.geojson.gz", 170))
MARKET_POSITIONS = (
    ("capital_lon", 180),
    ("capital_lat", 90),
    ("label_lon", 180),
    ("label_lat", 90),
)
MARKET_TEXTS = (
    "name_fr",
    "name_ar",
    "name_en",
    "trade_agreement_with_morocco",
    "agreement_source",
)
#: Columns of exports.csv that hold figures and remarks; the others are keys.
EXPORT_FIGURES = (
    "id",
    "value_mdh",
    "share_pct",
    "growth_pct",
    "value_original",
    "approx",
    "note_fr",
)
#: Scope of an export statement -> whether it has a market, a craft, an exit city.
EXPORT_KEYS = {
    "total": (0, 0, 0),
    "market": (1, 0, 0),
    "craft": (0, 1, 0),
    "market_craft": (1, 1, 0),
}
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:work|home|root|tmp|usr|opt|mnt|Users)/")

problems = []


def bad(*parts):
    problems.append(" ".join(str(p) for p in parts))


@cache
def rows_of(name):
    with open(HERE / name, encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        header = reader.fieldnames or []
        for column in header:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", column):
                bad(name, "header not snake_case:", column)
            if "quote" in column:
                bad(name, "quote column:", column)
        rows = list(reader)
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values():
            bad(name, "line", number, "wrong number of cells")
    if len({tuple(r.values()) for r in rows}) != len(rows):
        bad(name, "duplicate rows")
    if name in COUNTS and len(rows) != COUNTS[name]:
        bad(name, "has", len(rows), "rows, expected", COUNTS[name])
    return rows


def rings(geometry):
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [ring for part in parts for ring in part]


def inside(lon, lat, geometry):
    hit = False
    for ring in rings(geometry):
        for (x1, y1), (x2, y2) in zip(ring, ring[1:]):
            if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
                hit = not hit
    return hit


def distance_km(lon, lat, geometry):
    """Distance to the polygon, 0 inside (local flat earth: good to a few metres at 5 km)."""
    if inside(lon, lat, geometry):
        return 0.0
    kx, ky = 111.32 * math.cos(math.radians(lat)), 110.95
    best = math.inf
    for ring in rings(geometry):
        for (x1, y1), (x2, y2) in zip(ring, ring[1:]):
            ax, ay, bx, by = (x1 - lon) * kx, (y1 - lat) * ky, (x2 - lon) * kx, (y2 - lat) * ky
            dx, dy = bx - ax, by - ay
            length = dx * dx + dy * dy
            t = 0.0 if length == 0 else max(0.0, min(1.0, -(ax * dx + ay * dy) / length))
            best = min(best, math.hypot(ax + t * dx, ay + t * dy))
    return best


def number(name, row, column, low=-math.inf, high=math.inf, integer=False):
    text = row[column]
    if text == "":
        return None
    try:
        value = int(text) if integer else float(text)
    except ValueError:
        bad(name, key(row), column, "is not a number:", text)
        return None
    if not low <= value <= high:
        bad(name, key(row), column, "out of range:", value)
    return value


def key(row):
    return row.get("id") or row.get("code") or row.get("geoname_id") or next(iter(row.values()))


def unique(name, rows, *columns):
    counts = collections.Counter(tuple(r[c] for c in columns) for r in rows)
    for value, count in counts.items():
        if count > 1 or not all(value[:1]):
            bad(name, "not unique or empty:", value)


def listed(name, row, column, allowed, many=False):
    values = [v for v in row[column].split(";") if v] if many else [row[column]]
    if len(set(values)) != len(values):
        bad(name, key(row), column, "repeats a value")
    for value in values:
        if value not in allowed:
            bad(name, key(row), column, "unknown code:", value)


def position(name, row, box, precisions=PRECISIONS):
    lon, lat = number(name, row, "lon", -180, 180), number(name, row, "lat", -90, 90)
    if (lon is None) != (lat is None):
        bad(name, key(row), "has only one of lon and lat")
    if lon is None or lat is None:
        if row.get("position_precision"):
            bad(name, key(row), "precision without a position")
        return None
    if not (box[0] <= lon <= box[2] and box[1] <= lat <= box[3]):
        bad(name, key(row), "outside the expected box:", lon, lat)
    if row["position_precision"] not in precisions - {""}:
        bad(name, key(row), "position without a precision")
    return lon, lat


def urls(name, row, column):
    if not row[column]:
        return bad(name, key(row), "has no source")
    for url in row[column].split(";"):
        if not re.fullmatch(r"https?://[^\s\"<>]+", url):
            bad(name, key(row), "odd source:", url)


def short(name, row, column, words=25):
    if len(row[column].split()) > words:
        bad(name, key(row), column, "is longer than", words, "words")


def check_ring(name, feature, ring):
    if ring[0] != ring[-1] or len(ring) < 4:
        bad(name, feature["properties"], "open or tiny ring")
    for lon, lat in ring:
        if (
            not (-180 <= lon <= 180 and -90 <= lat <= 90)
            or round(lon, 5) != lon
            or round(lat, 5) != lat
        ):
            bad(name, feature["properties"], "coordinate", lon, lat)
    for (x1, y1), (x2, _) in zip(ring, ring[1:]):
        if abs(x2 - x1) > 180 and y1 > -89.9:
            bad(name, feature["properties"], "ring crosses the antimeridian")


@cache
def load_geo(name):
    raw = (HERE / name).read_bytes()
    if name in MAX_BYTES and len(raw) > MAX_BYTES[name]:
        bad(name, "is", len(raw), "bytes")
    data = json.loads(gzip.decompress(raw) if name.endswith(".gz") else raw)
    for feature in data["features"]:
        for ring in rings(feature["geometry"]):
            check_ring(name, feature, ring)
    try:
        from shapely.geometry import shape
    except ImportError:
        return data["features"]
    for feature in data["features"]:
        if not shape(feature["geometry"]).is_valid:
            bad(name, feature["properties"], "invalid geometry")
    return data["features"]


@cache
def areas(name):
    return {f["properties"]["code"]: f for f in load_geo(name)}


def check_areas():
    regions, provinces = areas("regions.geojson"), areas("provinces.geojson")
    if (len(regions), len(provinces)) != (12, 75):
        bad("expected 12 regions and 75 provinces, found", len(regions), len(provinces))
    for code, f in provinces.items():
        if f["properties"]["region_code"] != code[:2] or code[:2] not in regions:
            bad("provinces.geojson", code, "wrong region")
    for year in ("2014", "2024"):
        totals = collections.Counter()
        for f in provinces.values():
            totals[f["properties"]["region_code"]] += f["properties"][f"population_{year}"]
        for code, region in regions.items():
            if totals[code] != region["properties"][f"population_{year}"]:
                bad("population", year, "of region", code, "is not the sum of its provinces")
    if len(load_geo("morocco_outline.geojson")) != 1:
        bad("morocco_outline.geojson should hold one feature")


def check_countries():
    for name, least in WORLDS:
        features = load_geo(name)
        if len(features) < least:
            bad(name, "has only", len(features), "countries")
        names = [f["properties"]["name_source_data"] for f in features]
        if len(set(names)) != len(names):
            bad(name, "country listed twice")
        for f in features:
            if not all(f["properties"][k] for k in ("name_fr", "name_ar", "name_en")):
                bad(name, f["properties"], "nameless")


def in_region(name, row, point):
    regions, provinces = areas("regions.geojson"), areas("provinces.geojson")
    rc, pc = row["region_code"], row.get("province_code", "")
    if rc not in regions:
        return bad(name, key(row), "unknown region", rc)
    if pc and (pc not in provinces or pc[:2] != rc):
        return bad(name, key(row), "unknown province", pc)
    if row.get("region_fr") and row["region_fr"] != regions[rc]["properties"]["name_fr"]:
        bad(name, key(row), "region name", row["region_fr"])
    if row.get("province_fr") and row["province_fr"] != provinces[pc]["properties"]["name_fr"]:
        bad(name, key(row), "province name", row["province_fr"])
    if point:
        for what, feature in (("region", regions[rc]), ("province", provinces.get(pc))):
            if feature and (km := distance_km(*point, feature["geometry"])) > TOLERANCE_KM:
                bad(name, key(row), f"lies {km:.1f} km outside its {what}")


def check_sites():
    n = "sites.csv"
    unique(n, rows_of(n), "id")
    unique(n, rows_of(n), "name_fr", "province_code")
    for r in rows_of(n):
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", r["id"]):
            bad(n, r["id"], "is not a slug")
        listed(n, r, "kind", SITE_KINDS)
        listed(n, r, "status", STATUSES)
        listed(n, r, "crafts", CRAFTS, many=True)
        listed(n, r, "women_only", {"0", "1", ""})
        listed(n, r, "rural", {"0", "1", ""})
        number(n, r, "year_opened", 1900, 2030, integer=True)
        number(n, r, "capacity_artisans", 1, 100_000, integer=True)
        number(n, r, "area_m2", 10, 1_000_000)
        number(n, r, "budget_mad", 10_000, 1_000_000_000)
        if r["source_date"] and not re.fullmatch(r"\d{4}(-\d{2}){0,2}", r["source_date"]):
            bad(n, r["id"], "odd date", r["source_date"])
        urls(n, r, "sources")
        short(n, r, "fact_fr")
        in_region(n, r, position(n, r, MOROCCO_BOX))


def check_towns():
    n = "towns.csv"
    unique(n, rows_of(n), "geoname_id")
    for r in rows_of(n):
        in_region(n, r, position(n, r, MOROCCO_BOX))
        number(n, r, "population", 0, 10_000_000, integer=True)
    ids = {r["geoname_id"] for r in rows_of(n)}
    for name in ("sites.csv", "communes.csv", "craft_geography.csv"):
        for r in rows_of(name):
            if r["geoname_id"] and r["geoname_id"] not in ids:
                bad(name, key(r), "unknown GeoNames id", r["geoname_id"])


def check_communes():
    n = "communes.csv"
    communes = rows_of(n)
    unique(n, communes, "code")
    placed = [r["geoname_id"] for r in communes if r["geoname_id"]]
    if len(set(placed)) != len(placed):
        bad(n, "uses one GeoNames place twice")
    for year in ("2014", "2024"):
        totals = collections.Counter()
        for r in communes:
            totals[r["province_code"]] += int(r[f"population_{year}"] or 0)
        for code, f in areas("provinces.geojson").items():
            if totals[code] != f["properties"][f"population_{year}"]:
                bad(n, code, year, "does not add up to its province")
    for r in communes:
        listed(n, r, "milieu", {"urbain", "rural"})
        in_region(n, r, position(n, r, MOROCCO_BOX))
        if not r["code"].startswith(r["province_code"]):
            bad(n, r["code"], "is not under", r["province_code"])


def check_geography():
    n = "craft_geography.csv"
    unique(n, rows_of(n), "craft", "town", "region_code")
    for r in rows_of(n):
        listed(n, r, "craft", CRAFTS)
        urls(n, r, "sources")
        in_region(n, r, position(n, r, MOROCCO_BOX))


def check_markets():
    n = "markets.csv"
    for column in ("iso2", "iso3", "iso_n3"):
        unique(n, rows_of(n), column)
    for r in rows_of(n):
        listed(n, r, "region_of_world", WORLD)
        listed(n, r, "evidence", {"published", "assumed"})
        for column, size in MARKET_POSITIONS:
            if number(n, r, column, -size, size) is None:
                bad(n, r["iso2"], "lacks", column)
        if not (
            len(r["iso2"]) == 2 and len(r["iso3"]) == 3 and re.fullmatch(r"\d{3}", r["iso_n3"])
        ):
            bad(n, r["iso2"], "odd codes")
        if not all(r[c] for c in MARKET_TEXTS):
            bad(n, r["iso2"], "has an empty cell")


def market_codes():
    return {r["iso2"] for r in rows_of("markets.csv")}


def check_exports():
    n = "exports.csv"
    exports = rows_of(n)
    unique(n, exports, "id")
    unique(n, exports, *[c for c in exports[0] if c not in EXPORT_FIGURES])
    shares = collections.defaultdict(float)
    for r in exports:
        check_export_keys(r)
        if not any(r[c] for c in ("value_mdh", "share_pct", "growth_pct", "value_original")):
            bad(n, r["id"], "holds no figure")
        number(n, r, "value_mdh", 0, 100_000)
        share = number(n, r, "share_pct", 0, 100)
        number(n, r, "growth_pct", -100, 10_000)
        if bool(r["share_pct"]) != bool(r["share_base"]) or bool(r["value_original"]) != bool(
            r["unit_original"]
        ):
            bad(n, r["id"], "figure without its base or unit")
        if share and r["market_group"] == "" and r["share_base"] != "see_note":
            shares[
                r["period_start"], r["period_end"], r["scope"], r["share_base"], r["source_url"]
            ] += share
        urls(n, r, "source_url")
    for where, total in shares.items():
        if total > 100.5:
            bad(n, "shares add up to", total, where)


def check_export_keys(r):
    n = "exports.csv"
    for column in ("period_start", "period_end"):
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", r[column]):
            bad(n, r["id"], column, r[column])
    if r["period_start"] > r["period_end"]:
        bad(n, r["id"], "ends before it starts")
    listed(n, r, "scope", SCOPES)
    listed(n, r, "market_group", GROUPS)
    listed(n, r, "craft", CRAFTS, many=True)
    listed(n, r, "share_base", SHARE_BASES)
    if r["market_iso2"] and (r["market_iso2"] not in market_codes() or r["market_group"]):
        bad(n, r["id"], "market", r["market_iso2"], r["market_group"])
    market = bool(r["market_iso2"] or r["market_group"])
    found = (int(market), int(bool(r["craft"])), int(bool(r["exit_city"])))
    expected = EXPORT_KEYS.get(r["scope"])
    if (expected and found != expected) or (r["scope"] == "city" and not r["exit_city"]):
        bad(n, r["id"], "scope", r["scope"], "does not fit its keys")


def check_actors():
    n = "actors.csv"
    countries = {f["properties"]["iso2"] for name, _ in WORLDS for f in load_geo(name)}
    unique(n, rows_of(n), "id")
    unique(n, rows_of(n), "name", "country_iso2")
    for r in rows_of(n):
        listed(n, r, "kind", ACTOR_KINDS)
        listed(n, r, "crafts", CRAFTS, many=True)
        if r["country_iso2"] not in countries:
            bad(n, r["id"], "country", r["country_iso2"])
        number(n, r, "year", 1950, 2030, integer=True)
        position(n, r, (-180, -90, 180, 90), {"city"})
        if bool(r["city"]) != bool(r["lon"]):
            bad(n, r["id"], "city and position disagree")
        urls(n, r, "source_url")
        short(n, r, "relation_fr")


def check_hs_codes():
    n = "hs_codes.csv"
    for r in rows_of(n):
        listed(n, r, "craft", CRAFTS)
        if not re.fullmatch(r"\d{4}", r["hs4"]) or any(
            not re.fullmatch(r["hs4"] + r"\d\d", c) for c in r["hs6_children"].split(";")
        ):
            bad(n, r["hs4"], "odd code")


def check_programmes():
    n = "programmes.csv"
    unique(n, rows_of(n), "id")
    for r in rows_of(n):
        number(n, r, "figure", 0)
        urls(n, r, "source_url")
        short(n, r, "fact_fr")


def check_words():
    n = "synonyms.csv"
    codes = {
        "craft": CRAFTS,
        "buyer": ACTOR_KINDS,
        "site": SITE_KINDS,
        "status": STATUSES,
        "market": market_codes(),
    }
    unique(n, rows_of(n), "group", "word")
    for r in rows_of(n):
        listed(n, r, "lang", {"fr", "ar", "en"})
        kind, _, code = r["group"].partition(":")
        if (
            not code
            or (kind in codes and code not in codes[kind])
            or kind not in {*codes, "town", "city", "word"}
        ):
            bad(n, r["group"], "unknown group")
    n = "report_titles.csv"
    unique(n, rows_of(n), "id")
    if {r["id"] for r in rows_of(n)} != {r["id"] for r in rows_of("reports.csv")}:
        bad(n, "does not name the same reports as reports.csv")


def check_folder():
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    for path in sorted(HERE.iterdir()):
        if path.is_dir():
            continue
        if path.name not in KNOWN:
            print("NOTE", path.name, "is not covered by this check")
            continue
        if path.name not in readme and path.name != "README.md":
            bad("README.md does not describe", path.name)
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
        if path.name != "check_facts.py" and MACHINE_PATH.search(text):
            bad(path.name, "contains a machine path:", MACHINE_PATH.search(text).group())
    for name, word in FILE_LEVEL_SOURCE.items():
        if word not in readme:
            bad("README.md does not name the source of", name)


CHECKS = (
    check_areas,
    check_countries,
    check_sites,
    check_towns,
    check_communes,
    check_geography,
    check_markets,
    check_exports,
    check_actors,
    check_hs_codes,
    check_programmes,
    check_words,
    check_folder,
)


def main():
    """Run every check; the exit status is 1 when something is wrong."""
    for check in CHECKS:
        check()
    for line in problems:
        print("PROBLEM", line)
    print(f"{len(problems)} problem(s)")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
