"""What the routes of Données answer."""
