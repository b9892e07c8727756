"""The command ``kharita``."""
