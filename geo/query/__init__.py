"""Filters, counts, search and viewport over the records, by index."""
