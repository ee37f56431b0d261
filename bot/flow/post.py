"""Owns putting a text at an address, whichever surface that is; and finding it there again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never
from uuid import UUID

from bot.errors import BotError
from bot.flow.ports import Comments, SlackMessages, Units
from bot.flow.records import Kept, Records
from bot.model.address import Address, CheckPlace, DeploymentPlace, GitHubThread, SlackPlace
from bot.model.message import SlackText
from bot.model.repository import Repository

GRACE: Final = timedelta(seconds=30)
"""A comment or message that was sent shows after this; only then does "nothing there" mean "it never arrived".

A call lasts ten seconds at most, that for its token another ten, and GitHub ends its own work on one after ten more.
"""


Said = str | Kept
"""Words for people, or what a record of GitHub says."""


@dataclass(frozen=True, slots=True)
class Post:
    """Creates, finds and edits what we say."""

    units: Units
    comments: Comments
    messages: SlackMessages | None
    """None while Slack is not configured."""
    records: Records

    async def create(self, address: Address, text: Said, tag: UUID) -> str:
        """Put the text there; its id, empty for what only one person sees. Raises `UpstreamError`.

        `NotFound` means that the place is gone, or that we may not speak there.
        """
        match address:
            case GitHubThread():
                body = f"{_words(text)}\n\n{marker(tag)}"
                return str(await self.comments.create(await self._repository(address), address.number, body))
            case SlackPlace(only_for=None):
                return await self._slack().post(address, _slack_text(text), tag)
            case SlackPlace():
                await self._slack().whisper(address, _slack_text(text))
                return ""
            case CheckPlace() | DeploymentPlace():
                assert not isinstance(text, str)
                return await self.records.create(address, text, tag)
            case _:
                assert_never(address)

    async def edit(self, address: Address, message: str, text: Said, tag: UUID, *, urgent: bool) -> None:
        """Put the text in place of what it says; final states are `urgent`.

        Raises `NotFound` when somebody deleted it, and `UpstreamError`.
        """
        match address:
            case GitHubThread():
                repository, body = await self._repository(address), f"{_words(text)}\n\n{marker(tag)}"
                await self.comments.edit(repository, int(message), body, urgent=urgent)
            case SlackPlace():
                await self._slack().edit(address, message, _slack_text(text), tag, urgent=urgent)
            case CheckPlace() | DeploymentPlace():
                assert not isinstance(text, str)
                await self.records.edit(address, int(message), text)
            case _:
                assert_never(address)

    async def find(self, address: Address, tag: UUID, since: datetime) -> str | None:
        """The id of what an earlier attempt put there; None when nothing is there, or nobody can look."""
        match address:
            case GitHubThread():
                found = await self.comments.find(await self._repository(address), address.number, marker(tag), since)
                return None if found is None else str(found)
            case SlackPlace(only_for=None):
                return await self._slack().find(address, tag, since)
            case SlackPlace():
                return None
            case CheckPlace() | DeploymentPlace():
                return await self.records.find(address, tag, since)
            case _:
                assert_never(address)

    @staticmethod
    def findable(address: Address) -> bool:
        """Whether what was put there can be found again: what only one person sees can not."""
        return not isinstance(address, SlackPlace) or address.only_for is None

    async def _repository(self, thread: GitHubThread) -> Repository:
        async with self.units.read() as unit:
            repository = await unit.repositories.get(thread.connection, thread.repository)
        assert repository is not None
        return repository

    def _slack(self) -> SlackMessages:
        if self.messages is None:
            raise BotError("Something has to be said in Slack, and Slack is not configured any more.")
        return self.messages


def marker(thing: UUID) -> str:
    """The hidden line by which our own comment is found again after a crash between posting and saving its id."""
    return f"<!-- signalbox:{thing} -->"


def _words(said: Said) -> str:
    assert isinstance(said, str)
    return said


def _slack_text(text: Said) -> SlackText:
    kept = json.loads(_words(text))
    return SlackText(text=kept["text"], blocks=tuple(kept["blocks"]))
