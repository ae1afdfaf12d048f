"""What the services share; each package says one sentence."""
