"""From a file to a report: its text, the entities proposed from it, the store it is published in."""
