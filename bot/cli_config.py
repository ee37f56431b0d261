"""The part of the command line that is about configurations: `config check`, `schema`, `show`, `init`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bot.model.advice import Grade
from bot.model.config import Config, ConfigFault, Layer

LAYERS = click.Choice([layer.value for layer in Layer])


@click.group()
def config() -> None:
    """Look at configurations of repositories, of an organisation, of this server."""


@config.command("check")
@click.argument("what", metavar="FILE|REPO")
@click.option("--layer", type=LAYERS, default=Layer.REPOSITORY.value, show_default=True, help="Whose file it is.")
def check(what: str, layer: str) -> None:
    """Say everything that is wrong with a configuration, each with its line and column. Changes nothing.

    FILE is one on this machine; REPO, as in acme/shop, is asked of GitHub, and looked at beside its workflows. Ends
    with 1 when something is wrong, so that a workflow can check what a pull request changes.
    """
    file = Path(what)
    if not file.is_file():
        return _check_repository(what)
    _check_file(file, layer)


def _check_file(file: Path, layer: str) -> None:
    from bot.config import read
    from bot.console import told

    with told():
        found = read(file.read_bytes(), layer=Layer(layer), file=str(file))
    if isinstance(found, Config):
        _doubts(file, found, Layer(layer))
        return click.echo(f"{file} is right: {_told(found)}")
    for fault in found:
        click.echo(_line(file, fault))
    click.echo(f"{file} can not be used: {_many(len(found), 'fault')}.", err=True)
    sys.exit(1)


def _doubts(file: Path, found: Config, layer: Layer) -> None:
    """What can be read, and still never comes to be."""
    from bot.rules.approvable import unapprovable

    for each in unapprovable(found, layer):
        mark = found.mark(*each.path)
        where = f"{file}:{mark.line}:{mark.column}" if mark else f"{file}"
        click.echo(f"{where}: {each.grade.value}: {each.sentence}")


@config.command("schema")
def schema() -> None:
    """Print the JSON Schema of a configuration file, which editors take help from."""
    from bot.config import schema as made

    click.echo(made(), nl=False)


@config.command("show")
@click.argument("repository", metavar="REPO")
def show(repository: str) -> None:
    """Print the configuration of REPO that is in force, each rule with where it stands, and what waits.

    It uses the server's database and finds out as the server does, so a newer file that widens nothing is in force
    afterwards.
    """
    from bot.at_github import shown
    from bot.console import run, settings
    from bot.rules import showing

    found, _ = run(shown(settings(), repository))
    for remark in found.effective.remarks:
        click.echo(f"! {remark}", err=True)
    if found.effective.broken:
        click.echo(f"Nothing is dispatched, for no gate is known: {found.effective.broken}", err=True)
        sys.exit(1)
    for rule in showing.shown(found.effective.config):
        click.echo(f"{rule.name}: {rule.value}    ({rule.where})")


@config.command("init")
@click.argument("repository", metavar="REPO")
@click.option("--dry-run", is_flag=True, help="Print what would be proposed, and open nothing.")
def init(repository: str, dry_run: bool) -> None:
    """Propose a configuration for REPO from its workflows, as a pull request.

    Where the App may not write contents, which it is not given as shipped, it prints the address of GitHub's page for
    a new file, filled in.
    """
    from bot.at_github import proposed
    from bot.console import run, settings

    text, where = run(proposed(settings(), repository, opening=not dry_run))
    click.echo(text if where is None else where, nl=where is not None)


def _check_repository(name: str) -> None:
    from bot.at_github import checked
    from bot.console import give_up, run, settings

    if name.count("/") != 1:
        give_up(f"{name} is neither a file nor a repository such as acme/shop.", [])
    file, found = run(checked(settings(), name))
    wrong = 0
    for each in found:
        if isinstance(each, ConfigFault):
            click.echo(_line(Path(file), each))
        else:
            click.echo(f"{file}: {each.grade.value}: {each.sentence}")
        wrong += isinstance(each, ConfigFault) or each.grade is Grade.ERROR
    if wrong:
        click.echo(f"{file} can not be used like this: {_many(wrong, 'fault')}.", err=True)
        sys.exit(1)
    click.echo(f"{file} is right.")


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
