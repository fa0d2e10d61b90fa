"""Calendars: pages, and the arithmetic of working time."""
