"""What the bank must know of a customer before business begins."""
