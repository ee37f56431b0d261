"""What was done outside is done once, also where writing it down loses a race."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from bot.errors import Conflict, RateLimited, Refused, UpstreamError
from bot.flow.adopt import Adopt
from bot.flow.dispatch import Dispatcher
from bot.flow.insist import ROUNDS, insist
from bot.flow.patience import Patience
from bot.flow.ports import Mint, Ourselves, WorkflowRuns
from bot.flow.post import Post
from bot.flow.post_answer import PostAnswer
from bot.flow.redeliver import Redeliver
from bot.flow.restart import Restart
from bot.model.request import RequestState, RerunOf
from bot.store.mint import new_id
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.races import Loses
from tests.support.rows import answer, place, save_request

RERUN = RerunOf(of=UUID(int=41), run=5, attempt=2, failed_only=False)
SENT = {"state": RequestState.DISPATCHING, "dispatched_at": make.NOON}


class Ids:
    def id(self) -> UUID:
        return new_id()


@dataclass
class Outside:
    """GitHub and Slack: notes what is done to them, and refuses if it is told to."""

    refuses: bool = False
    done: list[str] = field(default_factory=list)

    def _do(self, act: str) -> None:
        self.done.append(act)
        if self.refuses:
            raise Refused("No.")

    async def create(self, *arguments: Any) -> str:
        self._do("said")
        return ""

    async def rerun(self, *arguments: Any, failed_only: bool) -> None:
        self._do("run again")

    async def redeliver(self, *arguments: Any) -> None:
        self._do("asked for")

    findable = staticmethod(Post.findable)


@dataclass
class Dispatches:
    """GitHub, asked to start a run."""

    no: UpstreamError
    asked: int = 0

    async def dispatch(self, *arguments: Any, **more: Any) -> None:
        self.asked += 1
        raise self.no


def adopting(units: Units, clock: FakeClock) -> Adopt:
    patience = Patience(clock, lambda: 0.5)
    return Adopt(units, cast(WorkflowRuns, None), cast(Ourselves, None), clock, cast(Mint, Ids()), patience)


async def test_the_id_of_a_run_that_github_tells_once_is_not_forgotten_over_a_lost_race(
    units: Units, clock: FakeClock
) -> None:
    request = await save_request(units, **SENT)
    await adopting(cast(Units, Loses(units)), clock).sent(request, 4711)
    async with units.read() as unit:
        (run,) = await unit.runs.of_request(request.id)
        started = await unit.requests.get(request.id)
    assert run.github_id == 4711
    assert started is not None
    assert started.state is RequestState.RUNNING


@pytest.mark.parametrize(("refuses", "end"), [(False, RequestState.RUNNING), (True, RequestState.FAILED)])
async def test_a_run_is_run_again_once(units: Units, clock: FakeClock, refuses: bool, end: RequestState) -> None:
    request, github = await save_request(units, rerun=RERUN, **SENT), Outside(refuses)
    restart = Restart(cast(Units, Loses(units)), cast(Any, github), cast(Ourselves, None), clock, cast(Mint, Ids()))
    await restart.send(request, make.repository())
    async with units.read() as unit:
        ended = await unit.requests.get(request.id)
    assert ended is not None
    assert (github.done, ended.state) == (["run again"], end)


async def test_what_only_one_person_sees_is_said_once(units: Units, clock: FakeClock) -> None:
    whisper = answer(address=place(only_for="U1"), created_at=clock.now())
    async with units.write() as unit:
        await unit.answers.add(whisper)
    slack, patience = Outside(), Patience(clock, lambda: 0.5)
    post = PostAnswer(cast(Units, Loses(units, when=(2,))), cast(Post, slack), clock, patience, timedelta(seconds=30))
    for _ in range(2):  # as after a crash
        await post({"v": 1, "answer": str(whisper.id)})
    assert slack.done == ["said"]


async def test_a_delivery_is_asked_for_once(units: Units, clock: FakeClock) -> None:
    github = Outside()
    redeliver = Redeliver(cast(Units, Loses(units)), cast(Any, github), clock, (make.CONNECTION,), lambda result: None)
    payload = {"v": 1, "connection": str(make.CONNECTION), "guid": "g-1", "attempt": 3, "failed_at": 0}
    for _ in range(2):
        await redeliver.ask(payload)
    assert github.done == ["asked for"]


async def test_who_loses_every_race_is_told() -> None:
    lost: list[int] = []

    async def lose() -> None:
        lost.append(1)
        raise Conflict

    with pytest.raises(Conflict):
        await insist(lose)
    assert len(lost) == ROUNDS


@pytest.mark.parametrize(
    ("no", "then"),
    [(Refused("No."), RequestState.FAILED), (RateLimited("Wait", status=429, retry_after=60), RequestState.WAITING)],
)
async def test_a_no_to_a_dispatch_is_written_down_and_not_looked_into(
    units: Units, clock: FakeClock, no: UpstreamError, then: RequestState
) -> None:
    request, github = await save_request(units, state=RequestState.QUEUED, judged_at=clock.now()), Dispatches(no)
    nothing = cast(Any, None)
    patience = Patience(clock, lambda: 0.5)
    racing = cast(Units, Loses(units, when=(2,)))
    dispatcher = Dispatcher(racing, cast(Any, github), nothing, nothing, nothing, clock, patience)
    await dispatcher._try(request, make.repository())
    async with units.read() as unit:
        ended = await unit.requests.get(request.id)
    assert ended is not None
    assert (github.asked, ended.state) == (1, then)
