"""Owns what a configuration alone tells of approvals that can not be given: whose yes it waits for in vain."""

from __future__ import annotations

from collections.abc import Iterator

from bot.model.advice import Advice, Grade
from bot.model.config import Config, Environment, Layer
from bot.rules.wording import listed

ENVIRONMENTS = "environments"


def unapprovable(config: Config, layer: Layer) -> Iterator[Advice]:
    """What no look at GitHub is needed for, in the order of the file; whether people and teams exist, GitHub knows."""
    for key in config.environments:
        yield from vain(config, key)
    if layer is not Layer.SERVER:
        yield from _owners(config)


def vain(config: Config, key: str) -> Iterator[Advice]:
    """People who have to say yes, and whose own requests nobody can say it to in their place (T9)."""
    entry = config.environments[key]
    people = () if entry.approvals is None else entry.approvals.people
    if people:
        who, has = listed(people), "has" if len(people) == 1 else "each have"
        yield Advice(
            grade=Grade.WARNING,
            sentence=f"{entry.name}: {who} {has} to say yes, and nobody's yes to their own request counts: what "
            f"{'they ask' if len(people) == 1 else 'any of them asks'} for there is never approved. Name a team, or "
            "only a count.",
            path=(ENVIRONMENTS, key, "approvals", "people"),
        )


def _owners(config: Config) -> Iterator[Advice]:
    """Only teams of the repository's owner count (T13), and a repository has one owner."""
    owners = {team.partition("/")[0].casefold() for entry in config.environments.values() for team in _teams(entry)}
    owners |= {team.partition("/")[0].casefold() for each in config.commands.values() for team in each.teams}
    if len(owners) < 2:
        return
    for key, entry in config.environments.items():
        if entry.approvals is not None and entry.approvals.teams:
            yield Advice(
                grade=Grade.WARNING,
                sentence=f"{entry.name}: this file names teams of {listed(sorted(owners))}, and only those of the "
                "repository's owner count: an approval that asks for another one's is never given.",
                path=(ENVIRONMENTS, key, "approvals", "teams"),
            )


def _teams(entry: Environment) -> Iterator[str]:
    yield from entry.teams
    for teams in entry.approvals.teams if entry.approvals is not None else ():
        yield from teams
