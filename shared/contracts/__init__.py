"""What is said between services."""
