"""Due diligence: rating the risk of customers, and reviewing it in time."""
