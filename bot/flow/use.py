"""Owns the default repository of a channel (`/ops use owner/repo`), for people who maintain that repository (T22)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.flow.answer import Asker, Reply, note
from bot.flow.ports import Clock, FindRepository, Permissions, SlackChannels, Units
from bot.model.intent import Use
from bot.model.message import Message
from bot.model.origin import SlackOrigin
from bot.model.people import Role
from bot.model.slack import Binding, SlackChannel


@dataclass(frozen=True, slots=True)
class Bind:
    """Acts on `Use`, after the person's right on the repository was judged."""

    units: Units
    permissions: Permissions
    repositories: FindRepository
    channels: SlackChannels
    reply: Reply
    clock: Clock

    async def __call__(self, asker: Asker, intent: Use) -> None:
        """Bind, rebind or unbind the channel, and answer. Raises `UpstreamError`."""
        origin = asker.origin
        assert isinstance(origin, SlackOrigin)
        channel = await self.channels.get(origin.connection, origin.channel)
        full_name = asker.target.repository.full_name
        refused = None if intent.remove else _unfit(channel, intent)
        if not intent.remove and await self._taken(asker, origin):
            refused = TAKEN
        shared = channel is not None and channel.shared
        async with self.units.write() as unit:
            if refused is None and intent.remove:
                await unit.bindings.remove(origin.connection, origin.channel)
            elif refused is None:
                known = await unit.bindings.get(origin.connection, origin.channel)
                guests = _guests(asker, intent, known)
                await unit.bindings.save(
                    _binding(asker, origin, guests, shared), by=asker.person.id, at=self.clock.now()
                )
            sentence = refused or _done(full_name, intent)
            message = Message(
                name="use_answered",
                fields={"sentence": sentence, "repository": None if refused or intent.remove else full_name},
            )
            if await self.reply.keep(unit, asker, message):
                action = "channel_unbound" if intent.remove else "channel_refused" if refused else "channel_bound"
                facts = {"channel": origin.channel, "sentence": sentence}
                await note(unit, asker, action=action, at=self.clock.now(), facts=facts)

    async def _taken(self, asker: Asker, origin: SlackOrigin) -> bool:
        """Whether it is another repository's channel, which only somebody who maintains that one may give up (T22).

        Else anybody with a repository could decide what everybody's next command there is about. One that we do not
        reach any more keeps nothing.
        """
        target = asker.target.repository
        async with self.units.read() as unit:
            known = await unit.bindings.get(origin.connection, origin.channel)
            held = await unit.repositories.get(known.github, known.repository) if known else None
        if held is None or (held.connection, held.id) == (target.connection, target.id):
            return False
        if await self.repositories.find(held.connection, held.owner, held.name) is None:
            return False
        return await self.permissions.role(held, asker.person.github, fresh=True) < Role.MAINTAIN


TAKEN: Final = "This channel is about another repository. Somebody who maintains that one can free it: use none."


def _binding(asker: Asker, origin: SlackOrigin, guests: bool, shared: bool) -> Binding:
    repository = asker.target.repository
    return Binding(
        connection=origin.connection,
        channel=origin.channel,
        github=repository.connection,
        repository=repository.id,
        guests=guests,
        shared=shared,
    )


def _guests(asker: Asker, intent: Use, known: Binding | None) -> bool:
    """What is not said stays as it was, but what was allowed for one repository says nothing about another (T21)."""
    if intent.guests is not None:
        return intent.guests
    repository = asker.target.repository
    same = known is not None and (known.github, known.repository) == (repository.connection, repository.id)
    return same and known is not None and known.guests


def _unfit(channel: SlackChannel | None, intent: Use) -> str | None:
    """Why this channel can not be bound."""
    if channel is None:
        return "I can not see this channel. Invite me first, then type it again."
    if channel.shared and intent.guests is None:
        return (
            "This channel is shared with another organisation, and everybody there would see what happens here. "
            "If that is meant, say whether people from there who are linked may act: guests=true or guests=false."
        )
    return None


def _done(full_name: str, intent: Use) -> str:
    if intent.remove:
        return "This channel has no repository of its own any more."
    guests = " Guests who are linked may act here." if intent.guests else ""
    return f"This channel is about {full_name} now.{guests}"
