"""Incompatible duties: which roles are kept apart, and who holds both all the same."""
