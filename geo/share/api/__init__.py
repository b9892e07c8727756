"""Responses of the page Partager: snapshots, exports, briefs, minutes and shared views."""
