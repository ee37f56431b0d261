"""The built-in commands, one per file; each file ends in a value named `command`."""
