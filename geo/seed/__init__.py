"""Seed data: rebuild the data files from sourced tables, published rows before demo rows."""
