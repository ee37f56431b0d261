"""Owns check runs of ours: what we think of a commit, where people review it. Only an App can write them.

Looked for before it is written: the newest run of our App with that name and key on that commit is brought up to date,
so that a job that runs twice says nothing twice. https://docs.github.com/en/rest/checks/runs
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from bot.github import scopes
from bot.github.clients import Clients
from bot.model.repository import Repository

PAGE: Final = 100
LONGEST_TITLE: Final = 255
LONGEST_SUMMARY: Final = 65_535
CUT: Final = "\n\n... and more, which does not fit here."


class _App(msgspec.Struct):
    id: int | None = None


class _CheckRun(msgspec.Struct):
    id: int
    external_id: str | None = None
    head_sha: str = ""
    app: _App | None = None


class _CheckRuns(msgspec.Struct):
    check_runs: list[_CheckRun]


class Judgements:
    """It satisfies `bot.flow.ports.Judgements`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def tell(
        self, repository: Repository, sha: str, *, name: str, key: str, conclusion: str, title: str, summary: str
    ) -> None:
        """Create or bring up to date the check run of our App with this `external_id` on this commit.

        `conclusion` is GitHub's word: `success`, `neutral`, `failure`, `action_required`. What is too long is cut.
        `Unreachable` may mean that it was written; the next try finds it. Raises what a call raises.
        """
        said: dict[str, Any] = {"name": name, "external_id": key, "status": "completed", "conclusion": conclusion}
        said["output"] = {"title": title[:LONGEST_TITLE], "summary": _cut(summary)}
        known = await self._find(repository, sha, name, key)
        client = self._clients.of(repository.connection)
        if known is None:
            await client.request(
                "POST",
                "/repos/{owner}/{repo}/check-runs",
                repository=repository,
                permissions=scopes.CHECK_RUNS,
                body=said | {"head_sha": sha},
            )
            return
        await client.request(
            "PATCH",
            "/repos/{owner}/{repo}/check-runs/{check_run_id}",
            repository=repository,
            permissions=scopes.CHECK_RUNS,
            body=said,
            check_run_id=known,
        )

    async def _find(self, repository: Repository, sha: str, name: str, key: str) -> int | None:
        """`filter=all`: GitHub calls only one run of each name the latest, whatever its key."""
        client = self._clients.of(repository.connection)
        pages = client.pages(
            "/repos/{owner}/{repo}/commits/{ref}/check-runs",
            repository=repository,
            permissions=scopes.CHECK_RUNS,
            query={"check_name": name, "app_id": client.app_id, "filter": "all", "per_page": PAGE},
            ref=sha,
        )
        found = [
            run.id
            async for page in pages
            for run in page.read(_CheckRuns).check_runs
            if run.external_id == key and run.head_sha == sha and run.app is not None and run.app.id == client.app_id
        ]
        return max(found, default=None)


def _cut(summary: str) -> str:
    """GitHub counts characters, and might count bytes: what fits as bytes fits either way."""
    data = summary.encode()
    if len(data) <= LONGEST_SUMMARY:
        return summary
    return data[: LONGEST_SUMMARY - len(CUT)].decode(errors="ignore") + CUT
