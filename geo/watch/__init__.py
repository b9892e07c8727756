"""Page Veille: watch reports, their passages, the evidence chain, digests and publishing."""
