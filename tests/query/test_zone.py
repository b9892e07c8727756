"""The facilities inside what a person drew."""

from __future__ import annotations

import numpy as np
import pytest

from geo.model.records import Catalogue
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.query.zone import in_zone, site_lon_lat, zone_of
from tests.query.records import site

AT = {"in": (-5.0, 32.5), "out": (-4.2, 32.2), "west": (-6.0, 32.5), "none": None}
QUERY = Query(Catalogue("x", sites=tuple(site(k, lon_lat=at) for k, at in AT.items())))
TRIANGLE = ViewState(zone="-5.5,32;-4,33;-5.5,33")


def test_a_site_lies_in_a_zone_and_not_only_in_its_box():
    assert in_zone(QUERY, TRIANGLE).tolist() == [True, False, False, False]


@pytest.mark.parametrize("at", [(-6.1, 32), (-3.9, 32.5), (-5, 31.9), (-5, 33.1)])
def test_what_lies_beyond_one_side_is_outside(at):
    square = ViewState(zone="-6,32;-4,32;-4,33;-6,33")
    around = Query(Catalogue("x", sites=(site("a", lon_lat=at), site("b", lon_lat=(-5, 32.5)))))
    assert in_zone(around, square).tolist() == [False, True]


def test_a_ring_that_crosses_itself_holds_both_its_halves():
    bow = ViewState(zone="-6,32;-4,33;-4,32;-6,33")
    at = [(-5.8, 32.5), (-4.2, 32.5), (-5.0, 32.1)]
    query = Query(Catalogue("x", sites=tuple(site(str(p), lon_lat=p) for p in at)))
    assert in_zone(query, bow).tolist() == [True, True, False]
    assert zone_of(bow).is_valid


def test_positions_are_in_catalogue_order_and_unknown_ones_are_nan():
    lon, lat = site_lon_lat(QUERY)
    assert lon[:3].tolist() == [-5.0, -4.2, -6.0] and lat[:3].tolist() == [32.5, 32.2, 32.5]
    assert np.isnan(lon[3]) and np.isnan(lat[3])
    assert [len(c) for c in site_lon_lat(Query(Catalogue("y")))] == [0, 0]
