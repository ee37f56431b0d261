"""Owns the dispatch: recorded before it is sent, looked for before it is sent again.

The state `dispatching` means "we may have asked GitHub". Whoever finds a request in it looks for its run first (T31).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bot.errors import Moved, NotFound, RateLimited, Refused, UpstreamError
from bot.flow.adopt import Adopt
from bot.flow.insist import insist
from bot.flow.move import move
from bot.flow.patience import Away, Patience
from bot.flow.ports import Clock, Unit, Units, Workflows
from bot.flow.rejudge import Rejudge
from bot.flow.restart import Restart
from bot.flow.schedule import dispatch
from bot.log import tag
from bot.model.decision import Reason
from bot.model.origin import CommentOrigin
from bot.model.repository import Repository
from bot.model.request import Pin, Request, RequestState
from bot.rules import lifecycle, policy, refuse, verify
from bot.rules.patience import lasts
from bot.rules.pin import LATE

FRESH: Final = timedelta(seconds=5)
"""Judged and dispatched within this time counts as judged twice."""

GIVE_GITHUB_TIME: Final = timedelta(seconds=30)
"""A dispatch that was begun must be visible after this; only then does "nothing there" mean "it never arrived".

As long as `post.GRACE`, for the same reason: ten seconds for a token, ten for the call, ten for GitHub's own work.
"""

SOON: Final = timedelta(seconds=1)
NOT_AGAIN: Final = {
    Reason.CANCELLED_BY_PERSON: RequestState.CANCELLED,
    # The backup that we were restored from is older than what may have happened since (T23).
    Reason.RESTORED: RequestState.VOIDED,
}
"""How a request ends that is not sent another time, for this reason."""
OFTEN: Final = timedelta(seconds=30)
"""How often a command at most looks whether the one before it in its comment is through."""


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """The job `dispatch`."""

    units: Units
    workflows: Workflows
    rejudge: Rejudge
    adopt: Adopt
    restart: Restart
    clock: Clock
    patience: Patience

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Start the run of the request that the payload names, exactly once."""
        async with self.units.read() as unit:
            request = await unit.requests.get(UUID(payload["request"]))
            if request is None or not _due(request) or lifecycle.unjudged(request):
                return None
            repository = await unit.repositories.get(request.connection, request.repository)
            of_comment = await _of_comment(unit, request)
        assert repository is not None
        tag(request=request.code)
        if request.state is not RequestState.DISPATCHING and any(_goes_first(other, request) for other in of_comment):
            now = self.clock.now()
            return now + min(max(SOON, (now - request.created_at) / 10), OFTEN)
        again_at = await self._try(request, repository)
        if again_at is None:
            await self._wake_next([other for other in of_comment if _goes_first(request, other)])
        return again_at

    async def _try(self, request: Request, repository: Repository) -> datetime | None:
        try:
            if request.state is RequestState.DISPATCHING:
                return await self._again(request, repository)
            return await self._first(request, repository)
        except Away as error:
            return await self._wait(request.id, error)
        except (Refused, NotFound) as error:
            await self._refused(request.id, error)
            return None

    async def _wait(self, waiting: UUID, error: UpstreamError) -> datetime | None:
        """When to go on. Whoever asked sees what it waits for once that lasts; in the end it is given up."""
        now = self.clock.now()
        async with self.units.write() as unit:
            request = await unit.requests.get(waiting)
            if request is None or not _due(request):
                return None
            if lifecycle.awaits_others(request):
                # It waits for people in the first place, and says so; the sweep looks after it once this is given up.
                return self.patience.again(error, request.judged_at or request.created_at)
            again_at = self.patience.again(error, request.created_at)
            if again_at is None:
                sent = request.state is RequestState.DISPATCHING
                state, words = (RequestState.LOST, NO_ANSWER) if sent else (RequestState.EXPIRED, NEVER_ASKED)
                reason = Reason.UPSTREAM_UNAVAILABLE
                await move(unit, request, lifecycle.advance(request, state, at=now, reason=reason, note=words), now)
            elif lasts(error, now - request.created_at):
                why = lifecycle.SLOWED if isinstance(error, RateLimited) else lifecycle.AWAY
                told = lifecycle.await_upstream(request, why)
                if told != request:
                    await move(unit, request, told, now)
        return again_at

    async def _refused(self, refused: UUID, error: UpstreamError) -> None:
        """GitHub will not answer what has to be known: not knowing is no."""
        async with self.units.read() as unit:
            request = await unit.requests.get(refused)
        if request is not None and request.state is RequestState.DISPATCHING:
            await self.end(request, RequestState.LOST, Reason.UPSTREAM_REFUSED, f"{UNTOLD} {error}")
        elif request is not None:
            note = refuse.noted(policy.refused_upstream(str(error)).gate)
            await self.end(request, RequestState.REFUSED, Reason.UPSTREAM_REFUSED, note)

    async def _wake_next(self, following: Sequence[Request]) -> None:
        """The next command of the same comment need not wait any longer."""
        if following:
            async with self.units.write() as unit:
                await unit.enqueue(dispatch(following[0].id))

    async def _first(self, request: Request, repository: Repository) -> datetime | None:
        now = self.clock.now()
        assert request.judged_at is not None
        if now - request.judged_at > FRESH or request.state is RequestState.WAITING:
            judged = await self.rejudge(request, repository)
            if judged is None:
                return None
            request = judged
        if request.rerun is not None:
            await self.restart.first(request, repository)
            return None
        begun = lifecycle.advance(request, RequestState.DISPATCHING, at=now)
        async with self.units.write() as unit:
            begun = await move(unit, request, replace(begun, dispatched_at=now), now, quiet=True)
        try:
            return await self._send(begun, repository)
        except (RateLimited, Moved):
            await insist(lambda: self._unsent(begun))
            raise

    async def _unsent(self, begun: Request) -> None:
        """GitHub said that it did nothing, so there is nothing to look for: it waits, and is judged again (T4).

        Whether that is worth an edit of its message shows when it is known how long it waits.
        """
        now = self.clock.now()
        async with self.units.write() as unit:
            current = await unit.requests.get(begun.id)
            if current is not None and current.version == begun.version:
                await move(unit, current, lifecycle.take_back(current), now, quiet=True)

    async def _again(self, request: Request, repository: Repository) -> datetime | None:
        """An earlier attempt may have got through: look before asking again."""
        if await self._got_through(request, repository):
            return None
        assert request.dispatched_at is not None
        assert request.judged_at is not None
        # Each attempt is judged right before it is sent, so the later of the two is when the last one was.
        visible_at = max(request.dispatched_at, request.judged_at) + GIVE_GITHUB_TIME
        now = self.clock.now()
        if now < visible_at:
            return visible_at
        if request.reason in NOT_AGAIN:
            await self.end(request, NOT_AGAIN[request.reason], request.reason, request.note)
            return None
        if now - request.created_at > LATE:
            await self.end(request, RequestState.FAILED, Reason.UPSTREAM_UNAVAILABLE, NOT_TAKEN)
            return None
        judged = await self.rejudge(request, repository)
        return None if judged is None else await self._send(judged, repository)

    async def _got_through(self, request: Request, repository: Repository) -> bool:
        """Whether the run was found, or will never be told apart; either way there is nothing left to send."""
        if request.rerun is not None:
            return await self.restart.look(request, repository)
        found = await self.adopt.look(request, repository)
        if isinstance(found, verify.Found):
            await self.adopt(request, repository, found.report)
        elif found is verify.Search.UNSURE:
            await self.end(request, RequestState.LOST, Reason.RUN_NOT_FOUND, UNSURE)
        else:
            return False
        return True

    async def _send(self, request: Request, repository: Repository) -> datetime | None:
        if request.rerun is not None:
            await self.restart.send(request, repository)
            return None
        assert request.pin is not None
        try:
            ref = _ref(request.pin, repository)
            run = await self.workflows.dispatch(repository, request.workflow_path, ref=ref, inputs=request.inputs)
        except (Refused, NotFound) as error:
            note = f"GitHub refused: {error}"
            await insist(lambda: self.end(request, RequestState.FAILED, Reason.UPSTREAM_REFUSED, note))
            return None
        await self.adopt.sent(request, run)
        return None

    async def end(self, request: Request, state: RequestState, reason: Reason, note: str) -> None:
        """End the request for a reason that the person sees."""
        now = self.clock.now()
        async with self.units.write() as unit:
            current = await unit.requests.get(request.id)
            if current is not None and lifecycle.may(current, state):
                ended = lifecycle.advance(current, state, at=now, reason=reason, note=note)
                await move(unit, current, ended, now)

    async def gave_up(self, payload: Mapping[str, Any], error: BaseException) -> None:
        """The last attempt failed: the job is held, and the person is told what we know."""
        async with self.units.read() as unit:
            request = await unit.requests.get(UUID(payload["request"]))
        if request is not None and request.state is RequestState.DISPATCHING:
            await self.end(request, RequestState.LOST, Reason.INTERNAL_ERROR, BROKE_AFTER)
        elif request is not None:
            await self.end(request, RequestState.EXPIRED, Reason.INTERNAL_ERROR, BROKE_BEFORE)


