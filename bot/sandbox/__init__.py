"""A stateful GitHub on loopback, for the demo and the stories: it refuses what the real one refuses."""
