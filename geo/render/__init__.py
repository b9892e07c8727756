"""A view as a picture, a page, a slide or a file that opens with no network."""
