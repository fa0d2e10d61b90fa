"""Service requests: entered, taken, worked at, resolved."""
