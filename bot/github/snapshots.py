"""Owns what the gates look at: a pull request, and the checks and reviews of one of its commits, in one question.

| field of the snapshot | feeds the gate | comes from |
|---|---|---|
| `pull_request` | closed, base, draft, fork, head unmoved | the question |
| `author`, `reviews`, `decision` | reviews | the question; one more for each further hundred reviews |
| `checks` | checks | the question; one more for each further hundred checks |
| `required` | checks | two reads of REST (`bot.github.protection`) |
| `behind_base`, `behind_default` | up to date | the question; a read of REST for each that GraphQL leaves empty |
| `mergeable` | mergeable | the question |

The question costs one point of GraphQL's 5,000 in an hour (two lists of a hundred are a hundredth of a point each,
rounded up), and each further page one more. It goes out with a token for one repository.
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import msgspec

from bot.errors import NotFound, Refused
from bot.github import scopes, snapshot_facts, snapshot_query
from bot.github.clients import Clients
from bot.github.graphql import GraphQL, Told
from bot.github.protection import Protection
from bot.github.snapshot_facts import Commit, Contexts, Data, PullRequestFacts, Ref, RepositoryFacts, Reviews
from bot.model.repository import Repository
from bot.model.snapshot import Check, Review, Snapshot

MOST_PAGES: Final = 20
ROLLUP: Final = "statusCheckRollup"
SPARE: Final = frozenset({"compare", ROLLUP})
"""What GitHub may not tell us while it tells everything else: a comparison that it can not make, and checks where the
App has no permission for them."""

P = TypeVar("P", Contexts, Reviews)

_Rest = tuple[tuple[Check, ...] | None, tuple[Review, ...] | None, frozenset[str] | None, tuple[int | None, int | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What is asked about, and with which permissions."""

    repository: Repository
    number: int
    sha: str
    permissions: Mapping[str, str]

    @property
    def variables(self) -> dict[str, Any]:
        """What all questions are told."""
        return {"owner": self.repository.owner, "name": self.repository.name, "number": self.number}


class _Comparison(msgspec.Struct):
    behind_by: int


