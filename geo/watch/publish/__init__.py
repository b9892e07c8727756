"""Publishing of reports: from an uploaded file to its text, its entities and its record."""
