"""Pages about what customers hold with the bank; read-only, as other systems feed it."""
