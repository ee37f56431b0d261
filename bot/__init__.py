"""Signalbox: chat-ops that proves the route before it moves a train."""
