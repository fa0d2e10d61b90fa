"""Seals over the trails: what was written can be neither changed nor taken away unnoticed."""
