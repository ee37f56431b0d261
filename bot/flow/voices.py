"""Owns hearing who said yes to a request: each vote with what GitHub and our links say of its giver now (T9, T28)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from bot.errors import NotFound, Refused
from bot.flow.ports import Permissions, PullRequests, Teams, Units
from bot.model.approval import Answer, Asked, Standing, Voice, Vote
from bot.model.people import GitHubAccount, Person, Role
from bot.model.repository import Repository
from bot.model.request import Request
from bot.rules.pin import before
from bot.rules.standing import Code, Known, standing, teams_of

BRANCH = "refs/heads/"


@dataclass(frozen=True, slots=True)
class Voices:
    """Asks about whoever voted, past every cache."""

    units: Units
    permissions: Permissions
    teams: Teams
    pull_requests: PullRequests

    async def __call__(self, request_id: UUID, repository: Repository, asked: Asked) -> tuple[Voice, ...]:
        """What was said to the request, as it counts for what is `asked` now. Raises `UpstreamError`.

        Costs nothing while nobody said yes.
        """
        async with self.units.read() as unit:
            request = await unit.requests.get(request_id)
            votes = [vote for vote in await unit.votes.of_request(request_id) if vote.answer is Answer.YES]
            people = [await unit.people.get(vote.person) for vote in votes]
        if request is None or not votes:
            return ()
        code = await self.code(request, repository)
        heard = (
            self._voice(vote, person, request, repository, asked, code)
            for vote, person in zip(votes, people, strict=True)
        )
        return tuple(await asyncio.gather(*heard))

    async def code(self, request: Request, repository: Repository) -> Code:
        """Whose the commit is. Raises `UpstreamError`."""
        pin = request.pin
        assert pin is not None
        if request.rollback_of is not None:
            return Code(author=None, on_pull_request=False, pushers=frozenset(), on_record=True)
        author, pull = None, None
        if pin.pull_request is not None:
            pull = await self.pull_requests.get(repository, pin.pull_request)
            author = pull.author
        async with self.units.read() as unit:
            number = pin.pull_request or 0
            history = await unit.heads.history(repository.connection, repository.id, number) if number else []
        pushers = frozenset(head.pusher for head in history if head.sha == pin.sha and head.pusher is not None)
        if not pushers and pin.ref.startswith(BRANCH) and not (pull is not None and pull.fork):
            branch, asked_at = pin.ref.removeprefix(BRANCH), before(request.origin.created_at)
            logged = await self.pull_requests.head_before(repository, branch, asked_at)
            if logged is not None and logged.sha == pin.sha and logged.pusher is not None:
                pushers = frozenset({logged.pusher})
        return Code(author=author, on_pull_request=pull is not None, pushers=pushers)

    async def known(self, person: Person, request: Request, repository: Repository, asked: Asked) -> Known:
        """What is known of somebody who says something to the request. Raises `UpstreamError`."""
        account = person.github
        async with self.units.read() as unit:
            tied = await unit.links.tied(request.person, request.created_at)
            changed = await unit.links.changed(person.id, request.created_at)
        here = account.connection == repository.connection
        role, teams = await self._rights(repository, account, asked) if here else (Role.NONE, {})
        return Known(
            account=account.id,
            login=account.login,
            same_person=person.id in tied,
            link_changed=changed,
            here=here,
            role=role,
            teams=teams,
        )

    async def _rights(
        self, repository: Repository, account: GitHubAccount, asked: Asked
    ) -> tuple[Role | None, Mapping[str, bool | None]]:
        names = teams_of(asked)
        members = asyncio.gather(*(self._member(repository, team, account) for team in names))
        role, known = await asyncio.gather(self._role(repository, account), members)
        return role, dict(zip(names, known, strict=True))

    async def _role(self, repository: Repository, account: GitHubAccount) -> Role | None:
        """None when GitHub's answer was about somebody else, which is never a yes (T8)."""
        try:
            return await self.permissions.role(repository, account, fresh=True)
        except (Refused, NotFound):
            return None

    async def _member(self, repository: Repository, team: str, account: GitHubAccount) -> bool | None:
        try:
            return await self.teams.member(repository, team, account)
        except (Refused, NotFound):
            return None

    async def _voice(
        self,
        vote: Vote,
        person: Person | None,
        request: Request,
        repository: Repository,
        asked: Asked,
        code: Code,
    ) -> Voice:
        found, teams, login = Standing.NO_ACCESS, frozenset[str](), vote.login
        if person is not None and (person.github.connection, person.github.id) == (vote.connection, vote.account):
            known = await self.known(person, request, repository, asked)
            found, login = standing(asked, known, code), known.login
            teams = frozenset(team for team, member in known.teams.items() if member)
        return Voice(account=vote.account, login=login, answer=vote.answer, standing=found, teams=teams, at=vote.at)
