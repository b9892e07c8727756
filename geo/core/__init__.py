"""Infrastructure: settings, errors, logging, background jobs, durable files, HTTP client."""
