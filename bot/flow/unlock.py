"""Owns the end of a lock that somebody took: unlocked, its time up, its pull request closed; the owner hears of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.flow.answer import Asker, Reply, note
from bot.flow.catalogs import Catalogs
from bot.flow.lock import aloud
from bot.flow.ports import Clock, Unit, Units
from bot.flow.queue import free
from bot.model.address import GitHubThread, SlackPlace
from bot.model.command import Problem
from bot.model.decision import Reason
from bot.model.inbound import HeadMoved
from bot.model.intent import Unlock
from bot.model.lock import EVERYTHING, Holder, Lock
from bot.rules import lock_words, locking, refuse


@dataclass(frozen=True, slots=True)
class TakeAway:
    """Acts on `Unlock`, after the person's right was judged afresh: whoever may lock may unlock."""

    units: Units
    catalogs: Catalogs
    reply: Reply
    clock: Clock

    async def __call__(self, asker: Asker, intent: Unlock) -> None:
        """Take a person's lock away, or where there is none the one that a request holds; the request goes on.

        Raises `UpstreamError` when the configuration is not known.
        """
        repository = asker.target.repository
        config = (await self.catalogs.of(repository)).effective.config
        async with self.units.read() as unit:
            held = [lock.environment for lock in await unit.locks.held(repository.connection, repository.id)]
        meant = locking.meant(config, intent.environment, everything=intent.everything, verb="unlock", held=held)
        if isinstance(meant, Problem):
            message = refuse.misheard(meant)
            return await self.reply(asker, message, action="command_refused", reason=Reason.ARGUMENTS)
        await self._take_away(asker, meant)

    async def _take_away(self, asker: Asker, environment: str) -> None:
        now, repository = self.clock.now(), asker.target.repository
        async with self.units.write() as unit:
            if await unit.answers.given(asker.origin.natural_key):
                return
            held = await unit.locks.held(repository.connection, repository.id)
            lock, left = _meant(held, environment, now)
            mine = lock is not None and lock.person == asker.person.id
            login = asker.person.github.login
            message = lock_words.unlocked(environment, lock, login=login, mine=mine, left=left)
            await self.reply.keep(unit, asker, message)
            if lock is not None:
                await free(unit, lock, asker.person.id, now)
                if not mine:
                    await tell(unit, self.reply, lock, why="unlocked", by=login)
                await aloud(unit, self.reply, asker, message)
            facts = {"environment": environment, "lock": str(lock.id) if lock else None}
            request = lock.request if lock else None
            await note(unit, asker, action="lock_taken_away", at=now, request=request, facts=facts)


def _meant(held: Sequence[Lock], environment: str, now: datetime) -> tuple[Lock | None, Sequence[Lock]]:
    """The lock that goes, and those that hold others back there all the same."""
    there = [lock for lock in held if lock.environment == environment and not locking.over(lock, now)]
    there.sort(key=lambda lock: lock.holder is not Holder.PERSON)
    whole = [lock for lock in held if lock.environment == EVERYTHING != environment and not locking.over(lock, now)]
    return (there[0] if there else None), [*there[1:], *whole]


async def tell(unit: Unit, reply: Reply, lock: Lock, *, why: str, by: str | None = None) -> None:
    """Say once, where it was taken, that it is no more; of a request's, where the request shows."""
    places = [lock.place] if lock.place is not None else []
    if lock.request is not None:
        places = [each.address for each in await unit.announcements.of_request(lock.request)]
    for place in places:
        if not isinstance(place, GitHubThread | SlackPlace):
            continue
        user = await unit.people.slack_user(lock.person, place.connection) if isinstance(place, SlackPlace) else None
        message = lock_words.ended(lock, why=why, by=by, slack_user=user)
        await reply.tell(unit, place, message, key=f"lock:{lock.id}:{why}:{place.key}")


@dataclass(frozen=True, slots=True)
class EndLock:
    """The job `end_lock`."""

    units: Units
    reply: Reply
    clock: Clock

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Release the lock that the payload names once its time is up; when that is, if it has more of it by now."""
        now = self.clock.now()
        async with self.units.write() as unit:
            lock = await unit.locks.get(UUID(payload["lock"]))
            if lock is None or lock.released_at is not None or lock.expires_at is None:
                return None
            if not locking.over(lock, now):
                return lock.expires_at
            if await free(unit, lock, None, now):
                await audit(unit, lock, "lock_expired", now)
                if lock.holder is Holder.PERSON:
                    await tell(unit, self.reply, lock, why="expired")
        return None


async def pull_request_closed(units: Units, reply: Reply, moved: HeadMoved, now: datetime) -> None:
    """Locks that were taken on its thread go with it, and that is said there once."""
    repository = moved.repository
    async with units.read() as unit:
        held = await unit.locks.held(repository.connection, repository.id)
    gone = [lock for lock in held if lock.pull_request == moved.pull_request.number]
    if not gone:
        return
    async with units.write() as unit:
        for lock in gone:
            if await free(unit, lock, None, now):
                await audit(unit, lock, "lock_closed", now)
                await tell(unit, reply, lock, why="closed")


async def audit(unit: Unit, lock: Lock, action: str, now: datetime) -> None:
    """One row about a lock that nobody took away, in the caller's transaction."""
    await unit.audit.write(
        action=action,
        at=now,
        person=None,
        connection=lock.connection,
        repository=lock.repository,
        request=lock.request,
        reason=None,
        facts={"environment": lock.environment, "lock": str(lock.id), "owner": lock.login},
    )
