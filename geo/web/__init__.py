"""HTTP routes served by the same process as the pages."""