UNSURE: Final = "A run was started about then, but nothing proves that it is this one."
NO_ANSWER: Final = "GitHub did not answer, so it is not known whether the run was started."
NOT_TAKEN: Final = "GitHub did not take it, however often it was asked, so nothing was started."
NEVER_ASKED: Final = "GitHub did not answer, so nothing was started."
UNTOLD: Final = "GitHub was asked to start it, and does not say what became of that:"
BROKE_BEFORE: Final = "Something went wrong in Signalbox, so nothing was started. Tell whoever runs it."
BROKE_AFTER: Final = (
    "Something went wrong in Signalbox, so it is not known whether the run was started. Tell whoever runs it."
)


def _ref(pin: Pin, repository: Repository) -> str:
    """Where the workflow file is taken from: the default branch for whatever touches an environment (T1)."""
    return pin.ref if pin.head_sha is None else f"refs/heads/{repository.default_branch}"


def _pending(request: Request) -> bool:
    """Whether its run is still to be started, as far as we know."""
    begun = request.state in (RequestState.QUEUED, RequestState.DISPATCHING)
    return begun or lifecycle.awaits_upstream(request)


def _due(request: Request) -> bool:
    """Whether it can be started, or be found to be startable now."""
    return _pending(request) or lifecycle.awaits_others(request)


def _goes_first(other: Request, request: Request) -> bool:
    """Commands of one comment are dispatched in the order of their lines; what waits for people holds up none."""
    return _pending(other) and _line(other) < _line(request)


def _line(request: Request) -> int:
    return request.origin.line if isinstance(request.origin, CommentOrigin) else 0


async def _of_comment(unit: Unit, request: Request) -> Sequence[Request]:
    if not isinstance(request.origin, CommentOrigin):
        return ()
    return await unit.requests.of_comment(request.connection, request.repository, request.origin.comment)
