"""Starts the echo service in a patched process of its own."""

import eventlet

eventlet.monkey_patch()

if __name__ == "__main__":
    import sys

    from shared.bus.tests.echo import main

    main(*sys.argv[1:])
