"""Words and labels in French, Arabic and English, from the gettext catalogues."""
