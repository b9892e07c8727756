"""Routes of the Locate page and its printed pages, through Starlette, over the shipped data."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from shapely import Point
from starlette.testclient import TestClient

from geo.i18n.words import catalogue as messages
from geo.locate.locator import locator, zone_of
from geo.model.view import ViewState
from tests.web_app import web_app

IMILCHIL = "town:2546187"
HOSTILE = '<img src=x onerror="window.hit=1">${alert(1)}</script>'


@pytest.fixture(scope="module")
def client():
    return TestClient(web_app())


def texts(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in texts(v)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_no_key_is_left_untranslated(client, lang):
    keys = set(messages("fr"))
    for path in (
        "/api/places?text=tazarine",
        "/api/places?text=31,5",
        "/api/places?text=JRG2%2B6V",
        f"/api/near?place={IMILCHIL}&km=10",
        "/api/near?place=2.3,48.8",
        "/api/near?nearest=within",
        "/api/coverage?craft=zellige&cover=region&coming=yes",
        "/api/siting?new=3&where=rural&apart=25",
        "/api/siting?pin=99.999",
        "/api/siting",
        f"/api/reach?reach=yes&place={IMILCHIL}",
        "/api/near?place=-5,34;Rue",
    ):
        answer = client.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        assert answer.status_code == 200, path
        assert not keys & set(texts(answer.json())), path


@pytest.mark.parametrize("typed", ["", " ", HOSTILE, "x" * 5000, "\x00", "🕌", "٣١٫٦", "1/0", "%"])
def test_whatever_is_typed_is_answered(client, typed):
    answer = client.get(f"/api/places?text={quote(typed)}")
    assert answer.status_code == 200 and isinstance(answer.json()["items"], list)


def test_the_answer_has_what_a_delegate_needs(client):
    answer = client.get(f"/api/near?place={IMILCHIL}&nearest=20").json()
    assert answer["place"]["name"] == "Imilchil" and len(answer["items"]) == 20
    metres = [i["metres"] for i in answer["items"]]
    assert metres == sorted(metres)
    for item in answer["items"]:
        assert (
            item["kind"] and item["status"] and item["town"] and item["distance"] and item["road"]
        )
        assert len(item["known"]) == 2 and item["links"][0]["href"].startswith("geo:")
    assert "1,34" in answer["method"] and "estimation" in answer["method"]


def test_filters_narrow_what_is_near(client, query):
    answer = client.get(
        f"/api/near?place={IMILCHIL}&nearest=20&craft=zellige&women=no&status=active"
    ).json()
    found = [query.catalogue.sites[query.catalogue.site_row[i["sel"][5:]]] for i in answer["items"]]
    assert found and all(
        "zellige" in s.crafts and not s.women_only and s.status == "active" for s in found
    )


def test_within_a_radius_nothing_is_farther(client):
    answer = client.get(f"/api/near?place={IMILCHIL}&nearest=within&km=100").json()
    assert answer["items"] and max(i["metres"] for i in answer["items"]) <= 100_000


def test_a_facility_is_not_its_own_nearest(client, query):
    site = next(s for s in query.catalogue.sites if s.lon_lat)
    answer = client.get(f"/api/near?place=site:{site.id}").json()
    assert (
        f"site:{site.id}" not in [i["sel"] for i in answer["items"]]
        and answer["place"]["name"] == site.name
    )


def test_a_commune_without_position_says_so(client, query):
    commune = next(c for c in query.catalogue.communes if not c.lon_lat)
    answer = client.get(f"/api/near?place=commune:{commune.code}").json()
    assert "milieu de la province" in answer["place"]["note"] and answer["items"]


@pytest.mark.parametrize("place", ["town:0", "site:none", "region:99", "commune:99.999"])
def test_an_unknown_place_is_said(client, place):
    answer = client.get(f"/api/near?place={place}")
    assert answer.status_code == 200 and "n’existe pas" in answer.json()["empty"]


@pytest.mark.parametrize(
    "zone", ["-8,31;-6,31;-6,33;-8,33", "-9,30;-4,30;-9,34;-4,34", "-1,1;-2,1;-2,2"]
)
def test_marks_list_and_coverage_of_a_zone_agree(client, query, zone):
    counted = [
        s
        for s, inside in zip(
            query.catalogue.sites,
            locator(query).passing(ViewState(zone=zone, status=("active",))),
            strict=True,
        )
        if inside
    ]
    box = "bbox=-20,20,0,37&zoom=7"
    drawn = client.get(f"/api/layers/sites?{box}&zone={zone}&status=active").json()
    assert sum(f["properties"].get("n", 1) for f in drawn["features"]) == len(counted)
    assert drawn["tags"] == []  # what has no position lies in no zone
    listed = client.get(f"/api/near?zone={zone}&status=active").json()
    assert len(listed["items"]) == min(len(counted), 200)
    slow = [
        s
        for s in query.catalogue.sites
        if s.status == "active"
        and s.lon_lat
        and zone_of(ViewState(zone=zone)).contains(Point(s.lon_lat))
    ]
    assert slow == counted
    bbox = client.get(f"/api/bounds?zone={zone}&status=active&layers=sites,maisons").json()["bbox"]
    if not counted:
        assert bbox is None
    else:
        lons, lats = zip(*(s.lon_lat for s in counted), strict=True)
        assert bbox == pytest.approx([min(lons), min(lats), max(lons), max(lats)], abs=1e-6)
    assert client.get(f"/api/layers/buyers?bbox=-180,-80,180,80&zoom=4&zone={zone}").json()[
        "features"
    ]


def test_a_mark_says_its_use_and_its_status(client):
    drawn = client.get("/api/layers/sites?bbox=-9,30,-4,34&zoom=12").json()["features"]
    alone = [f["properties"] for f in drawn if "n" not in f["properties"]]
    assert {p["form"] for p in alone} >= {"maison", "complex", "training", "sale"}
    assert {p.get("status", "active") for p in alone} == {"active", "under_construction", "planned"}
    assert all(("status" in p) == (p.get("open") is False) for p in alone)


def test_a_zone_keeps_what_lies_inside(client, query):
    zone = "-8,31;-7,31;-7,32;-8,32"
    answer = client.get(f"/api/near?place={IMILCHIL}&nearest=20&zone={zone}").json()
    assert answer["items"] and all(
        -8 <= i["lon"] <= -7 and 31 <= i["lat"] <= 32 for i in answer["items"]
    )


def test_siting_keeps_pins_and_bans(client):
    def ask(query):
        while True:
            answer = client.get(f"/api/siting?craft=zellige&{query}").json()
            if answer["state"] != "working":
                return answer

    first = ask("new=3")
    codes = [s["code"] for s in first["sites"]]
    assert len(codes) == 3 and first["sure"].startswith("C’est prouvé")
    without = ask(f"new=3&ban={codes[0]}")
    assert codes[0] not in [s["code"] for s in without["sites"]]
    assert sum(s["people"] for s in without["sites"]) <= sum(s["people"] for s in first["sites"])
    pinned = ask("new=3&pin=08.363.15.07")
    assert pinned["sites"][0]["code"] == "08.363.15.07" and pinned["sites"][0]["pinned"]


def test_siting_in_a_region_proposes_its_communes(client, query):
    answer = client.get("/api/siting?craft=zellige&new=2&region=09&where=rural").json()
    communes = {c.code: c for c in locator(query).census.all}
    assert answer["sites"] and all(
        communes[s["code"]].region == "09" and communes[s["code"]].rural for s in answer["sites"]
    )


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
@pytest.mark.parametrize("path", ["/sheet/08", "/sheet/12", "/argument"])
def test_printed_pages_are_whole_and_safe(client, path, lang):
    page = client.get(f"{path}?lang={lang}&craft=tapis_tissage&new=2")
    assert page.status_code == 200
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in page.text
    assert (
        "<script" not in page.text
        and "default-src 'none'" in page.headers["content-security-policy"]
    )
    assert not re.search(r">\s*(sheet|cover|siting|near|place)\.[a-z_]+\s*<", page.text)
    assert page.text.count("<svg") >= 2


def test_a_sheet_has_a_code_per_facility(client, query):
    page = client.get("/sheet/08?origin=published")
    sites = [s for s in query.catalogue.sites if s.region == "08" and s.provenance == "published"]
    assert len(sites) > 3 and page.text.count("<svg") == len(sites) + 2
    assert all(s.name.replace("'", "&#39;") in page.text for s in sites)


def test_there_is_no_sheet_of_an_unknown_region(client):
    assert client.get("/sheet/99").status_code == 404


@pytest.mark.parametrize(("code", "absent"), [("08", True), ("07", False)])
def test_a_region_that_no_programme_names_is_said_so(client, code, absent):
    page = client.get(f"/sheet/{code}").text
    assert (messages("fr")["sheet.no_programmes"] in page) is absent and messages("fr")[
        "sheet.programmes"
    ] in page


def test_an_address_is_looked_for_online_when_only_its_town_is_known(client):
    answer = client.get("/api/places?text=Rue%20Talaa%20Kebira,%20F%C3%A8s").json()
    assert (
        answer["items"][0]["name"] == "Fès"
        and not answer["sure"]
        and "pas connue hors ligne" in answer["note"]
    )
