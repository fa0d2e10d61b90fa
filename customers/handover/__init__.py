"""Customers handed from one lead manager to another, with what is open about them."""
