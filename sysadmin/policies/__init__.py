"""Policies: which operations wait for a second person."""
