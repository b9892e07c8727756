"""The page Données: import, record form, quality, history of changes."""
