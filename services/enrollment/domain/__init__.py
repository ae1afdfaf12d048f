"""What enrollment decides and records; no input or output."""
