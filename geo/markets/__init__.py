"""The page Marchés: score, ranking, gap matrix, statistics, missions, trade figures."""
