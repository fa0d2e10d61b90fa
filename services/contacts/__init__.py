"""Contacts with customers: calls, visits, meetings and messages."""
