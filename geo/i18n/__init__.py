"""Localization: gettext catalogues, plurals, formats and labels in French, Arabic and English."""
