"""Dictionaries: tables of codes, their pages, and what other modules ask of them."""
