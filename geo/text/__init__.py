"""Text as data: folding, cleaning, stemming, token index, cells that spreadsheets must not run."""
