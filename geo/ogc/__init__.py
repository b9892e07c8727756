"""OGC API - Features over the query engine: what is asked, what is answered; no HTTP."""
