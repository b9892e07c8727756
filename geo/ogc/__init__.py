"""OGC API - Features over the query engine: collections, parameters, pages and routes."""
