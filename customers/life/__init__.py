"""Life and capacity of customers."""
