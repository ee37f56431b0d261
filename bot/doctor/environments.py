"""Owns what `doctor` says about environments: whose gates GitHub enforces, and whose are advisory (T3)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.doctor.finding import Finding, Grade
from bot.doctor.github import AGENT, NOBODY
from bot.errors import UpstreamError
from bot.jobs.timer import SystemTimer
from bot.model.deployment import Environment
from bot.model.repository import Repository
from bot.rules.wording import listed
from bot.settings import GitHubSettings
from bot.store.database import Database
from bot.store.unit import Units

if TYPE_CHECKING:
    from bot.github.environments import Environments

MOST: Final = 20
"""Repositories that are looked at: GitHub is asked once for each, and once for each environment."""

ABOUT: Final = "environments"


async def findings(settings: GitHubSettings, database_url: str) -> AsyncGenerator[Finding, None]:
    """One for each repository whose configuration is known."""
    from bot.github.clients import Clients
    from bot.github.environments import Environments
    from bot.github.transport import GitHubClient

    known = await _known(database_url)
    client = GitHubClient(
        connection=NOBODY,
        api_url=settings.api_url,
        app_id=settings.app_id,
        private_key=settings.private_key.reveal(),
        clock=SystemTimer(),
        user_agent=AGENT,
    )
    try:
        for repository in known[:MOST]:
            yield await _finding(Environments(Clients(client)), repository)
    finally:
        await client.aclose()
    if len(known) > MOST:
        text = f"{len(known) - MOST} more repositories; `explain` says of each environment whether it is enforced"
        yield Finding(grade=Grade.FINE, about=ABOUT, text=text)


async def _known(database_url: str) -> list[Repository]:
    database = Database.open(database_url)
    try:
        async with Units(database, SystemTimer()).read() as unit:
            found = [await unit.repositories.get(*key) for key in await unit.configs.repositories()]
    finally:
        await database.close()
    reached = [each for each in found if each is not None and each.installation is not None]
    return sorted(reached, key=lambda each: each.full_name)


async def _finding(ask: Environments, repository: Repository) -> Finding:
    try:
        found = await ask.of(replace(repository, connection=NOBODY))
    except UpstreamError as error:
        text = f"GitHub does not tell those of {repository.full_name}: {error}"
        return Finding(grade=Grade.LOOK, about=ABOUT, text=text)
    return Finding(grade=Grade.FINE, about=ABOUT, text=f"{repository.full_name}: {standing(found)}")


def standing(found: Sequence[Environment] | None) -> str:
    """Which are enforced; what GitHub does not tell is advisory."""
    if found is None:
        return "GitHub does not show them to the App, so their gates are advisory"
    if not found:
        return "none"
    enforced = [each.name for each in found if each.enforced]
    advisory = [each.name for each in found if not each.enforced]
    parts = [f"{listed(enforced)} enforced"] if enforced else []
    if advisory:
        parts.append(f"{listed(advisory)} advisory, because our protection rule is not on it")
    return "; ".join(parts)
