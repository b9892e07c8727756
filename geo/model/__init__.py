"""Domain model: records, vocabularies, the view and its address, parsing and validation."""
