"""The tests, room by room as the code."""
