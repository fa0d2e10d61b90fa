"""Delegated authority: how much each post may decide on."""
