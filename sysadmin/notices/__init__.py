"""Notifications: what somebody is told of a record, when they want to be told, and the bell."""
