"""Owns replies that are written once: help, refusals, typos. Kept first, posted by a job of their own."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.errors import NotFound
from bot.flow.ports import Clock, Comments, Mint, Render, Unit, Units
from bot.model.decision import Reason
from bot.model.job import Job
from bot.model.message import Message
from bot.model.origin import Origin
from bot.model.people import Person
from bot.model.request import Answer

POST = "post_answer"
REACT = "react"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who typed what, where: the addressee of a reply."""

    origin: Origin
    person: Person
    text: str
    """The line as typed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Writes a reply down; the transaction that records it enqueues its posting."""

    units: Units
    render: Render
    clock: Clock
    mint: Mint

    async def __call__(
        self,
        asker: Asker,
        message: Message,
        *,
        action: str,
        reason: Reason | None = None,
        facts: Mapping[str, Any] = {},
    ) -> None:
        """Answer `asker` once; a second answer to the same line is a no-op. `action` and `reason` go to the audit."""
        text = self.render.github(message)
        async with self.units.write() as unit:
            if await self.keep(unit, asker.origin, text):
                await note(unit, asker, action=action, at=self.clock.now(), reason=reason, facts=facts)

    async def keep(self, unit: Unit, origin: Origin, text: str, *, suffix: str = "") -> bool:
        """Save the text and its posting in the caller's transaction; False when this line was answered before."""
        answer = Answer(
            id=self.mint.id(),
            natural_key=origin.natural_key + suffix,
            surface="github",
            connection=origin.connection,
            repository=origin.repository,
            number=origin.number,
            text=text,
            message_id=None,
            attempted_at=None,
            created_at=self.clock.now(),
        )
        if not await unit.answers.add(answer):
            return False
        await unit.enqueue(Job(kind=POST, key=str(answer.id), payload={"v": 1, "answer": str(answer.id)}))
        return True


async def note(
    unit: Unit,
    asker: Asker,
    *,
    action: str,
    at: datetime,
    reason: Reason | None = None,
    request: UUID | None = None,
    facts: Mapping[str, Any] = {},
) -> None:
    """One audit row about a command, in the caller's transaction."""
    await unit.audit.write(
        action=action,
        at=at,
        person=asker.person.id,
        connection=asker.origin.connection,
        repository=asker.origin.repository,
        request=request,
        reason=reason,
        facts={"text": asker.text, "origin": asker.origin.natural_key, "login": asker.person.github.login, **facts},
    )
    unit.noted(action, reason)


def reaction(origin: Origin, word: str) -> Job:
    """The job that puts a reaction on the comment. Doing it twice changes nothing at GitHub."""
    payload = {
        "v": 1,
        "connection": str(origin.connection),
        "repository": origin.repository,
        "comment": origin.comment,
        "reaction": word,
    }
    return Job(kind=REACT, key=f"{origin.connection}:{origin.comment}:{word}", payload=payload)


def marker(thing: UUID) -> str:
    """The hidden line by which our own comment is found again after a crash between posting and saving its id."""
    return f"<!-- signalbox:{thing} -->"


@dataclass(frozen=True, slots=True)
class PostAnswer:
    """The job `post_answer`: looks first, then posts."""

    units: Units
    comments: Comments
    clock: Clock

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Post the answer that the payload names, at most once."""
        async with self.units.read() as unit:
            answer = await unit.answers.get(UUID(payload["answer"]))
            if answer is None or answer.message_id is not None:
                return None
            repository = await unit.repositories.get(answer.connection, answer.repository)
        assert repository is not None
        posted = None
        if answer.attempted_at is not None:
            posted = await self.comments.find(repository, answer.number, marker(answer.id), answer.created_at)
        if posted is None:
            async with self.units.write() as unit:
                await unit.answers.attempting(answer.id, self.clock.now())
            posted = await self.comments.create(repository, answer.number, f"{answer.text}\n\n{marker(answer.id)}")
        async with self.units.write() as unit:
            await unit.answers.posted(answer.id, posted)
        return None


@dataclass(frozen=True, slots=True)
class React:
    """The job `react`."""

    units: Units
    comments: Comments

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Put the reaction on the comment that the payload names."""
        async with self.units.read() as unit:
            repository = await unit.repositories.get(UUID(payload["connection"]), payload["repository"])
        assert repository is not None
        with contextlib.suppress(NotFound):  # somebody deleted the comment: there is nothing left to react to
            await self.comments.react(repository, payload["comment"], payload["reaction"])
        return None
