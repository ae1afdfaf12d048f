"""Verification: reports with a code that anyone may check."""
