"""Geography: coordinates, distances, gazetteer, geocoding, point in polygon, base map.

Every pair is (lon, lat) in degrees, EPSG:4326, unless its name says otherwise.
"""
