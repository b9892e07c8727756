"""Page Marchés: score, ranking, gap matrix, published statistics, missions and trade figures."""
