"""The page Carte: layers, facets, table and panel of what the filters leave."""
