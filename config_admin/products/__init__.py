"""The catalogue of products: pages, and what other modules ask of it."""
