"""Responses of the page Veille: reports, evidence chains, digests and publishing."""
