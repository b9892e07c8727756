"""The web layer: access control, requests and responses, middleware, assets, health.

The routes of the pages lie in their rooms (``geo/*/api``); here is what all of them share.
"""
