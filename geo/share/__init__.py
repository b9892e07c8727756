"""Page Partager: snapshots, briefs, atlas, minutes, offline map, exports and shared views."""
