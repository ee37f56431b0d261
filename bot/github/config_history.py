"""Owns how a configuration file came onto the default branch, and who else has write (T9, T13).

It is asked only while a configuration waits for a second person: five or six calls, once a minute at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

import msgspec

from bot.errors import NotFound
from bot.github import scopes
from bot.github.clients import Clients
from bot.model.config import CONFIG_PATH
from bot.model.merge import Merge
from bot.model.repository import Repository
from bot.model.snapshot import Review, ReviewState

T = TypeVar("T")
Query = Mapping[str, str | int]

PAGE: Final = 100
HUMAN: Final = "User"

_VERDICTS: Final = frozenset({ReviewState.APPROVED, ReviewState.CHANGES_REQUESTED, ReviewState.DISMISSED})


class _User(msgspec.Struct):
    id: int
    login: str = ""
    type: str = ""


class _Somebody(msgspec.Struct):
    """GitHub writes `{}` where a commit's author is nobody it knows."""

    id: int | None = None


class _Commit(msgspec.Struct):
    sha: str
    author: _Somebody | None = None
    committer: _Somebody | None = None


class _Repository(msgspec.Struct):
    id: int


class _Side(msgspec.Struct):
    ref: str
    sha: str = ""
    repo: _Repository | None = None


class _Pull(msgspec.Struct):
    number: int
    head: _Side
    base: _Side
    user: _User | None = None
    merged_at: str | None = None


class _File(msgspec.Struct):
    filename: str
    status: str = ""
    sha: str | None = None
    previous_filename: str | None = None


class _Review(msgspec.Struct):
    state: str
    user: _User | None = None
    commit_id: str | None = None


class _Activity(msgspec.Struct):
    actor: _User | None = None


class ConfigHistory:
    """It satisfies `bot.flow.ports.ConfigHistory`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def merge(self, repository: Repository) -> Merge | None:
        """The pull request that brought the newest change of the file onto the default branch; None when there was
        none, or GitHub does not tell which one it was."""
        commit = await self._newest_commit(repository)
        for pull in await self._merged(repository, commit) if commit else ():
            changed, blob = await self._changed(repository, pull.number)
            if changed:
                return Merge(
                    number=pull.number,
                    head_sha=pull.head.sha,
                    blob=blob,
                    people=await self._people(repository, pull),
                    reviews=await self._reviews(repository, pull.number),
                )
        return None

    async def touched(self, repository: Repository, number: int) -> bool:
        """Whether this pull request adds, changes or removes the file. Raises `UpstreamError`."""
        return (await self._changed(repository, number))[0]

    async def others(self, repository: Repository, account: int) -> bool:
        """Whether any human besides this one has write. Raises `UpstreamError`: not to know is no no.

        https://docs.github.com/en/rest/collaborators/collaborators#list-repository-collaborators
        """
        route = "/repos/{owner}/{repo}/collaborators"
        asked: Query = {"permission": "push", "affiliation": "all", "per_page": PAGE}
        people = await self._all(repository, route, list[_User], scopes.METADATA, asked)
        return any(person.id != account and person.type == HUMAN for person in people)

    async def _newest_commit(self, repository: Repository) -> str | None:
        """https://docs.github.com/en/rest/commits/commits#list-commits"""
        answer = await self._clients.of(repository.connection).request(
            "GET",
            "/repos/{owner}/{repo}/commits",
            repository=repository,
            permissions=scopes.CONTENTS,
            query={"path": CONFIG_PATH, "sha": repository.default_branch, "per_page": 1},
        )
        commits = answer.read(list[_Commit])
        return commits[0].sha if commits else None

    async def _merged(self, repository: Repository, commit: str) -> Sequence[_Pull]:
        """Those with this commit that were merged into the default branch.

        https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit
        """
        route = "/repos/{owner}/{repo}/commits/{commit_sha}/pulls"
        pulls = await self._all(
            repository, route, list[_Pull], scopes.SNAPSHOT_WITHOUT_CHECKS, {"per_page": PAGE}, commit_sha=commit
        )
        return [pull for pull in pulls if pull.merged_at is not None and _into_default(pull, repository)]

    async def _changed(self, repository: Repository, number: int) -> tuple[bool, str | None]:
        """Whether the pull request itself changed the file, and which blob it left: a commit that was on the default
        branch before is in nobody's diff, so no review is of it.

        https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files
        """
        route = "/repos/{owner}/{repo}/pulls/{pull_number}/files"
        files = await self._all(
            repository, route, list[_File], scopes.PULL_REQUESTS, {"per_page": PAGE}, pull_number=number
        )
        for file in files:
            if file.filename == CONFIG_PATH:
                return True, None if file.status == "removed" else file.sha
        return any(file.previous_filename == CONFIG_PATH for file in files), None

    async def _people(self, repository: Repository, pull: _Pull) -> frozenset[int]:
        """Whoever had a hand in it: nobody approves of their own change (T9).

        https://docs.github.com/en/rest/pulls/pulls#list-commits-on-a-pull-request
        """
        route = "/repos/{owner}/{repo}/pulls/{pull_number}/commits"
        commits = await self._all(
            repository, route, list[_Commit], scopes.PULL_REQUESTS, {"per_page": PAGE}, pull_number=pull.number
        )
        known = {pull.user.id} if pull.user else set()
        for commit in commits:
            known |= {somebody.id for somebody in (commit.author, commit.committer) if somebody and somebody.id}
        return frozenset(known) | await self._pushed(repository, pull)

    async def _pushed(self, repository: Repository, pull: _Pull) -> frozenset[int]:
        """Who pushed to its branch, where that is in this repository. Commits may name anybody as their author.

        https://docs.github.com/en/rest/repos/repos#list-repository-activities
        """
        if pull.head.repo is None or pull.head.repo.id != repository.id:
            return frozenset()
        asked: Query = {"ref": f"refs/heads/{pull.head.ref}", "per_page": PAGE}
        route = "/repos/{owner}/{repo}/activity"
        try:
            entries = await self._all(repository, route, list[_Activity], scopes.CONTENTS, asked)
        except NotFound:  # an older GitHub Enterprise Server
            return frozenset()
        return frozenset(entry.actor.id for entry in entries if entry.actor is not None)

    async def _reviews(self, repository: Repository, number: int) -> tuple[Review, ...]:
        """The newest verdict of each human; GitHub lists them in order.

        https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request
        """
        route = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews"
        said = await self._all(
            repository, route, list[_Review], scopes.PULL_REQUESTS, {"per_page": PAGE}, pull_number=number
        )
        newest: dict[int, Review] = {}
        for each in said:
            if each.user is not None and each.user.type == HUMAN and each.state in _VERDICTS:
                newest[each.user.id] = _review(each, each.user)
        return tuple(newest.values())

    async def _all(
        self,
        repository: Repository,
        route: str,
        shape: type[list[T]],
        permissions: Mapping[str, str],
        query: Query,
        **places: str | int,
    ) -> list[T]:
        """Every page."""
        found: list[T] = []
        pages = self._clients.of(repository.connection).pages(
            route, repository=repository, permissions=permissions, query=query, **places
        )
        async for page in pages:
            found += page.read(shape)
        return found


def _into_default(pull: _Pull, repository: Repository) -> bool:
    ours = pull.base.repo is not None and pull.base.repo.id == repository.id
    return ours and pull.base.ref == repository.default_branch


def _review(said: _Review, user: _User) -> Review:
    return Review(
        author=user.id,
        login=user.login,
        state=ReviewState(said.state),
        sha=said.commit_id or "",
        can_push=False,
    )
