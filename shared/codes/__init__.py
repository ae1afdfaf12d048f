"""The nation's words: codes, numbers, names, days."""
