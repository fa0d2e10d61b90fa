"""Why somebody can or cannot do something: what their grants give, and what is in the way."""
