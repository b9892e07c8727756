"""What the routes of Marchés answer."""
