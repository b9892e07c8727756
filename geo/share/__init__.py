"""The page Partager: pictures, briefs, atlas, minutes, offline map, exports, shared views."""
