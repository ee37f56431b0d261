"""Owns the JSON Schema of a configuration file, for editors and for whoever checks files without Signalbox."""

from __future__ import annotations

import functools
from typing import Final

import msgspec

from bot.config.shape import File

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@functools.cache
def document() -> bytes:
    """The schema as JSON, indented, with a line break at its end."""
    made = {"$schema": DIALECT, "title": "The configuration of Signalbox", **msgspec.json.schema(File)}
    return msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"
