"""Pages that are generated from the code: pure functions that return text."""
