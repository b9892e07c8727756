"""Exports: the records of a view as files that other programs open."""
