"""A bank of any size, invented and set-based: the same rows for the same seed and day."""
