"""The part of the command line that is about configurations: `config check`, `config schema`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.model.config import Config, ConfigFault, Layer

LAYERS = click.Choice([layer.value for layer in Layer])


@click.group()
def config() -> None:
    """Look at configurations of repositories, of an organisation, of this server."""


@config.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--layer", type=LAYERS, default=Layer.REPOSITORY.value, show_default=True, help="Whose file it is.")
def check(file: Path, layer: str) -> None:
    """Say everything that is wrong with the configuration FILE, each with its line and column. Changes nothing.

    Ends with 1 when something is wrong, so that a workflow can check what a pull request changes.
    """
    from bot.config import read
    from bot.console import told

    with told():
        found = read(file.read_bytes(), layer=Layer(layer), file=str(file))
    if isinstance(found, Config):
        return click.echo(f"{file} is right: {_told(found)}")
    for fault in found:
        click.echo(_line(file, fault))
    click.echo(f"{file} can not be used: {_many(len(found), 'fault')}.", err=True)
    sys.exit(1)


@config.command("schema")
def schema() -> None:
    """Print the JSON Schema of a configuration file, which editors take help from."""
    from bot.config import schema as made

    click.echo(made(), nl=False)


def _line(file: Path, fault: ConfigFault) -> str:
    """As compilers write it, so that editors and terminals lead there."""
    more = f" {fault.suggestion}" if fault.suggestion else ""
    return f"{file}:{fault.line}:{fault.column}: {fault.problem}.{more}"


def _told(found: Config) -> str:
    counts = f"{_many(len(found.commands), 'command')}, {_many(len(found.environments), 'environment')}."
    if not found.rules:
        return counts
    return f"{counts} {_many(found.rules, 'event rule')}: the form is right, and nothing acts on rules yet."


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
