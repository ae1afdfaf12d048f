"""What identity decides and records; no input or output."""
