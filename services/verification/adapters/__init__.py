"""Where this service touches the world: PDF and fonts."""
