"""The schema of the shared database, step by step (``python -m geo.store.migrate``)."""
