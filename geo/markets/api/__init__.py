"""Responses of the page Marchés: ranking, markets, gap matrix, statistics, missions, documents."""
