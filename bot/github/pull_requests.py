"""Owns asking about pull requests as they are now, and where their branches have been."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from bot.errors import NotFound, Refused
from bot.github import readings, scopes
from bot.github.clients import Clients
from bot.github.facts import Account, Moment, PullRequestFacts
from bot.model.repository import Head, PullRequest, Repository

PAGE: Final = 100


class _Activity(msgspec.Struct):
    timestamp: Moment
    after: str = ""
    ref: str = ""
    activity_type: str = ""
    actor: Account | None = None


class PullRequests:
    """It satisfies `bot.flow.ports.PullRequests`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def get(self, repository: Repository, number: int) -> PullRequest:
        """The pull request now. Raises `NotFound`, and `Refused` for one that is not of this repository (T8)."""
        answer = await self._clients.of(repository.connection).request(
            "GET",
            "/repos/{owner}/{repo}/pulls/{pull_number}",
            repository=repository,
            permissions=scopes.PULL_REQUESTS,
            pull_number=number,
        )
        facts = answer.read(PullRequestFacts)
        base = facts.base.repo.id if facts.base and facts.base.repo else None
        if base != repository.id or facts.number != number or facts.head is None or not facts.head.sha:
            raise Refused("GitHub answered about another pull request.", status=answer.status)
        return readings.pull_request(facts, repository.id)

    async def head_before(self, repository: Repository, branch: str, moment: datetime) -> Head | None:
        """The head of a branch of this repository as of before `moment`; None where GitHub's log does not tell.

        https://docs.github.com/en/rest/repos/repos#list-repository-activities
        The log comes newest first, so the first entry from before the moment says what the branch was at then.
        """
        ref = f"refs/heads/{branch}"
        pages = self._clients.of(repository.connection).pages(
            "/repos/{owner}/{repo}/activity",
            repository=repository,
            permissions=scopes.CONTENTS,
            query={"ref": ref, "per_page": PAGE},
        )
        try:
            async for page in pages:
                for entry in page.read(list[_Activity]):
                    if entry.ref == ref and entry.timestamp < moment:
                        return _head(repository, entry)
        except NotFound:
            return None
        return None


def _head(repository: Repository, entry: _Activity) -> Head | None:
    if entry.activity_type == "branch_deletion" or not entry.after.strip("0"):
        return None
    return Head(
        connection=repository.connection,
        repository=repository.id,
        pull_request=0,
        sha=entry.after,
        since=readings.utc(entry.timestamp),
        source="activity",
        pusher=entry.actor.id if entry.actor else None,
    )
