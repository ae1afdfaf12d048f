"""Where identity touches the world: messages to people, the operators file."""
