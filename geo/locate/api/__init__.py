"""What the routes of Localiser answer."""
