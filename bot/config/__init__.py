"""Owns configuration files: their shape, reading them, and the JSON Schema that editors take help from.

This front door is cheap to import; what reads comes with the first file.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.model.config import Config, ConfigFault, Layer


def read(data: bytes, *, layer: Layer, file: str) -> Config | Sequence[ConfigFault]:
    """What a configuration file says, with marks that name `file`; or all that is wrong with it, in the file's order.

    Satisfies `bot.flow.ports.ReadConfig`. Takes about 8 microseconds per byte, and a few seconds
    at most of what is made to take long: not for the event loop.
    """
    from bot.config import reader

    return reader.read(data, layer=layer, file=file)


def schema() -> bytes:
    """The JSON Schema of a configuration file, made from the same shapes that reading goes by."""
    from bot.config import json_schema

    return json_schema.document()
