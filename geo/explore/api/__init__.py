"""What the routes of Carte answer."""
