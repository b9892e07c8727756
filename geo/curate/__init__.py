"""Page Données: records, their quality and history, and the import of files."""
