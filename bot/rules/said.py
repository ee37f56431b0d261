"""Owns sentences about changes that commands and environments share."""

from __future__ import annotations

from collections.abc import Iterator

from bot.model.config import ConfiguredCommand, Environment
from bot.rules.wording import listed

Said = tuple[str, bool]
"""A sentence without its full stop, and whether it widens."""


def no_longer(rule: str) -> str:
    """`"only one request at a time" is no longer so`."""
    return f"{rule} is no longer so"


def teams(name: str, before: ConfiguredCommand | Environment, after: ConfiguredCommand | Environment) -> Iterator[Said]:
    """What changes about the teams of which somebody has to be in one. None at all asks for no team."""
    if before.closed or after.closed:
        if before.closed is not after.closed:
            yield f"{name}: {'nobody may any more' if after.closed else 'it is open to somebody again'}", before.closed
        return
    if before.teams and not after.teams:
        yield f"{name}: nobody has to be in {listed(before.teams, last='or')} any more", True
    elif after.teams and not before.teams:
        yield f"{name}: only members of {listed(after.teams, last='or')} may now", False
    else:
        yield from _some(name, before.teams, after.teams)


def _some(name: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Said]:
    had, has = {team.casefold() for team in before}, {team.casefold() for team in after}
    if more := [team for team in after if team.casefold() not in had]:
        yield f"{name}: members of {listed(more)} may now, too", True
    if less := [team for team in before if team.casefold() not in has]:
        yield f"{name}: members of {listed(less)} may no longer", False
