"""The front door for user applications."""
