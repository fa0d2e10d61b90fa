"""What happened to a customer, told in one stream."""
