"""Who works which queue of requests."""
