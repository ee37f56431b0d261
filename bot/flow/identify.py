"""Owns the step from an account to a person: the same human each time, by numeric id (T8)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.flow.ports import Clock, Mint, Unit
from bot.model.people import GitHubAccount, Person


@dataclass(frozen=True, slots=True)
class Identify:
    """Finds the person behind a GitHub account, or writes down a new one."""

    clock: Clock
    mint: Mint

    async def __call__(self, unit: Unit, account: GitHubAccount) -> Person:
        """The person, with the login that GitHub uses today. Writes in the caller's transaction."""
        known = await unit.people.by_github(account)
        if known is None:
            person = Person(id=self.mint.id(), github=account)
            await unit.people.add(person, self.clock.now())
            return person
        if known.github.login != account.login:
            await unit.people.rename(account)
        return Person(id=known.id, github=account)
