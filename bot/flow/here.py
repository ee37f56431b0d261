"""Owns which requests a person means by "here": those of the thread, or of the channel, or of the pull request."""

from __future__ import annotations

from collections.abc import Sequence

from bot.flow.answer import Asker
from bot.flow.ports import Unit
from bot.model.address import SlackPlace
from bot.model.request import Request


async def newest_here(unit: Unit, asker: Asker, limit: int) -> Sequence[Request]:
    """The newest first, all of the repository that is asked about.

    What is asked about decides: an issue or pull request has its requests from either surface. A channel has those
    that are shown in it; a repository alone has all of its own.
    """
    repository, number = asker.target.repository, asker.target.number
    if number is not None:
        return await unit.requests.of_thread(repository.connection, repository.id, number, limit)
    if isinstance(asker.stage, SlackPlace):
        shown = await unit.requests.of_place(f"{asker.stage.connection}:{asker.stage.channel}:", limit)
        return [each for each in shown if (each.connection, each.repository) == (repository.connection, repository.id)]
    return await unit.requests.of_repository(repository.connection, repository.id, limit)


async def meant(unit: Unit, asker: Asker, code: str | None, limit: int) -> Sequence[Request]:
    """The request that the code names, as long as it belongs to this repository; without a code the newest here."""
    if code is None:
        return await newest_here(unit, asker, limit)
    named = await unit.requests.by_code(code.upper())
    repository = asker.target.repository
    here = named is not None and (named.connection, named.repository) == (repository.connection, repository.id)
    return [named] if named is not None and here else []
