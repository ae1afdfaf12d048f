"""The use cases of imaging; one module a subject, `imaging.py` joins them."""
