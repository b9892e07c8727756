"""Responses of the page Données: forms, changes, quality and imports."""
