"""Siting: where new facilities would bring most people within reach."""
