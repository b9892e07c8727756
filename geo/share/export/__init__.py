"""What the filters leave, as files other programs open."""
