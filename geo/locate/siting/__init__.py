"""Where new facilities would bring most people within reach."""
