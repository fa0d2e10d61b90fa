"""Customer files on their way into the bank: reading, understanding, checking, loading."""
