"""The real app read by OWSLib, and its OpenAPI document checked by schemathesis."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from owslib.ogcapi.features import Features
from schemathesis.specs.openapi.checks import positive_data_acceptance

from geo.ogc.collections import COLLECTIONS
from geo.ogc.parameters import EPSG3857, EPSG4326
from tests.web_app import web_app

site = web_app()
schema = schemathesis.openapi.from_asgi("/ogc/api?f=json&lang=en", site)


@schema.parametrize()
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_what_the_document_says(case):
    # A schema cannot say that a box or an interval begins before it ends: those are refused too.
    case.call_and_validate(excluded_checks=[positive_data_acceptance])


@pytest.fixture(scope="module")
def client(app):
    return Features(f"{app}/ogc")


def test_owslib_reads_the_interface(client):
    assert (
        client.links
        and "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
        in client.conformance()["conformsTo"]
    )
    assert client.api()["openapi"].startswith("3.0")
    assert client.feature_collections() == list(COLLECTIONS)
    assert client.collection("buyers")["extent"]["spatial"]["bbox"]


def test_owslib_reads_features_by_box_filter_and_page(client, query):
    page = client.collection_items("buyers", bbox=[5.0, 45.0, 16.0, 56.0], market="DE", limit=5)
    assert page["numberReturned"] == 5 <= page["numberMatched"]
    assert {f["properties"]["market"] for f in page["features"]} == {"DE"}
    nextpage = client.collection_items(
        "buyers", bbox=[5.0, 45.0, 16.0, 56.0], market="DE", limit=5, offset=5
    )
    assert not {f["id"] for f in page["features"]} & {f["id"] for f in nextpage["features"]}
    one = (
        client.collection_item("sites", query.catalogue.sites[0].id)
        if query.catalogue.sites[0].class_ == "site"
        else client.collection_item("maisons", query.catalogue.sites[0].id)
    )
    assert one["properties"]["name"] == query.catalogue.sites[0].name
    dated = client.collection_items("reports", datetime_="2025-01-01/..", crs=EPSG4326)
    assert dated["numberMatched"] > 0


def test_gdal_reads_layers_pages_boxes_and_systems(app, query):
    """GDAL's own client of the standard: it follows pages, sends boxes and asks for systems."""
    import pyogrio

    address = f"OAPIF:{app}/ogc"
    assert {name: kind for name, kind in pyogrio.list_layers(address)} == {
        "buyers": "Point",
        "sites": "Point",
        "maisons": "Point",
        "reports": "MultiPoint",
        "markets": "Point",
    }
    sites = pyogrio.read_dataframe(address, layer="sites", PAGE_SIZE="60")
    held = {s.id: s for s in query.catalogue.sites if s.class_ == "site"}
    assert len(sites) == len(held) and sites.geometry.notna().sum() == sum(
        s.lon_lat is not None for s in held.values()
    )
    inside = pyogrio.read_dataframe(address, layer="buyers", bbox=(5, 45, 16, 56))
    assert len(inside) == sum(
        bool(b.lon_lat and 5 <= b.lon_lat[0] <= 16 and 45 <= b.lon_lat[1] <= 56)
        for b in query.catalogue.buyers
    )
    metres = pyogrio.read_dataframe(address, layer="markets", CRS=EPSG3857)
    germany = metres[metres["market"] == "DE"].geometry.iloc[0]
    assert metres.crs == "EPSG:3857" and (germany.x, germany.y) == pytest.approx(
        (1_074_344.0, 6_621_000.0), rel=2e-3
    )
