"""Page Carte: the map with its filters, summary, table, panel and fairs."""
