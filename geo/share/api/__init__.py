"""What the routes of Partager answer."""
