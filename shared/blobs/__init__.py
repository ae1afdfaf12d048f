"""Files by their digest."""
