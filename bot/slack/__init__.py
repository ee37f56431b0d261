"""Slack: what reaches us from there, and everything that we ask of it or say there."""
