"""How the system is: for administrators as a page, for machines as figures."""
