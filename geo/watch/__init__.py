"""The watch room: what reports say, where they say it, and what it leads to."""
