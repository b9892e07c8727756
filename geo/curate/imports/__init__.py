"""Import of files that people send: read, parsed and planned; nothing is stored from here."""
