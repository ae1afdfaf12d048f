"""Where imaging touches the world: the bytes of picture files."""
