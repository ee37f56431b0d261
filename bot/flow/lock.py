"""Owns a person's lock: taken, changed by its owner, refused while it is somebody else's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.errors import Conflict
from bot.flow.answer import Asker, Reply, note
from bot.flow.catalogs import Catalogs
from bot.flow.ports import Clock, Mint, Unit, Units
from bot.flow.queue import changed, end
from bot.model.command import Problem
from bot.model.decision import Denied, Reason
from bot.model.intent import Lock as LockWanted
from bot.model.lock import Holder, Lock
from bot.model.message import Message
from bot.rules import lock_words, locking, refuse

TOLD: Final = ":told"
"""What the key of the words ends in that everybody in the channel reads."""


@dataclass(frozen=True, slots=True)
class TakeLock:
    """Acts on `Lock`, after the person's right was judged afresh."""

    units: Units
    catalogs: Catalogs
    reply: Reply
    clock: Clock
    mint: Mint

    async def __call__(self, asker: Asker, intent: LockWanted) -> None:
        """Lock it, or tell the person who has it. Raises `UpstreamError` when the configuration is not known."""
        repository = asker.target.repository
        config = (await self.catalogs.of(repository)).effective.config
        meant = locking.meant(config, intent.environment, everything=intent.everything, verb="lock", held=())
        if isinstance(meant, Problem):
            message = refuse.misheard(meant)
            return await self.reply(asker, message, action="command_refused", reason=Reason.ARGUMENTS)
        other = await self._take(asker, intent, meant)
        if other is not None:
            shut = lock_words.held(other)
            denied = Denied(gates=(shut,), gate=shut)
            message = refuse.refusal(asker.text, denied)
            await self.reply(asker, message, action="command_refused", reason=Reason.LOCKED)

    async def _take(self, asker: Asker, intent: LockWanted, environment: str) -> Lock | None:
        """Somebody else's lock that is in the way; None when it was taken, or this line was answered before."""
        now, repository = self.clock.now(), asker.target.repository
        async with self.units.write() as unit:
            if await unit.answers.given(asker.origin.natural_key):
                return None
            held = await unit.locks.held(repository.connection, repository.id)
            standing = _of_a_person(held, environment)
            if standing is not None and locking.over(standing, now):
                await unit.locks.release(standing.id, None, now)
                standing = None
            if standing is not None and standing.person != asker.person.id:
                return standing
            lock = self._made(asker, intent, environment, now) if standing is None else _changed(standing, intent, now)
            if standing is not None:
                await unit.locks.change(lock.id, reason=lock.reason, expires_at=lock.expires_at)
            elif not await unit.locks.take(lock):
                raise Conflict("Somebody else locked it at the same moment.")
            await self._told(unit, asker, lock, again=standing is not None)
        return None

    async def _told(self, unit: Unit, asker: Asker, lock: Lock, *, again: bool) -> None:
        now, message = self.clock.now(), lock_words.taken(lock, changed=again)
        await self.reply.keep(unit, asker, message)
        if lock.expires_at is not None:
            await unit.enqueue(end(lock.id, lock.expires_at))
        await changed(unit, lock, now)
        await aloud(unit, self.reply, asker, message)
        until = lock.expires_at.isoformat() if lock.expires_at else None
        facts = {"environment": lock.environment, "reason": lock.reason, "until": until, "lock": str(lock.id)}
        await note(unit, asker, action="lock_changed" if again else "lock_taken", at=now, facts=facts)

    def _made(self, asker: Asker, intent: LockWanted, environment: str, now: datetime) -> Lock:
        target = asker.target
        return Lock(
            id=self.mint.id(),
            connection=target.repository.connection,
            repository=target.repository.id,
            environment=environment,
            holder=Holder.PERSON,
            person=asker.person.id,
            request=None,
            code="",
            login=asker.person.github.login,
            reason=intent.reason,
            place=asker.stage,
            pull_request=target.number if target.on_pull_request else None,
            at=now,
            expires_at=None if intent.lasts is None else now + intent.lasts,
        )


def _of_a_person(held: Sequence[Lock], environment: str) -> Lock | None:
    return next((each for each in held if each.environment == environment and each.holder is Holder.PERSON), None)


def _changed(lock: Lock, intent: LockWanted, now: datetime) -> Lock:
    """What is not said anew stays as it was."""
    until = lock.expires_at if intent.lasts is None else now + intent.lasts
    return replace(lock, reason=intent.reason or lock.reason, expires_at=until)


async def aloud(unit: Unit, reply: Reply, asker: Asker, message: Message) -> None:
    """What concerns everybody there, and was answered to the asker alone."""
    if asker.stage != asker.place:
        said = asker.dialect.message(message) if asker.dialect else message
        await reply.tell(unit, asker.stage, said, key=asker.origin.natural_key + TOLD)
