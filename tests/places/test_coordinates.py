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


@pytest.mark.parametrize(
    ("text", "lon_lat"),
    [
        ("90, 180", (180, 90)),
        ("-90 -180", (-180, -90)),
        ("31° 59' 59\" N 7° 0' 0\" W", (-7, 31.99972222)),
        ("31 30 N 7 W", (-7, 31.5)),
        ("S 31, W 7", (-7, -31)),
        ("7 E 31 S", (7, -31)),
        ("W 7, N 31", (-7, 31)),
        ("7 O 31 N", (-7, 31)),
        ("N 31, 7", (7, 31)),
        ("31, 7 W", (-7, 31)),
        ("E 7, 31", (7, 31)),
        ("7 E, 31", (7, 31)),
        ("+31.5 -7.5", (-7.5, 31.5)),
        ("31 -7", (-7, 31)),
        ("31 7", (7, 31)),
        ("31,5 7", (7, 31.5)),
        ("31,5 -7,5", (-7.5, 31.5)),
        ("31,7", (7, 31)),
        ("31.5,7", (7, 31.5)),
        ("x 31 y 7", (7, 31)),
        ("31.5° 7.5°", (7.5, 31.5)),
        ("-0° 30' 0\" 5", (5, -0.5)),
        ("geo:-31.5,7", (7, -31.5)),
        ("a" * 380 + " geo:31,-7", (-7, 31)),
        ("https://x.org/!3d31.5!4d-7.25", (-7.25, 31.5)),
        ("https://maps.app/?q=31.5%2C-7.25", (-7.25, 31.5)),
    ],
)
def test_a_notation_gives_one_position(text, lon_lat):
    assert parse_lon_lat(text) == pytest.approx(lon_lat, abs=1e-8)


@pytest.mark.parametrize(
    "text",
    [
        "90.1, 0",
        "0, 180.1",
        "-90.1 0",
        "31 60 N 7 W",
        "31 30.5 10 N 7 W",
        "31.5 30 N 7 W",
        "N 31 E 7 W",
        "7 N 31 E 5",
        "31 N 7 N",
        "7 E 31 E",
        "N 31 S 7",
        "31 -7 N",
        "31 N",
        "N S 31 7",
        "31 7 N N",
        "rue 31 7",
        "1 2 3 4 5 6 7 8",
        "a" * 400 + " geo:31,-7",
    ],
)
def test_what_contradicts_itself_is_no_position(text):
    assert parse_lon_lat(text) is None


@pytest.mark.parametrize(
    ("lon_lat", "others"),
    [
        ((7, 31), [((31, 7), "swapped"), ((-7, 31), "west"), ((-31, 7), "west")]),
        ((-7, 31), [((31, -7), "swapped"), ((-31, -7), "west")]),
        ((90, -5), [((-5, 90), "swapped"), ((-90, -5), "west")]),
        ((91, 5), [((-91, 5), "west")]),
        ((-91, 5), []),
        ((0, 0), [((0, 0), "swapped")]),
        ((90, 5), [((5, 90), "swapped"), ((-90, 5), "west"), ((-5, 90), "west")]),
    ],
)
def test_likely_corrections_are_offered_after_what_was_typed(lon_lat, others):
    found = [(r.lon_lat, r.how) for r in interpretations(lon_lat)]
    assert found == [(lon_lat, "as_typed"), *others]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("8C7FJ2JP+", ("8C7FJ2JP+", "")),
        ("8C000000+", ("8C000000+", "")),
        ("8C7F0000+, Rabat", ("8C7F0000+", "Rabat")),
        ("8C7FJ200+", ("8C7FJ200+", "")),
        ("8C7F0000+22", None),
        ("80000000+", None),
        ("00000000+", None),
        ("JP+R4", None),
        ("2JP+R4", None),
        ("J2JP+R4", ("J2JP+R4", "")),
        ("7FJ2JP+R4 ", ("7FJ2JP+R4", "")),
        ("j2jp+r4x", ("J2JP+R4X", "")),
        ("J2JP+", None),
        ("8C7FJ2JP+R", None),
        ("Café, J2JP+R4", ("J2JP+R4", "Café")),
        ("xJ2JP+R4", None),
        ("J2JP+R4+", None),
    ],
)
def test_a_plus_code_is_found_in_a_text_and_the_rest_is_its_place(text, found):
    assert plus_code.find(text) == found


@pytest.mark.parametrize(
    ("lon_lat", "code"),
    [
        ((2.775, 20.375), "7FG49QGG+22"),
        ((0, 0), "6FG22222+22"),
        ((-180, -90), "22222222+22"),
        ((180, 90), "C2X2X2X2+X2"),
        ((179.99999, 89.99999), "CVXXXXXX+XX"),
        ((0.000125, 0.000125), "6FG22222+33"),
        ((-7.99, 31.63), "8C3JJ2J6+22"),
    ],
)
def test_a_position_has_one_code_of_ten_digits(lon_lat, code):
    assert plus_code.encode(lon_lat) == code


@pytest.mark.parametrize("code", ["J2JP+R4", "8C7F+22", "X2222222+22", "2X222222+22"])
def test_a_short_code_and_one_beyond_the_earth_are_not_decoded(code):
    with pytest.raises(ValueError):
        plus_code.decode(code)


def test_digits_after_ten_divide_a_cell_in_five_by_four():
    west, south = plus_code.decode("6FG22222+22")
    assert plus_code.decode("6FG22222+222") == pytest.approx((0.000125 / 8, 0.000125 / 10))
    lon, lat = plus_code.decode("6FG22222+22X")
    assert (lon, lat) == pytest.approx((0.000125 * 7 / 8, 0.000125 * 9 / 10))
    assert (west, south) == pytest.approx((0.0000625, 0.0000625))


@pytest.mark.parametrize(
    ("code", "near", "full"),
    [
        ("J2JP+R4", (-7.9, 31.6), "8C3JJ2JP+R4"),
        ("2222+22", (-0.01, 0.01), "6FG22222+22"),
        ("2222+22", (0.99, 0.99), "6FH32222+22"),
        ("XX+XX", (0.001, 0.001), None),
    ],
)
def test_a_short_code_means_the_nearest_of_its_places(code, near, full):
    lon, lat = plus_code.recover(code, near)
    if full:
        assert (lon, lat) == pytest.approx(plus_code.decode(full))
    step = 20.0 ** (2 - (8 - code.index("+")) // 2)
    assert abs(lon - near[0]) <= step / 2 and abs(lat - near[1]) <= step / 2
