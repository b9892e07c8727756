"""Responses of the page Carte: layers, facets, table rows, panels and fairs."""
