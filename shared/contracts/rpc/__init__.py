"""Requests, by the service that answers."""
