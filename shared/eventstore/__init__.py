"""What is kept: events on PostgreSQL."""
