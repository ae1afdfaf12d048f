"""What the tests stand on: real servers, and the whole platform as processes."""
