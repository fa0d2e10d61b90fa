"""Pages about the trails that are no list of their lines."""
