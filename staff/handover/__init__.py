"""Handover: what one member of staff has in hand moves to another, in one transaction."""
