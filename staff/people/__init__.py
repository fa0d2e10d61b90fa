"""Members of staff: what happens to them, by which rules, and the rights that come with it."""
