"""Places of Morocco and the world: coordinates, distances, gazetteer, provinces, base map."""
