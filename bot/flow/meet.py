"""Owns who somebody in Slack is to us, and what their channel allows: asked of Slack, never believed (T21)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from bot.errors import Refused
from bot.flow.answer import Caller
from bot.flow.ports import SlackChannels, SlackUsers, Units
from bot.model.address import SlackPlace
from bot.model.origin import SlackOrigin, SlackVia
from bot.model.people import Person
from bot.model.repository import Repository
from bot.model.slack import Binding, SlackChannel, SlackUser, Standing
from bot.rules.dialect import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Somebody in a channel, as Slack and our rows describe them."""

    origin: SlackOrigin
    response_url: str | None
    user: SlackUser
    person: Person | None
    """None: not linked with a GitHub account."""
    channel: SlackChannel | None
    """None: we can not see the channel."""
    binding: Binding | None

    @property
    def private(self) -> SlackPlace:
        """Where only they see an answer."""
        return SlackPlace(
            connection=self.origin.connection,
            channel=self.origin.channel,
            thread=self.origin.thread,
            only_for=self.origin.user,
            response_url=self.response_url,
        )

    @property
    def bound(self) -> Binding | None:
        """The channel's repository; a channel that became shared with others has none until it is bound anew (T22)."""
        binding = self.binding
        paused = binding is not None and self.shared and not binding.shared
        return None if paused else binding

    @property
    def shared(self) -> bool:
        """Whether people from elsewhere read along."""
        return self.channel is not None and self.channel.shared

    def about(self, repository: Repository) -> bool:
        """Whether it is the one that the channel is bound to."""
        bound = self.bound
        return bound is not None and (bound.github, bound.repository) == (repository.connection, repository.id)

    def may_speak(self, repository: Repository) -> bool:
        """Whether we can post in the channel, and everybody there may know of this repository (T22)."""
        channel = self.channel
        if channel is None or (channel.shared and not self.about(repository)):
            return False
        return channel.member or channel.direct

    def caller(self, text: str, dialect: Dialect) -> Caller:
        """As the addressee of a private reply."""
        return Caller(origin=self.origin, place=self.private, name=self.user.account.name, text=text, dialect=dialect)

    def place(self) -> SlackPlace:
        """Where everybody in the channel sees it: a mention is answered in its thread, all else in the channel."""
        via_message = self.origin.via is SlackVia.MESSAGE
        thread = self.origin.thread or (self.origin.message if via_message else None)
        direct = self.channel is not None and self.channel.direct
        return SlackPlace(
            connection=self.origin.connection,
            channel=self.origin.channel,
            thread=self.origin.thread if direct else thread,
        )


@dataclass(frozen=True, slots=True)
class Meet:
    """Looks somebody up."""

    units: Units
    users: SlackUsers
    channels: SlackChannels

    async def __call__(self, origin: SlackOrigin, response_url: str | None) -> Met | None:
        """Who they are and where; None for bots, which are ignored.

        Raises `UpstreamError` when Slack does not answer, or does not say who this is: unknown is never a yes.
        """
        user, channel = await self._ask(origin)
        if origin.team not in user.teams:  # Slack was asked in our workspace, where the id may be somebody else's
            raise Refused("This came from a workspace in which the user id may mean somebody else.")
        if user.standing is Standing.BOT:
            return None
        if origin.via is SlackVia.FORM and not await self._belongs(origin):
            origin, channel = replace(origin, channel=""), None
        async with self.units.read() as unit:
            person = await unit.people.by_slack(user.account)
            binding = await unit.bindings.get(origin.connection, origin.channel)
        return Met(origin=origin, response_url=response_url, user=user, person=person, channel=channel, binding=binding)

    async def _ask(self, origin: SlackOrigin) -> tuple[SlackUser, SlackChannel | None]:
        try:
            async with asyncio.TaskGroup() as asking:
                user = asking.create_task(self.users.get(origin.connection, origin.user))
                channel = asking.create_task(self._channel(origin))
        except ExceptionGroup as group:
            error: BaseException = group
            while isinstance(error, BaseExceptionGroup):
                error = error.exceptions[0]
            raise error from group
        return user.result(), channel.result()

    async def _belongs(self, origin: SlackOrigin) -> bool:
        """A form says which channel was chosen, not that its sender can see it; all else happens in the channel."""
        return bool(origin.channel) and await self.channels.has(origin.connection, origin.channel, origin.user)

    async def _channel(self, origin: SlackOrigin) -> SlackChannel | None:
        return await self.channels.get(origin.connection, origin.channel) if origin.channel else None
