"""Credentials: graduation certificates and their registration (学历)."""
