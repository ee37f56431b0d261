"""Owns check runs of ours: what we say about a commit, where people review it. Only an App can write them.

`tell` looks before it writes: the newest run of our App with that name and key on that commit is brought up to date, so
that a job that runs twice says nothing twice. https://docs.github.com/en/rest/checks/runs
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from bot.errors import BotError
from bot.github import scopes
from bot.github.call import Answer
from bot.github.clients import Clients
from bot.github.transport import GitHubClient
from bot.model.check_run import Annotation, CheckButton, CheckReport
from bot.model.repository import Repository

PAGE: Final = 100
LONGEST_TITLE: Final = 255
LONGEST_SUMMARY: Final = 65_535
LONGEST_MESSAGE: Final = 64 * 1024
ANNOTATIONS: Final = 50
"""In one call; more are added by the next ones."""
BUTTONS: Final = 3
LONGEST_IDENTIFIER: Final = 20
LONGEST_LABEL: Final = 20
LONGEST_DESCRIPTION: Final = 40
CUT: Final = "\n\n... and more, which does not fit here."

_RUNS: Final = "/repos/{owner}/{repo}/check-runs"


class _App(msgspec.Struct):
    id: int | None = None


class _Output(msgspec.Struct):
    annotations_count: int = 0


class _CheckRun(msgspec.Struct):
    id: int
    external_id: str | None = None
    head_sha: str = ""
    app: _App | None = None
    output: _Output | None = None


class _CheckRuns(msgspec.Struct):
    check_runs: list[_CheckRun]


class CheckRuns:
    """It satisfies `bot.flow.ports.CheckRuns`."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def tell(self, repository: Repository, sha: str, report: CheckReport) -> int:
        """Find the one with this name and key and bring it up to date, or create it; its id.

        `Unreachable` may mean that it was written; the next try finds it. Raises what `create` and `update` do.
        """
        known = await self.find(repository, sha, report.external_id, name=report.name)
        if known is None:
            return await self.create(repository, sha, report)
        await self.update(repository, known, report)
        return known

    async def create(self, repository: Repository, sha: str, report: CheckReport) -> int:
        """Make one on that commit; its id. What is too long is cut.

        Raises what a call raises, and `BotError` for buttons that GitHub would not take.
        """
        first, rest = report.annotations[:ANNOTATIONS], report.annotations[ANNOTATIONS:]
        answer = await self._client(repository).request(
            "POST",
            _RUNS,
            repository=repository,
            permissions=scopes.CHECK_RUNS,
            body=_said(report, first) | {"head_sha": sha},
        )
        made = answer.read(_CheckRun).id
        await self._annotate(repository, made, report, rest)
        return made

    async def update(self, repository: Repository, check_run: int, report: CheckReport) -> None:
        """Say something else in its place; annotations that are there already, by their number, are not sent again.

        Raises what a call raises, and `BotError` for buttons that GitHub would not take.
        """
        answer = await self._change(repository, check_run, _said(report, ()))
        if report.annotations:
            output = answer.read(_CheckRun).output
            there = output.annotations_count if output else 0
            await self._annotate(repository, check_run, report, report.annotations[there:])

    async def find(self, repository: Repository, sha: str, external_id: str, *, name: str | None = None) -> int | None:
        """The newest one of our App on that commit with this key.

        `filter=all`: GitHub calls only one run of each name the latest, whatever its key.
        """
        client = self._client(repository)
        query: dict[str, str | int] = {"app_id": client.app_id, "filter": "all", "per_page": PAGE}
        pages = client.pages(
            "/repos/{owner}/{repo}/commits/{ref}/check-runs",
            repository=repository,
            permissions=scopes.CHECK_RUNS,
            query=query if name is None else {"check_name": name, **query},
            ref=sha,
        )
        found = [
            run.id
            async for page in pages
            for run in page.read(_CheckRuns).check_runs
            if run.external_id == external_id
            and run.head_sha == sha
            and run.app is not None
            and run.app.id == client.app_id
        ]
        return max(found, default=None)

    async def _annotate(
        self, repository: Repository, check_run: int, report: CheckReport, more: tuple[Annotation, ...]
    ) -> None:
        for start in range(0, len(more), ANNOTATIONS):
            output = _output(report, more[start : start + ANNOTATIONS])
            await self._change(repository, check_run, {"output": output})

    async def _change(self, repository: Repository, check_run: int, body: dict[str, Any]) -> Answer:
        return await self._client(repository).request(
            "PATCH",
            _RUNS + "/{check_run_id}",
            repository=repository,
            permissions=scopes.CHECK_RUNS,
            body=body,
            check_run_id=check_run,
        )

    def _client(self, repository: Repository) -> GitHubClient:
        return self._clients.of(repository.connection)


def _said(report: CheckReport, annotations: tuple[Annotation, ...]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": report.name,
        "external_id": report.external_id,
        "status": report.status,
        "output": _output(report, annotations),
        "actions": _actions(report.buttons),
    }
    if report.conclusion is not None:
        said["conclusion"] = report.conclusion
    if report.details_url is not None:
        said["details_url"] = report.details_url
    return said


def _output(report: CheckReport, annotations: tuple[Annotation, ...]) -> dict[str, Any]:
    """The title and the summary have to be said again with each batch of annotations."""
    output: dict[str, Any] = {
        "title": report.title[:LONGEST_TITLE],
        "summary": _cut(report.summary, LONGEST_SUMMARY, CUT),
    }
    return output | ({"annotations": [_annotation(each) for each in annotations]} if annotations else {})


def _annotation(said: Annotation) -> dict[str, Any]:
    titled = {"title": said.title[:LONGEST_TITLE]} if said.title else {}
    return {
        "path": said.path,
        "start_line": said.start_line,
        "end_line": said.end_line,
        "annotation_level": said.level,
        "message": _cut(said.message, LONGEST_MESSAGE),
        **titled,
    }


def _actions(buttons: tuple[CheckButton, ...]) -> list[dict[str, str]]:
    """A label may be cut; a cut identifier would be another button's."""
    if len(buttons) > BUTTONS or any(not 0 < len(each.identifier) <= LONGEST_IDENTIFIER for each in buttons):
        raise BotError(f"GitHub takes {BUTTONS} buttons, with identifiers of {LONGEST_IDENTIFIER} characters")
    return [
        {
            "label": each.label[:LONGEST_LABEL],
            "description": each.description[:LONGEST_DESCRIPTION],
            "identifier": each.identifier,
        }
        for each in buttons
    ]


def _cut(text: str, most: int, mark: str = "...") -> str:
    """GitHub counts characters, and might count bytes: what fits as bytes fits either way."""
    data = text.encode()
    if len(data) <= most:
        return text
    return data[: most - len(mark)].decode(errors="ignore") + mark
