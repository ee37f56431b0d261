"""One request that waits for yeses on a real database, and people whose rights a test gives and takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast
from uuid import UUID

from bot.errors import Conflict
from bot.flow import void
from bot.flow.answer import POST, Asker, Reply
from bot.flow.authorize import Authorize, Judged, Question
from bot.flow.catalogs import Catalogs
from bot.flow.expire import Expire
from bot.flow.rejudge import Rejudge
from bot.flow.voices import Voices
from bot.flow.vote import SayYesOrNo
from bot.model.approval import Answer, Asked, Standing, Voice, Vote
from bot.model.config import Approvals, Config, Effective
from bot.model.decision import Gate, Reason
from bot.model.inbound import HeadMoved
from bot.model.intent import Decide, Verdict
from bot.model.message import Message, SlackText
from bot.model.people import GitHubAccount, Person, Role
from bot.model.repository import Repository, Target
from bot.model.request import Request, RequestState
from bot.rules import approvals, policy
from bot.rules.gates import approval
from bot.rules.standing import Code, Known, standing
from bot.store.mint import Mint
from bot.store.unit import Units
from commands.run import command
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.rows import save_request, thread

ASKED = approvals.asked(Approvals(count=2), rule="", now=make.NOON)
VOTERS = ("ann", "ben", "cem")
CODE = Code(author=make.person().github.id, on_pull_request=True, pushers=frozenset({1}))


def person(login: str) -> Person:
    """One of the voters."""
    number = 5000 + VOTERS.index(login)
    return Person(id=UUID(int=number), github=GitHubAccount(connection=make.CONNECTION, id=number, login=login))


@dataclass
class Told:
    """Renders a message as its sentence."""

    def github(self, message: Message) -> str:
        return str(message.fields.get("sentence") or message.fields.get("seen"))

    def slack(self, message: Message) -> SlackText:
        raise AssertionError("nobody asked in Slack")


@dataclass
class Ballot:
    """Steps around one request; `roles` are what GitHub would say."""

    units: Units
    clock: FakeClock
    roles: dict[str, Role] = field(default_factory=lambda: dict.fromkeys(VOTERS, Role.WRITE))
    locked: bool = False
    said: int = 0

    # what the steps ask

    async def known(self, who: Person, request: Request, repository: Repository, asked: Asked) -> Known:
        """In place of GitHub."""
        return Known(
            account=who.github.id,
            login=who.github.login,
            same_person=False,
            link_changed=False,
            here=True,
            role=self.roles[who.github.login],
            teams={},
        )

    async def code(self, request: Request, repository: Repository) -> Code:
        """Somebody else's."""
        return CODE

    async def judge(self, question: Question) -> Judged:
        """The gates approval and lock, and no other."""
        async with self.units.read() as unit:
            votes = await unit.votes.of_request(make.request().id)
        voices = [await self._voice(vote) for vote in votes if vote.answer is Answer.YES]
        lock = Gate(name="lock", passed=not self.locked, seen="locked", reason=Reason.LOCKED if self.locked else None)
        decision = policy.decide([approval.approved(ASKED, voices, environment="staging"), lock])
        asked = replace(ASKED, yes=approvals.tally(ASKED, voices).yes)
        inputs, pin = dict(question.intent.inputs), make.pin()
        return Judged(decision=decision, workflow=None, inputs=inputs, pin=pin, environment="staging", asked=asked)

    async def _voice(self, vote: Vote) -> Voice:
        known = await self.known(person(vote.login), make.request(), make.repository(), ASKED)
        found = standing(ASKED, known, CODE)
        return Voice(
            account=vote.account, login=vote.login, answer=vote.answer, standing=found, teams=frozenset(), at=vote.at
        )

    # what happens

    async def begin(self) -> None:
        """alice asked, and two of the three have to say yes."""
        await save_request(
            self.units, state=RequestState.WAITING, waiting_for="approval", asked=ASKED, dispatched_at=None
        )
        async with self.units.write() as unit:
            await unit.repositories.save(make.repository())
            for login in VOTERS:
                await unit.people.add(person(login), make.NOON)

    async def says(self, login: str, verdict: Verdict) -> None:
        """One of them types it; a lost race is begun again, as the engine does it."""
        self.said += 1
        origin = make.origin(comment=self.said)
        voter = person(login)
        asker = Asker(
            origin=origin,
            place=thread(),
            stage=thread(),
            name=login,
            text=f"/{verdict}",
            call=f"/{verdict}",
            person=voter,
            target=Target(repository=make.repository(), number=7, on_pull_request=True),
        )
        reply = Reply(self.units, Told(), self.clock, Mint())
        step = SayYesOrNo(self.units, cast(Voices, self), reply, self.clock, Mint())
        await self._again(lambda: step(asker, Decide(verdict=verdict, request=None)))

    async def looks(self) -> None:
        """The job `dispatch`, up to where GitHub would be asked."""
        judging = Rejudge(
            self.units, cast(Authorize, self.judge), Catalogs({"run": command}, _unconfigured), self.clock, Mint()
        )

        async def look() -> None:
            request = await self.request()
            if request.state is RequestState.WAITING:
                await judging(request, make.repository())

        await self._again(look)

    async def time_is_up(self) -> None:
        """The job `expire`."""
        await self._again(lambda: Expire(self.units, self.clock)({"v": 1, "request": str(make.request().id)}))

    async def head_moves(self) -> None:
        """Somebody pushes."""
        pull = make.pull_request(head_sha="e" * 40)
        moved = HeadMoved(repository=make.repository(), pull_request=pull, action="synchronize", at=make.at(60))
        await self._again(lambda: void.head_moved(self.units, moved, self.clock.now()))

    async def request(self) -> Request:
        """As it stands."""
        async with self.units.read() as unit:
            request = await unit.requests.get(make.request().id)
        assert request is not None
        return request

    async def told(self) -> Sequence[str]:
        """What people were told, in the order in which it was written down."""
        async with self.units.read() as unit:
            posts = [UUID(job.payload["answer"]) for job in await unit.jobs.all() if job.kind == POST]
            found = [await unit.answers.get(answer) for answer in sorted(posts)]
        return [answer.text for answer in found if answer is not None]

    async def yeses(self) -> int:
        """How many of those that were kept count now."""
        async with self.units.read() as unit:
            votes = await unit.votes.of_request(make.request().id)
        voices = [await self._voice(vote) for vote in votes]
        return len([voice for voice in voices if voice.standing is Standing.COUNTS and voice.answer is Answer.YES])

    async def _again(self, step: Any) -> None:
        while True:
            try:
                await step()
                return
            except Conflict:
                continue


async def _unconfigured(repository: Repository, *, fresh: bool = False) -> Effective:
    return Effective(config=Config())
