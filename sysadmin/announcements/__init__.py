"""Announcements: published for a role and a branch, shown on every page until they are heeded."""
