"""What credentials decides and records; no input or output."""
