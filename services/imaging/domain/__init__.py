"""What imaging decides and records; no input or output."""
