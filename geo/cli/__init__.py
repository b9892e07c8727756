"""The command line ``kharita``: what the pages do, for scripts and nightly runs."""
