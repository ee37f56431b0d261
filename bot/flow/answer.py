"""Owns replies that are written once: help, refusals, typos. Kept first, posted by a job of their own."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bot.errors import NotFound
from bot.flow.ports import Clock, Comments, Mint, Render, Unit, Units
from bot.flow.post import Post
from bot.model.address import Address, GitHubThread, SlackPlace
from bot.model.decision import Reason
from bot.model.job import Job
from bot.model.message import Message
from bot.model.origin import CommentOrigin, Origin
from bot.model.people import Person
from bot.model.repository import Target
from bot.model.request import Answer
from bot.rules.dialect import Dialect

POST = "post_answer"
REACT = "react"

HIDDEN: Final = timedelta(seconds=3)
"""In Slack anybody can name any repository, so "not found" comes at a fixed moment: what is hidden takes as long as
what is missing (T22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who typed what, where: the addressee of a reply, whether or not we know them."""

    origin: Origin
    place: Address
    """Where replies go."""
    name: str
    """What the service calls them: a GitHub login, or a Slack name."""
    text: str
    """The line as typed."""
    dialect: Dialect | None = None
    """How lines to copy read there; None as on GitHub."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker(Caller):
    """A caller whom we know, with what they ask about."""

    person: Person
    target: Target
    stage: Address
    """Where a request of theirs is shown."""
    call: str
    """The line without its target: what rules mend when it is wrong, and the dialect names the target again."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Writes a reply down; the transaction that records it enqueues its posting."""

    units: Units
    render: Render
    clock: Clock
    mint: Mint

    async def __call__(
        self,
        caller: Caller,
        message: Message,
        *,
        action: str,
        reason: Reason | None = None,
        facts: Mapping[str, Any] = {},
    ) -> None:
        """Answer once; a second answer to the same line is a no-op. `action` and `reason` go to the audit."""
        hidden = reason is Reason.NOT_FOUND and isinstance(caller.place, SlackPlace)
        due = caller.origin.created_at + HIDDEN if hidden else None
        async with self.units.write() as unit:
            if await self.keep(unit, caller, message, due=due):
                await note(unit, caller, action=action, at=self.clock.now(), reason=reason, facts=facts)

    async def keep(
        self, unit: Unit, caller: Caller, message: Message, *, suffix: str = "", due: datetime | None = None
    ) -> bool:
        """Save the reply and its posting in the caller's transaction; False when this line was answered before."""
        said = caller.dialect.message(message) if caller.dialect else message
        return await self.tell(unit, caller.place, said, key=caller.origin.natural_key + suffix, due=due)

    async def tell(
        self, unit: Unit, address: Address, message: Message, *, key: str, due: datetime | None = None
    ) -> bool:
        """Save a message to anybody, and its posting; False when this natural key was used before."""
        answer = Answer(
            id=self.mint.id(),
            natural_key=key,
            address=address,
            text=rendered(self.render, address, message),
            message_id=None,
            attempted_at=None,
            created_at=self.clock.now(),
        )
        if not await unit.answers.add(answer):
            return False
        await unit.enqueue(Job(kind=POST, key=str(answer.id), payload={"v": 1, "answer": str(answer.id)}, run_at=due))
        return True


def rendered(render: Render, address: Address, message: Message) -> str:
    """The message as that place keeps it: Markdown, or JSON of text and blocks."""
    if isinstance(address, GitHubThread):
        return render.github(message)
    said = render.slack(message)
    return json.dumps({"text": said.text, "blocks": said.blocks}, ensure_ascii=False)


async def note(
    unit: Unit,
    caller: Caller,
    *,
    action: str,
    at: datetime,
    reason: Reason | None = None,
    request: UUID | None = None,
    facts: Mapping[str, Any] = {},
) -> None:
    """One audit row about a command, in the caller's transaction."""
    asker = caller if isinstance(caller, Asker) else None
    await unit.audit.write(
        action=action,
        at=at,
        person=asker.person.id if asker else None,
        connection=asker.target.repository.connection if asker else caller.origin.connection,
        repository=asker.target.repository.id if asker else None,
        request=request,
        reason=reason,
        facts={"text": caller.text, "origin": caller.origin.natural_key, "login": caller.name, **facts},
    )
    unit.noted(action, reason)


def reaction(origin: CommentOrigin, word: str) -> Job:
    """The job that puts a reaction on the comment. Doing it twice changes nothing at GitHub."""
    payload = {
        "v": 1,
        "connection": str(origin.connection),
        "repository": origin.repository,
        "comment": origin.comment,
        "reaction": word,
    }
    return Job(kind=REACT, key=f"{origin.connection}:{origin.comment}:{word}", payload=payload)


@dataclass(frozen=True, slots=True)
class PostAnswer:
    """The job `post_answer`: looks first, then posts."""

    units: Units
    post: Post
    clock: Clock

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Post the answer that the payload names: at most once where others see it, else at least once.

        What only one person sees can not be looked for. To see it twice does no harm; not to see it would.
        """
        async with self.units.read() as unit:
            answer = await unit.answers.get(UUID(payload["answer"]))
        if answer is None or answer.message_id is not None:
            return None
        posted = None
        if answer.attempted_at is not None:
            posted = await self.post.find(answer.address, answer.id, answer.created_at)
        if posted is None:
            async with self.units.write() as unit:
                await unit.answers.attempting(answer.id, self.clock.now())
            posted = await self.post.create(answer.address, answer.text, answer.id)
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
