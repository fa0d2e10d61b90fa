"""By when requests are done: worked out by pure functions, stored, and watched."""
