"""Text processing: folding, sanitising, stemming, token index, CSV injection."""
