"""Who stands behind customers and beside them."""
