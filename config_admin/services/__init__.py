"""The service catalogue: pages, and what other modules ask of it."""
