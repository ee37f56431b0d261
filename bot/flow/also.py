"""Owns where else a request is shown, as one of its messages tells it: links to the others, where they are known."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from bot.errors import UpstreamError
from bot.flow.ports import SlackMessages
from bot.model.address import GitHubThread, SlackPlace
from bot.model.repository import Repository
from bot.model.request import Announcement
from bot.rules.fields import PlaceFields

LINK_SECONDS: Final = 1
"""A link is a courtesy: a message does not wait longer for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """The other places, and the origin of the links into Slack."""

    places: tuple[PlaceFields, ...] = ()
    slack_url: str | None = None


@dataclass(frozen=True, slots=True)
class Also:
    """Finds the other places."""

    messages: SlackMessages | None
    """None while Slack is not configured."""

    async def __call__(
        self, here: Announcement, shown: Sequence[Announcement], repository: Repository, server_url: str
    ) -> Others:
        """Never raises: what can not be told is left out. What nobody posted yet has no link into Slack."""
        others = [each for each in shown if each.id != here.id]
        if isinstance(here.address, SlackPlace):
            return Others(places=tuple(_for_slack(others, repository, server_url)))
        links = [link for each in others if (link := await self._permalink(each)) is not None]
        if not links:
            return Others()
        places = tuple(PlaceFields(name="Slack", channel=None, url=link) for link in links)
        first = urlsplit(links[0])
        return Others(places=places, slack_url=f"{first.scheme}://{first.netloc}")

    async def _permalink(self, shown: Announcement) -> str | None:
        """Of a message that everybody in a channel sees. Its name stays in Slack: it may be a private one (T22)."""
        if not isinstance(shown.address, SlackPlace) or not _public(shown.address) or self.messages is None:
            return None
        if not shown.message_id:
            return None
        try:
            async with asyncio.timeout(LINK_SECONDS):
                return await self.messages.permalink(shown.address, shown.message_id)
        except (UpstreamError, TimeoutError):
            return None


def _for_slack(others: Sequence[Announcement], repository: Repository, server_url: str) -> list[PlaceFields]:
    places: list[PlaceFields] = []
    for each in others:
        address = each.address
        if isinstance(address, GitHubThread):
            page = f"{server_url}/{quote(repository.full_name)}/issues/{address.number}"
            url = f"{page}#issuecomment-{each.message_id}" if each.message_id else page
            places.append(PlaceFields(name=f"{repository.full_name}#{address.number}", channel=None, url=url))
        elif isinstance(address, SlackPlace) and _public(address):
            places.append(PlaceFields(name="", channel=address.channel, url=None))
    return places


def _public(place: SlackPlace) -> bool:
    """Nobody else reads a direct message, so nobody else is led there.

    https://docs.slack.dev/reference/objects/conversation-object says by which letter its id begins.
    """
    return place.only_for is None and not place.channel.startswith("D")
