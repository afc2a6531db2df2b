"""Fan-out of what happens: logs of running turns, a channel per user, and their two transports."""
