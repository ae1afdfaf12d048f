"""What verification decides and records; no input or output."""
