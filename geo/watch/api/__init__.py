"""What the routes of Veille answer."""
