"""Public facts, by publisher."""
