"""Promises made to customers, and how they are kept."""
