"""What is said about requests, and what is checked."""