class Snapshots:
    """It satisfies `bot.flow.ports.Snapshots`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients
        self._graphql = GraphQL(clients)
        self._protection = Protection(clients)

    async def of(self, repository: Repository, number: int, sha: str) -> Snapshot:
        """The pull request with the checks and reviews of that commit.

        Raises `NotFound`, what a call raises, and `Refused` when GitHub answers about another repository (T8). What
        GitHub keeps to itself is None in the snapshot: checks without the permission for them, a list without an end.
        """
        about, told = await self._first(repository, number, sha)
        facts = _pull_request(told, about)
        checks, reviews, required, behind = await self._rest(about, told, facts)
        return Snapshot(
            pull_request=snapshot_facts.pull_request(facts, repository.id),
            author=facts.author.database_id if facts.author else None,
            sha=sha,
            checks=checks,
            required=required,
            reviews=reviews,
            decision=snapshot_facts.decision(facts.review_decision),
            mergeable=snapshot_facts.mergeable(facts.mergeable),
            behind_base=behind[0],
            behind_default=behind[1],
        )

    async def _rest(self, about: _About, told: Told[Data], facts: PullRequestFacts) -> _Rest:
        """What may need more questions, at once; nobody is left behind asking."""
        checks = asyncio.create_task(self._checks(about, told))
        reviews = asyncio.create_task(self._reviews(about, facts))
        required = asyncio.create_task(self._protection.required_checks(about.repository, facts.base_ref_name))
        behind = asyncio.create_task(self._behind(about, facts, _repository(told, about).default_branch_ref))
        asked = (checks, reviews, required, behind)
        try:
            return await asyncio.gather(*asked)
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)

    async def _first(self, repository: Repository, number: int, sha: str) -> tuple[_About, Told[Data]]:
        """Without checks where the installation gives no token that may read them: 422, of a token alone."""
        about = _About(repository=repository, number=number, sha=sha, permissions=scopes.SNAPSHOT)
        more = {"sha": sha, "head": sha}
        try:
            return about, await self._ask(about, snapshot_query.SNAPSHOT, **more)
        except Refused as error:
            if error.status != 422:
                raise
        about = _About(repository=repository, number=number, sha=sha, permissions=scopes.SNAPSHOT_WITHOUT_CHECKS)
        return about, await self._ask(about, snapshot_query.SNAPSHOT, **more)

    async def _checks(self, about: _About, told: Told[Data]) -> tuple[Check, ...] | None:
        """All of them, or None: also where one can not be read, for it might be the one that failed."""
        commit = _commit(told, about)
        if commit is None:
            return None
        if commit.status_check_rollup is None:
            return ()
        nodes = await _all(commit.status_check_rollup.contexts, partial(self._more_contexts, about))
        checks = [snapshot_facts.check(node) for node in nodes] if nodes is not None else [None]
        read = tuple(check for check in checks if check is not None)
        return read if len(read) == len(checks) else None

    async def _reviews(self, about: _About, facts: PullRequestFacts) -> tuple[Review, ...] | None:
        """All of them, or None."""
        if facts.latest_opinionated_reviews is None:
            return ()
        nodes = await _all(facts.latest_opinionated_reviews, partial(self._more_reviews, about))
        reviews = [snapshot_facts.review(node) for node in nodes] if nodes is not None else [None]
        read = tuple(review for review in reviews if review is not None)
        return read if len(read) == len(reviews) else None

    async def _more_contexts(self, about: _About, after: str) -> Contexts | None:
        commit = _commit(await self._ask(about, snapshot_query.MORE_CONTEXTS, sha=about.sha, after=after), about)
        return commit.status_check_rollup.contexts if commit and commit.status_check_rollup else None

    async def _more_reviews(self, about: _About, after: str) -> Reviews | None:
        found = _repository(await self._ask(about, snapshot_query.MORE_REVIEWS, after=after), about)
        return found.pull_request.latest_opinionated_reviews if found.pull_request else None

    async def _behind(
        self, about: _About, facts: PullRequestFacts, default: Ref | None
    ) -> tuple[int | None, int | None]:
        """How far the commit is behind the base branch, and behind the default one; None for what is not there."""
        base = await self._behind_one(about, facts.base_ref_name, facts.base_ref)
        if default is not None and default.name == facts.base_ref_name:
            return base, base
        return base, await self._behind_one(about, default.name if default else "", default)

    async def _behind_one(self, about: _About, name: str, ref: Ref | None) -> int | None:
        """GraphQL may not compare with a commit that came from a fork, REST does.

        https://docs.github.com/en/rest/commits/commits#compare-two-commits
        The second page says the same about both sides without their commits and files.
        """
        if ref is None or not name:
            return None
        if ref.compare is not None:
            return ref.compare.behind_by
        try:
            answer = await self._clients.of(about.repository.connection).request(
                "GET",
                "/repos/{owner}/{repo}/compare/{basehead}",
                repository=about.repository,
                permissions=scopes.CONTENTS,
                query={"per_page": 1, "page": 2},
                basehead=f"{name}...{about.sha}",
            )
        except (NotFound, Refused):
            return None
        return answer.read(_Comparison).behind_by

    async def _ask(self, about: _About, query: str, **more: str) -> Told[Data]:
        return await self._graphql.ask(
            query,
            about.variables | more,
            repository=about.repository,
            permissions=about.permissions,
            shape=Data,
            spare=SPARE,
        )


async def _all(first: P, more: Callable[[str], Awaitable[P | None]]) -> list[Any] | None:
    """What stands on all pages; None when they do not come to an end."""
    page, nodes = first, list(first.nodes)
    for _ in range(MOST_PAGES - 1):
        if not page.page_info.has_next_page:
            break
        following = await more(page.page_info.end_cursor) if page.page_info.end_cursor else None
        if following is None:
            return None
        page = following
        nodes += page.nodes
    return None if page.page_info.has_next_page else nodes


def _pull_request(told: Told[Data], about: _About) -> PullRequestFacts:
    """The pull request that was asked about, with this repository as its base (T8)."""
    facts = _repository(told, about).pull_request
    if facts is None:
        raise NotFound("There is no such pull request.", status=404)
    base = facts.base_repository.database_id if facts.base_repository else None
    if base != about.repository.id or facts.number != about.number or not facts.head_ref_oid:
        raise Refused("GitHub answered about another pull request.", status=200)
    return facts


def _repository(told: Told[Data], about: _About) -> RepositoryFacts:
    """The repository that was asked about, by its number: the name may be another's by now (T8)."""
    found = told.data.repository
    if found is None:
        raise NotFound("There is no such repository.", status=404)
    if found.database_id != about.repository.id:
        raise Refused("GitHub answered about another repository.", status=200)
    return found


def _commit(told: Told[Data], about: _About) -> Commit | None:
    """The very commit with its checks; None where they are not for us to read, or not all of them."""
    commit = _repository(told, about).object
    if ROLLUP in told.untold or about.permissions is not scopes.SNAPSHOT:
        return None
    return commit if commit is not None and commit.oid == about.sha else None
