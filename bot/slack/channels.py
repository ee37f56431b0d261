"""Owns what Slack says about a channel: whether the bot is in it, and whether outsiders are (T22).

https://docs.slack.dev/reference/objects/conversation-object
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec

from bot.clock import Clock
from bot.errors import NotFound
from bot.model.slack import SlackChannel
from bot.slack.api import Identity, SlackApi, read
from bot.slack.clients import Clients
from bot.slack.memory import Memory

LIFETIME: Final = timedelta(seconds=60)
DIRECT_LIFETIME: Final = timedelta(days=1)
"""The direct message of two stays the same one for ever; a day bounds what a mistake of anybody's costs."""

MOST_MEMBERS: Final = 1_000
"""On one page, which is as many as Slack gives."""


class _Channel(msgspec.Struct):
    id: str
    name: str | None = None
    is_member: bool = False
    is_im: bool = False
    is_mpim: bool = False
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    connected_team_ids: list[str] = []
    pending_connected_team_ids: list[str] = []
    internal_team_ids: list[str] = []


class _Answer(msgspec.Struct):
    channel: _Channel


class _Opened(msgspec.Struct):
    id: str


class _OpenAnswer(msgspec.Struct):
    channel: _Opened


class _More(msgspec.Struct):
    next_cursor: str = ""


class _Members(msgspec.Struct):
    members: list[str]
    response_metadata: _More = msgspec.field(default_factory=_More)


class SlackChannels:
    """It satisfies `bot.flow.ports.SlackChannels`."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        """`clients` speak for the connections."""
        self._clients = clients
        self._clock = clock
        self._kept: Memory[SlackChannel] = Memory(clock, LIFETIME)
        self._directs: Memory[str] = Memory(clock, DIRECT_LIFETIME)

    async def get(self, connection: UUID, channel: str) -> SlackChannel | None:
        """The channel as it is now, at most a minute old; None when the bot can not see it.

        None is not remembered: somebody may be inviting the bot just now. Raises what `SlackApi.call` raises.
        """
        kept = self._kept.get((connection, channel))
        if kept is not None:
            return kept
        api = self._clients.of(connection)
        try:
            return await api.once(("conversations.info", channel), lambda: self._ask(api, channel))
        except NotFound:
            return None

    async def has(self, connection: UUID, channel: str, user: str) -> bool:
        """Whether the user is among its members, asked each time. Raises what `SlackApi.call` raises."""
        api, cursor = self._clients.of(connection), None
        try:
            while cursor != "":
                said = await api.call("conversations.members", channel=channel, limit=MOST_MEMBERS, cursor=cursor)
                page = read(said, _Members)
                if user in page.members:
                    return True
                cursor = page.response_metadata.next_cursor
        except NotFound:
            pass
        return False

    async def direct(self, connection: UUID, user: str) -> str:
        """The id of the direct message with this user, opened if need be. Raises what `SlackApi.call` raises."""
        kept = self._directs.get((connection, user))
        if kept is not None:
            return kept
        api = self._clients.of(connection)
        return await api.once(("conversations.open", user), lambda: self._open(api, user))

    async def _ask(self, api: SlackApi, channel: str) -> SlackChannel:
        asked_at = self._clock.now()
        ours = await api.identity()
        facts = read(await api.call("conversations.info", channel=channel), _Answer).channel
        found = SlackChannel(
            connection=api.connection,
            id=channel,
            name=facts.name or "",
            member=facts.is_member or facts.is_im or facts.is_mpim,  # Slack shows nobody those that they are not in
            shared=_shared(facts, ours),
            direct=facts.is_im,  # in a group conversation others read along, as in a channel (T22)
        )
        self._kept.keep((api.connection, channel), found, asked_at)
        return found

    async def _open(self, api: SlackApi, user: str) -> str:
        asked_at = self._clock.now()
        opened = read(await api.call("conversations.open", users=user), _OpenAnswer).channel.id
        self._directs.keep((api.connection, user), opened, asked_at)
        return opened


def _shared(facts: _Channel, ours: Identity) -> bool:
    """With another organisation, or about to be. `is_org_shared` alone is among workspaces of one enterprise."""
    known = {ours.team, ours.enterprise, *facts.internal_team_ids}
    others = {*facts.connected_team_ids, *facts.pending_connected_team_ids} - known
    return facts.is_ext_shared or facts.is_pending_ext_shared or bool(others)
