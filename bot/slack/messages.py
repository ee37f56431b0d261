"""Owns writing messages, and finding our own again by the tag that travels as the id of their first block."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from bot.errors import BotError, NotFound
from bot.model.address import SlackPlace
from bot.model.message import SlackText
from bot.slack.api import Identity, SlackApi, read
from bot.slack.channels import SlackChannels
from bot.slack.clients import Clients

log = logging.getLogger(__name__)

TAG: Final = "signalbox:"
PAGE: Final = 200
MOST_PAGES: Final = 5
CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""Slack's clock may be this far behind ours."""


class _Posted(msgspec.Struct):
    ts: str


class _Permalink(msgspec.Struct):
    permalink: str


class _Block(msgspec.Struct):
    block_id: str = ""


class _Message(msgspec.Struct):
    ts: str = ""
    user: str | None = None
    bot_id: str | None = None
    blocks: list[_Block] = []


class _More(msgspec.Struct):
    next_cursor: str = ""


class _Page(msgspec.Struct):
    messages: list[_Message] = []
    response_metadata: _More | None = None


class SlackMessages:
    """It satisfies `bot.flow.ports.SlackMessages`."""

    def __init__(self, clients: Clients, channels: SlackChannels) -> None:
        """`clients` speak for the connections; `channels` opens direct messages."""
        self._clients = clients
        self._channels = channels

    async def post(self, place: SlackPlace, text: SlackText, tag: UUID) -> str:
        """Post it; the message's `ts`. Raises `NotFound` when the bot is not there.

        `Unreachable` may mean that it was posted: `find` tells. Links are not unfolded: what they show would be
        somebody else's text under our name.
        """
        answer = await self._api(place).call(
            "chat.postMessage",
            channel=place.channel,
            thread_ts=place.thread,
            text=text.text,
            blocks=_tagged(text, tag),
            unfurl_links=False,
            unfurl_media=False,
        )
        return read(answer, _Posted).ts

    async def edit(self, place: SlackPlace, message: str, text: SlackText, tag: UUID, *, urgent: bool = False) -> None:
        """Put `text` in place of what it says; `urgent` for a final state, which has a share of the pace of its own.

        Raises `NotFound` when somebody deleted it.
        """
        await self._api(place).call(
            "chat.update",
            urgent=urgent,
            channel=place.channel,
            ts=message,
            text=text.text,
            blocks=_tagged(text, tag),
        )

    async def find(self, place: SlackPlace, tag: UUID, since: datetime) -> str | None:
        """The `ts` of our own message with this tag; a copy of it by anybody else does not count.

        `since` is our time, so what Slack dates a little earlier is looked at too. None as well when the place is
        gone: nothing is there. Raises what `SlackApi.call` raises otherwise.
        """
        api = self._api(place)
        ours, wanted = await api.identity(), f"{TAG}{tag}"
        try:
            async for message in _messages(api, place, since - CLOCKS_DIFFER):
                if _is_ours(message, ours) and message.blocks and message.blocks[0].block_id == wanted:
                    return message.ts
        except NotFound:
            return None
        return None

    async def whisper(self, place: SlackPlace, text: SlackText) -> None:
        """Show it to `place.only_for` alone: by the response URL, else as an ephemeral message, else directly.

        Raises `Unreachable`, `RateLimited` or `Refused` when the way that should have worked did not, and `BotError`
        when the place names nobody.
        """
        if place.only_for is None:
            raise BotError("A whisper needs somebody to hear it")
        if place.response_url is not None and await self._respond(place.response_url, place, text):
            return
        if place.channel and await self._ephemeral(place, text):
            return
        direct = await self._channels.direct(place.connection, place.only_for)
        await self._api(place).call(
            "chat.postMessage",
            channel=direct,
            text=text.text,
            blocks=list(text.blocks),
            unfurl_links=False,
            unfurl_media=False,
        )

    async def permalink(self, place: SlackPlace, message: str) -> str | None:
        """The address of a message for browsers; None when it is gone. Raises what `SlackApi.call` raises."""
        try:
            answer = await self._api(place).call("chat.getPermalink", channel=place.channel, message_ts=message)
        except NotFound:
            return None
        return read(answer, _Permalink).permalink

    async def _respond(self, url: str, place: SlackPlace, text: SlackText) -> bool:
        body: dict[str, Any] = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": text.text,
            "blocks": list(text.blocks),
        }
        if place.thread is not None:
            body["thread_ts"] = place.thread
        shown = await self._api(place).respond(url, body)
        if not shown:
            log.info("A response URL did not work, trying another way", extra={"action": "response_url_failed"})
        return shown

    async def _ephemeral(self, place: SlackPlace, text: SlackText) -> bool:
        """False when the bot or the person is not in the channel."""
        try:
            await self._api(place).call(
                "chat.postEphemeral",
                channel=place.channel,
                user=place.only_for,
                thread_ts=place.thread,
                text=text.text,
                blocks=list(text.blocks),
            )
        except NotFound:
            return False
        return True

    def _api(self, place: SlackPlace) -> SlackApi:
        return self._clients.of(place.connection)


async def _messages(api: SlackApi, place: SlackPlace, since: datetime) -> AsyncIterator[_Message]:
    """What was written there since then, at most MOST_PAGES long."""
    method = "conversations.history" if place.thread is None else "conversations.replies"
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        answer = await api.call(
            method,
            channel=place.channel,
            ts=place.thread,
            oldest=f"{since.timestamp():.6f}",
            limit=PAGE,
            cursor=cursor,
        )
        page = read(answer, _Page)
        for message in page.messages:
            yield message
        cursor = page.response_metadata.next_cursor if page.response_metadata else ""
        if not cursor:
            return


def _is_ours(message: _Message, ours: Identity) -> bool:
    return message.bot_id is not None and message.bot_id == ours.bot and message.user in (None, ours.user)


def _tagged(text: SlackText, tag: UUID) -> list[dict[str, Any]]:
    """The blocks, the first of them with the tag as its id. Raises `BotError` when there is none to carry it."""
    if not text.blocks:
        raise BotError("A message without blocks could not be found again")
    first, *others = text.blocks
    return [{**first, "block_id": f"{TAG}{tag}"}, *(dict(block) for block in others)]
