"""What the HTTP routes answer: plain dictionaries, every text in the reader's language."""
