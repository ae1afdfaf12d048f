"""The use cases of identity; one module a subject, `identity.py` joins them."""
