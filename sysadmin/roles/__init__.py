"""What roles carry, and how that changes."""
