"""What the bank hopes to sell to its customers, from first interest to won or lost."""
