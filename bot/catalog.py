"""Owns the list of built-in commands: every file in `commands/`, checked together before any of them counts."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import commands
from bot.errors import BotError
from bot.model.command import Command


def load() -> Mapping[str, Command]:
    """The commands by name, in the order in which `help` shows them.

    Raises `BotError` that names the file when one does not end in a value named `command`, or when a command is not
    named like its file (so two can not claim one name).
    """
    found: dict[str, Command] = {}
    for module in sorted(each.name for each in pkgutil.iter_modules(commands.__path__)):
        command = getattr(importlib.import_module(f"commands.{module}"), "command", None)
        if not isinstance(command, Command):
            raise BotError(f"commands/{module}.py does not end in a value named command.")
        if command.name != module.replace("_", "-"):
            raise BotError(f"commands/{module}.py declares the command {command.name}; name the file like the command.")
        found[command.name] = command
    return MappingProxyType({name: found[name] for name in sorted(found, key=_place)})


def _place(name: str) -> tuple[int, str]:
    """What people look for first comes first; the rest by the alphabet."""
    return (FIRST.index(name) if name in FIRST else len(FIRST), name)


FIRST: Final = ("help", "run", "status", "runs", "logs", "cancel", "rerun")
