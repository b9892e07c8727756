"""What every room stands on: settings, clock, errors, log, jobs, durable files, HTTP client."""
