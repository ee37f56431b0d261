"""Owns the writing down of a request: judged, with its next jobs in one transaction; or waiting for its judgement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.errors import BotError, Taken
from bot.flow.answer import WAITS, Asker, Reply, note
from bot.flow.move import move
from bot.flow.ports import Clock, Mint, Unit, Units
from bot.flow.queue import follow, take
from bot.flow.schedule import FIRST_LOOK, announce, dispatch, expire, notify, remind, shown
from bot.log import tag
from bot.model.address import Address, GitHubThread
from bot.model.origin import Origin
from bot.model.request import Announcement, Request, RequestState
from bot.rules import lifecycle, records
from bot.rules.patience import BLIP

CODES: Final = 5
"""How many codes are tried before we believe that something is wrong with the database."""

NONE: Final = timedelta()

Write = Callable[[Unit, Request], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Enter:
    """Keeps requests."""

    units: Units
    reply: Reply
    clock: Clock
    mint: Mint
    notifies: bool = False
    """Whether there is a Slack, whose channels a configuration may name."""

    async def __call__(self, request: Request, asker: Asker, *, locks: bool = False) -> None:
        """Keep a request that may run, or waits for people; in place of the one that waited for its judgement if one
        does.

        A no-op when this line has come further already. Raises `Conflict` when somebody else locked what it touches
        since it was judged: judge it again. `locks` says that one goes at a time there.
        """

        async def write(unit: Unit, request: Request) -> None:
            if await unit.requests.add(request):
                await self._take(unit, request, exclusive=locks)
                await follow(unit, None, request, self.clock.now())
                return await self._begin(unit, request, asker)
            waited = await unit.requests.by_origin(asker.origin)
            if waited is not None and lifecycle.unjudged(waited):
                await self._take(unit, replace(request, id=waited.id, code=waited.code), exclusive=locks)
                await self._go_on(unit, waited, request, asker)

        await self._write(request, write)

    async def _take(self, unit: Unit, request: Request, *, exclusive: bool) -> None:
        if request.state is RequestState.QUEUED:
            await take(unit, request, self.clock.now(), exclusive=exclusive, mint=self.mint)

    async def wait(self, request: Request, asker: Asker) -> None:
        """Keep a request that nobody can judge now; a no-op when this line has one already."""

        async def write(unit: Unit, request: Request) -> None:
            if not await unit.requests.add(request):
                return
            announcement = await self._announcement(unit, request, asker)
            if shown(request, announcement):
                await unit.enqueue(announce(announcement.id, request.created_at + BLIP))
            facts = {"code": request.code, "workflow": request.workflow_path}
            await note(unit, asker, action="request_waiting", at=request.created_at, request=request.id, facts=facts)
            unit.moved(request)

        await self._write(lifecycle.await_upstream(request), write)

    async def _write(self, request: Request, write: Write) -> None:
        """With another code while somebody else has it.

        A lost race is no reason for one, and is the caller's to repeat: whoever won it may have changed what was read.
        """
        for _ in range(CODES):
            tag(request=request.code)
            try:
                async with self.units.write() as unit:
                    await write(unit, request)
                return
            except Taken:
                request = replace(request, code=self.mint.code())
        raise BotError("No free code for a request was found.")

    async def _begin(self, unit: Unit, request: Request, asker: Asker) -> None:
        announcement = await self._announcement(unit, request, asker)
        look = FIRST_LOOK if request.state is RequestState.QUEUED else NONE  # what waits has nothing to wait for
        await unit.enqueue(announce(announcement.id, request.created_at + look))
        await self._follow_up(unit, request, asker)

    async def _go_on(self, unit: Unit, waited: Request, request: Request, asker: Asker) -> None:
        """It is the same request, under the same code; where it is shown is where it may be shown now."""
        now = self.clock.now()
        for announcement in await unit.announcements.of_request(waited.id):
            if announcement.message_id is None and announcement.address != asker.stage:
                await unit.announcements.save(replace(announcement, address=asker.stage))
        same = replace(request, id=waited.id, code=waited.code, created_at=waited.created_at, version=waited.version)
        await self._follow_up(unit, await move(unit, waited, same, now), asker)

    async def _follow_up(self, unit: Unit, request: Request, asker: Asker) -> None:
        await unit.answers.withdraw(asker.origin.natural_key + WAITS)  # it waits no longer, if it ever did
        if request.state is RequestState.QUEUED:
            await unit.enqueue(dispatch(request.id))
        elif request.asked is not None:
            await unit.enqueue(expire(request.id, request.asked.expires_at))
            await unit.enqueue(remind(request.id, request.asked))
        await self._keep_records(unit, request)
        await self._show_elsewhere(unit, request, asker)
        assert request.pin is not None
        facts = {
            "code": request.code,
            "workflow": request.workflow_path,
            "sha": request.pin.sha,
            "ref": request.pin.ref,
            **({"waits_for": request.waiting_for} if request.waiting_for else {}),
        }
        await note(unit, asker, action="request_opened", at=self.clock.now(), request=request.id, facts=facts)
        if asker.aside is not None:
            place, message = asker.aside
            await self.reply.tell(unit, place, message, key=f"{asker.origin.natural_key}:moved")

    async def _keep_records(self, unit: Unit, request: Request) -> None:
        """What GitHub itself shows of what touches an environment: a check run, and later a deployment."""
        for record in records.places(request):
            await self._shown_too(unit, request, record)

    async def _show_elsewhere(self, unit: Unit, request: Request, asker: Asker) -> None:
        """What touches an environment is everybody's business: also of those who read the pull request, and of the
        channels that the configuration names."""
        if request.environment is None:
            return
        if request.on_pull_request and request.number is not None and not isinstance(asker.stage, GitHubThread):
            connection, repository = request.connection, request.repository
            thread = GitHubThread(connection=connection, repository=repository, number=request.number)
            await self._shown_too(unit, request, thread)
        if self.notifies:
            await unit.enqueue(notify(request.id))

    async def _shown_too(self, unit: Unit, request: Request, address: Address) -> None:
        kept = await self._announced(unit, request, address)
        if shown(request, kept):
            await unit.enqueue(announce(kept.id, request.created_at + FIRST_LOOK))

    async def _announcement(self, unit: Unit, request: Request, asker: Asker) -> Announcement:
        return await self._announced(unit, request, asker.stage)

    async def _announced(self, unit: Unit, request: Request, address: Address) -> Announcement:
        announcement = Announcement(
            id=self.mint.id(),
            request=request.id,
            address=address,
            message_id=None,
            attempted_at=None,
            text_hash=None,
            shown_version=0,
            edits=0,
            edited_at=None,
            version=1,
        )
        await unit.announcements.add(announcement)
        return announcement


async def judged_before(unit: Unit, origin: Origin) -> bool:
    """Whether what somebody typed or pressed has its request or its answer already: it is judged once (T20).

    Asked first of all, because whatever is asked of others may have another answer the second time.
    """
    request = await unit.requests.by_origin(origin)
    if request is not None:
        return not lifecycle.unjudged(request)
    return await unit.answers.given(origin.natural_key)


async def waits(unit: Unit, origin: Origin) -> bool:
    """Whether it was heard before, and could not be judged."""
    return await unit.requests.by_origin(origin) is not None or await unit.answers.given(origin.natural_key + WAITS)
