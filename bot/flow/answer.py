"""Owns replies that are written once: help, refusals, typos. Kept first; bot/flow/post_answer.py posts them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bot.flow.move import move
from bot.flow.ports import Clock, Mint, Render, Unit, Units
from bot.model.address import Address, GitHubThread, SlackPlace
from bot.model.decision import Reason
from bot.model.job import Job
from bot.model.message import Message
from bot.model.origin import CommentOrigin, Origin
from bot.model.people import Person
from bot.model.repository import Target
from bot.model.request import Answer, Request, RequestState
from bot.rules import audit_facts, lifecycle, refuse
from bot.rules.dialect import Dialect
from bot.rules.places import Places, furnished, lead

POST = "post_answer"
REACT = "react"

WAITS: Final = ":waits"
"""What the key of the answer ends in that says that a command waits. It is taken back where it was not said in time."""

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
    aside: tuple[Address, Message] | None = None
    """What they are told once it is clear that the request may run: where it is shown, if not where they asked."""
    call: str
    """The line without its target: what rules mend when it is wrong, and the dialect names the target again."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Writes a reply down; the transaction that records it enqueues its posting."""

    units: Units
    render: Render
    clock: Clock
    mint: Mint
    public_url: str | None = None
    """Where our own pages are, so that answers can lead there; None where nobody can sign in to them."""

    async def __call__(
        self,
        caller: Caller,
        message: Message,
        *,
        action: str,
        reason: Reason | None = None,
        facts: Mapping[str, Any] = {},
    ) -> None:
        """Answer once; a second answer to the same line is a no-op. `action` and `reason` go to the audit.

        A request that waits for its judgement ends by it.
        """
        hidden = reason is Reason.NOT_FOUND and isinstance(caller.place, SlackPlace)
        due = _at_a_fixed_moment(caller.origin.created_at, self.clock.now()) if hidden else None
        now = self.clock.now()
        async with self.units.write() as unit:
            waits = await unit.requests.by_origin(caller.origin)
            if waits is not None:
                if reason is None or not lifecycle.unjudged(waits):
                    return
                await _end(unit, waits, message, reason, now)
            told = waits is not None and isinstance(caller.place, GitHubThread)  # its own message says it there
            if told or await self.keep(unit, caller, message, due=due):
                await note(unit, caller, action=action, at=now, reason=reason, facts=facts)

    async def keep(
        self, unit: Unit, caller: Caller, message: Message, *, suffix: str = "", due: datetime | None = None
    ) -> bool:
        """Save the reply and its posting in the caller's transaction; False when this line was answered before."""
        if suffix != WAITS:
            await unit.answers.withdraw(caller.origin.natural_key + WAITS)
        if isinstance(caller, Asker) and lead(message):
            message = furnished(message, await self.places(unit, caller))
        said = caller.dialect.message(message) if caller.dialect else message
        return await self.tell(unit, caller.place, said, key=caller.origin.natural_key + suffix, due=due)

    async def places(self, unit: Unit, asker: Asker) -> Places:
        """Where the answer may lead."""
        repository = asker.target.repository
        return Places(
            server_url=(await unit.connections.get(repository.connection)).server_url,
            public_url=self.public_url,
            repository=repository.full_name,
            command=asker.dialect.command if asker.dialect else "/ops",
        )

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


async def _end(unit: Unit, request: Request, message: Message, reason: Reason, now: datetime) -> None:
    """It waited for its judgement, which is no, or will never be."""
    late = reason in (Reason.EXPIRED, Reason.UPSTREAM_UNAVAILABLE)
    state = RequestState.EXPIRED if late else RequestState.REFUSED
    ended = lifecycle.advance(request, state, at=now, reason=reason, note=refuse.in_short(message))
    await move(unit, request, ended, now)


def _at_a_fixed_moment(asked_at: datetime, now: datetime) -> datetime:
    """However long it took: what took a little longer is said with all else of the same three seconds."""
    return asked_at + HIDDEN * max(1, math.ceil((now - asked_at) / HIDDEN))


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
    """One audit row about a command, in the caller's transaction: who typed what, where, and then the `facts`."""
    asker = caller if isinstance(caller, Asker) else None
    who = audit_facts.of_account(asker.person.github) if asker else {}
    await unit.audit.write(
        action=action,
        at=at,
        person=asker.person.id if asker else None,
        connection=asker.target.repository.connection if asker else caller.origin.connection,
        repository=asker.target.repository.id if asker else None,
        request=request,
        reason=reason,
        facts={"text": caller.text, "name": caller.name, **audit_facts.of_origin(caller.origin), **who, **facts},
    )
    unit.noted(action, reason)


def reaction(origin: CommentOrigin, word: str, now: datetime) -> Job:
    """The job that puts a reaction on the comment. Doing it twice changes nothing at GitHub.

    Patience begins `now`: a comment may be days old before its delivery reaches us.
    """
    payload = {
        "v": 1,
        "connection": str(origin.connection),
        "repository": origin.repository,
        "comment": origin.comment,
        "reaction": word,
        "asked_at": now.isoformat(),
    }
    return Job(kind=REACT, key=f"{origin.connection}:{origin.comment}:{word}", payload=payload)
