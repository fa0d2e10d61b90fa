"""How much work a page costs: CPU of the web process and of the database, and queries."""
