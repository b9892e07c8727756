"""Storage: records, their journal of changes, backups and the audit log.

Two stores with one interface (``ledger``): files with a journal, and PostGIS. Records keep the
JSON they came with; ``catalogue_builder`` parses and validates them into the immutable catalogue
that the other rooms read.
"""
