"""Coordinates and plus codes as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from geo.places import plus_code
from geo.places.coordinates import interpretations, parse_lon_lat

HERE = (-7.99, 31.63)


@pytest.mark.parametrize(
    "text",
    [
        "31.63, -7.99",
        "31,63 -7,99",
        "31,63; -7,99",
        "31.63 -7.99",
        "31.63,-7.99",
        "(31.63; -7.99)",
        "31,63,-7,99",
        "31° 37' 48\" N 7° 59' 24\" W",
        "31°37′48″N, 7°59′24″O",
        "N31 37.8 W7 59.4",
        "31 37 48 N 7 59 24 W",
        "7°59'24\"W 31°37'48\"N",
        "31°37'48''N 7°59'24''W",
        "31°37.8'N 7°59.4'W",
        "geo:31.63,-7.99",
        "https://www.google.com/maps/@31.63,-7.99,15z",
        "lat 31.63 lon -7.99",
        "https://www.google.com/maps/search/?api=1&query=31.63,-7.99",
        "31.63N 7.99W",
        "N 31.63, W 7.99",
        "https://www.openstreetmap.org/?mlat=31.63&mlon=-7.99#map=12/1/2",
        "31,63°N 7,99°O",
        "https://www.openstreetmap.org/#map=12/31.63/-7.99",
        "٣١٫٦٣ ، -٧٫٩٩",
        "31.63 شمالا 7.99 غربا",
        "31.63 et -7.99",
        "31.63° −7.99°",
        "latitude : 31.63 longitude : -7.99",
        "31.63 nord 7.99 ouest",
    ],
)
def test_a_usual_notation_is_read(text):
    assert parse_lon_lat(text) == pytest.approx(HERE, abs=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Fès",
        "12 rue X, Rabat",
        "31.63",
        "95, 200",
        "31.63 N 7.99 N",
        "31°70' N 7° W",
        "1 2 3 4 5 6 7",
        "31.63 -7.99 12",
        "-31.63 S 7 W",
        "inf, nan",
        "31.63.5, 7",
        "plus",
        "٣١",
    ],
)
def test_what_states_no_position_is_not_guessed(text):
    assert parse_lon_lat(text) is None


def test_small_negative_degrees_keep_their_sign():
    assert parse_lon_lat("31°0'0\"N -0°30'0\"") == pytest.approx((-0.5, 31.0))


def test_other_readings_are_offered():
    how = {r.how: r.lon_lat for r in interpretations((31.63, -7.99))}
    assert how["swapped"] == (-7.99, 31.63)
    assert (-7.99, 31.63) in [r.lon_lat for r in interpretations((7.99, 31.63)) if r.how == "west"]


@given(st.text(max_size=80))
def test_any_text_may_be_asked(text):
    found = parse_lon_lat(text)
    assert found is None or (abs(found[0]) <= 180 and abs(found[1]) <= 90)


@given(st.floats(-179.999, 179.999), st.floats(-89.99, 89.99))
def test_decimal_degrees_read_back(lon, lat):
    assert parse_lon_lat(f"{lat:.5f}, {lon:.5f}") == pytest.approx(
        (round(lon, 5), round(lat, 5)), abs=1e-9
    )


# The specification's own examples: code, latitude and longitude of its centre.
@pytest.mark.parametrize(
    ("code", "lat", "lon"),
    [
        ("7FG49Q00+", 20.375, 2.775),
        ("7FG49QCJ+2V", 20.3700625, 2.7821875),
        ("8FVC2222+22", 47.0000625, 8.0000625),
        ("4VCPPQGP+Q9", -41.2730625, 174.7859375),
        ("62G20000+", 0.5, -179.5),
        ("22220000+", -89.5, -179.5),
    ],
)
def test_plus_codes_are_read(code, lat, lon):
    assert plus_code.decode(code) == pytest.approx((lon, lat), abs=1e-6)


@given(st.floats(-180, 179.999), st.floats(-89.999, 89.999))
def test_a_plus_code_holds_its_point(lon, lat):
    back = plus_code.decode(plus_code.encode((lon, lat)))
    assert abs(back[0] - lon) <= 0.000064 and abs(back[1] - lat) <= 0.000064


@given(st.floats(-13, -1), st.floats(23, 35.5))
def test_a_short_code_is_found_again_from_nearby(lon, lat):
    full = plus_code.encode((lon, lat))
    assert plus_code.recover(full[4:], (lon + 0.2, lat - 0.2)) == pytest.approx(
        plus_code.decode(full)
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("JRG2+6V Marrakech", ("JRG2+6V", "Marrakech")),
        ("8C7FJ2JP+R4", ("8C7FJ2JP+R4", "")),
        ("abc+de", None),
        ("2+2", None),
        ("8F0R0000+", None),
        ("8F4R00+", None),
        ("J2JP+R", None),
    ],
)
def test_codes_are_told_from_words(text, found):
    assert plus_code.find(text) == found
