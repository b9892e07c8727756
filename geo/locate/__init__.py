"""The page Localiser: nearest facilities, coverage, siting, corrections of delegates."""
