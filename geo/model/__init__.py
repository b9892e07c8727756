"""The records, the view and its address; parsing, validation and vocabularies."""
