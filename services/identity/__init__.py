"""Identity: real-name accounts, sign-in, and which records are whose."""
