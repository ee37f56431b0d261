"""Owns writing comments and reactions, and finding our own comments again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.github import readings, scopes
from bot.github.budget import Turn
from bot.github.clients import Clients
from bot.github.transport import GitHubClient
from bot.model.repository import Repository

PAGE: Final = 100
CLOCKS_DIFFER: Final = timedelta(minutes=1)
"""GitHub's clock may be this far behind ours."""

_COMMENT: Final = "/repos/{owner}/{repo}/issues/comments/{comment_id}"
_THREAD: Final = "/repos/{owner}/{repo}/issues/{issue_number}/comments"


class _App(msgspec.Struct):
    id: int


class _Comment(msgspec.Struct):
    id: int
    body: str | None = None
    performed_via_github_app: _App | None = None


class Comments:
    """It satisfies `bot.flow.ports.Comments`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def create(self, repository: Repository, number: int, body: str) -> int:
        """Post it; the comment's id. `Unreachable` may mean that it was posted."""
        answer = await self._client(repository).request(
            "POST",
            _THREAD,
            repository=repository,
            permissions=scopes.THREADS,
            body={"body": body},
            content=True,
            issue_number=number,
        )
        return answer.read(_Comment).id

    async def edit(self, repository: Repository, comment: int, body: str, *, urgent: bool = False) -> None:
        """Put `body` in place of what it says; `urgent` for a final state, which others make room for.

        Raises `NotFound` when somebody deleted it.
        """
        await self._client(repository).request(
            "PATCH",
            _COMMENT,
            repository=repository,
            permissions=scopes.THREADS,
            body={"body": body},
            turn=Turn.FIRST if urgent else Turn.LATER,
            content=True,
            comment_id=comment,
        )

    async def find(self, repository: Repository, number: int, marker: str, since: datetime) -> int | None:
        """The id of our App's own comment that ends with `marker`; anybody else's does not count.

        Anywhere else in one of ours the marker is a quotation of what somebody typed. `since` is our time, so what
        GitHub dates a little earlier is looked at too. The token is the one that a comment is posted with: who looks
        for a comment is about to post it.
        """
        client = self._client(repository)
        pages = client.pages(
            _THREAD,
            repository=repository,
            permissions=scopes.THREADS,
            query={"since": f"{readings.utc(since - CLOCKS_DIFFER):%Y-%m-%dT%H:%M:%SZ}", "per_page": PAGE},
            issue_number=number,
        )
        async for page in pages:
            for comment in page.read(list[_Comment]):
                app = comment.performed_via_github_app
                if app is not None and app.id == client.app_id and _ends_with(comment, marker):
                    return comment.id
        return None

    async def react(self, repository: Repository, comment: int, reaction: str) -> None:
        """Leave a reaction in GitHub's words: `eyes`, `rocket`, `-1`, `confused`, ... Twice is a no-op at GitHub."""
        await self._client(repository).request(
            "POST",
            _COMMENT + "/reactions",
            repository=repository,
            permissions=scopes.THREADS,
            body={"content": reaction},
            turn=Turn.LATER,
            content=True,
            comment_id=comment,
        )

    def _client(self, repository: Repository) -> GitHubClient:
        return self._clients.of(repository.connection)


def _ends_with(comment: _Comment, marker: str) -> bool:
    return (comment.body or "").rstrip().endswith(marker)
