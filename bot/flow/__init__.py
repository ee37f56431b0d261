"""The steps from an inbound fact to a living message: async, one verb per file, the world only through `ports`."""
