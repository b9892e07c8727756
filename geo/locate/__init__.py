"""Page Localiser: nearest facilities, coverage, siting and corrections of delegates."""
