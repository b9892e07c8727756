"""The query engine: filters, facet counts, text search and viewport over indexed records.

Everything is derived from one immutable catalogue (``current``) and read-only. Also here, because
several pages need them: parsing of requests and the match of suppliers.
"""
