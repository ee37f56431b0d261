"""Owns what all commands of the command line share: the settings, and how faults are told there."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine, Sequence
from typing import Any, NoReturn

import click

from bot.errors import SettingsError, SignalboxError
from bot.settings import Settings


def settings() -> Settings:
    """What the environment says; every fault of it ends the command."""
    try:
        found = Settings.from_env(os.environ)
    except SettingsError as error:
        give_up("Signalbox can not start:", error.faults)
    for warning in found.warnings:
        click.echo(f"Warning: {warning}", err=True)
    return found


def database_url() -> str:
    """Where the database is."""
    return settings().database_url.reveal()


def give_up(sentence: str, faults: Sequence[str]) -> NoReturn:
    """End with what is wrong about how the command was called."""
    click.echo(sentence, err=True)
    for fault in faults:
        click.echo(f"  - {fault}", err=True)
    sys.exit(2)


class told:
    """What is ours to say is said in one sentence; a traceback is for bugs."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (SignalboxError, OSError)):  # what the machine does not let us do is no bug either
            click.echo(str(error), err=True)
            sys.exit(1)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Do it in an event loop of its own."""
    with told():
        return asyncio.run(work)
