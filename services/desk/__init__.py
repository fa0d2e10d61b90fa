"""The desk at which agents work."""
