"""Customers pointed out by one member of staff to another."""
