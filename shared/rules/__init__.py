"""The rulebook and what a refusal carries."""
