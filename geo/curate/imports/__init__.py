"""Files as people send them, read, understood and planned: nothing is stored from here."""
