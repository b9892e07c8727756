"""The query engine: filters, counts, search, viewport, signals, requests and who can supply them.

Everything is derived from one immutable catalogue (``current``) and read-only. Also here, because
several pages need them: parsing of requests and the match of suppliers.
"""
