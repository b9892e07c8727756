"""Development scripts: generated docs, data checks, translations, mutation tests."""
