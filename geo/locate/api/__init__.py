"""Responses of the page Localiser: places, nearby facilities, coverage, siting, printed pages."""
