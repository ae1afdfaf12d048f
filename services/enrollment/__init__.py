"""Enrollment: admission, student status and annual registration (学籍)."""
