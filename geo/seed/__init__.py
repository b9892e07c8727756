"""Rebuilds the data files from the sourced tables: published rows first, demo rows after."""
