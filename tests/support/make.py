"""Makes model values with sensible contents, so that a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from bot.model.link import LinkAttempt
from bot.model.origin import CommentOrigin, SlackOrigin, SlackVia
from bot.model.people import GitHubAccount, Person
from bot.model.repository import Head, PullRequest, Repository
from bot.model.request import Pin, PinSource, Request, RequestState
from bot.model.run import Run, RunJob, RunReport, RunStatus
from bot.model.slack import Binding, SlackAccount

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CONNECTION = UUID("01890000-0000-7000-8000-000000000001")
SLACK = UUID("01890000-0000-7000-8000-0000000000aa")
SHA = "a" * 40
OTHER_SHA = "b" * 40
KEY = "0123456789abcdef0123456789abcdef"
BOT = "signalbox[bot]"


def at(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def repository(**changes: Any) -> Repository:
    """acme/shop, public, installed."""
    base = Repository(
        connection=CONNECTION, id=77, owner="acme", name="shop", private=False, default_branch="main", installation=5
    )
    return replace(base, **changes)


def account(login: str = "alice", id: int = 1001) -> GitHubAccount:
    """A GitHub account."""
    return GitHubAccount(connection=CONNECTION, id=id, login=login)


def person(login: str = "alice", id: int = 1001) -> Person:
    """A person with that account."""
    return Person(id=UUID(int=id), github=account(login, id))


def origin(**changes: Any) -> CommentOrigin:
    """The first line of a comment on pull request 7, at noon."""
    base = CommentOrigin(
        connection=CONNECTION,
        repository=77,
        number=7,
        on_pull_request=True,
        comment=9001,
        line=1,
        created_at=NOON,
        url="https://github.com/acme/shop/pull/7#issuecomment-9001",
        via_app=False,
    )
    return replace(base, **changes)


def slack_origin(**changes: Any) -> SlackOrigin:
    """A slash command of U1 in the channel C1, at noon."""
    base = SlackOrigin(
        connection=SLACK,
        via=SlackVia.COMMAND,
        team="T1",
        user="U1",
        channel="C1",
        thread=None,
        message=None,
        occurrence="13345224609.738474920.8088930838d88f008e0",
        created_at=NOON,
    )
    return replace(base, **changes)


def slack_account(user: str = "U1", name: str = "alice", **changes: Any) -> SlackAccount:
    """A user of the workspace T1."""
    return replace(SlackAccount(connection=SLACK, home="T1", user=user, name=name), **changes)


def binding(**changes: Any) -> Binding:
    """The channel C1 means acme/shop."""
    base = Binding(connection=SLACK, channel="C1", github=CONNECTION, repository=77, guests=False, shared=False)
    return replace(base, **changes)


def link_attempt(**changes: Any) -> LinkAttempt:
    """U1 asked for a link at noon, and nobody opened it yet."""
    base = LinkAttempt(
        id=UUID(int=46),
        nonce_hash="1" * 64,
        slack=slack_account(),
        github_connection=CONNECTION,
        browser_hash=None,
        state_hash=None,
        verifier=None,
        github=None,
        slack_proven=False,
        code_hash=None,
        confirmed_at=None,
        created_at=NOON,
        ended_at=None,
        version=1,
    )
    return replace(base, **changes)


def pull_request(**changes: Any) -> PullRequest:
    """Number 7, open, its head in the same repository."""
    base = PullRequest(
        number=7,
        head_sha=SHA,
        head_ref="feature",
        head_repository=77,
        base_repository=77,
        base_ref="main",
        open=True,
        draft=False,
    )
    return replace(base, **changes)


def head(sha: str = SHA, seconds: float = -60, source: str = "synchronize") -> Head:
    """What was recorded of pull request 7's head."""
    return Head(connection=CONNECTION, repository=77, pull_request=7, sha=sha, since=at(seconds), source=source)


def pin(**changes: Any) -> Pin:
    """The head of pull request 7."""
    base = Pin(ref="refs/heads/feature", sha=SHA, source=PinSource.RECORDED, pull_request=7, workflow_blob="f" * 40)
    return replace(base, **changes)


def request(**changes: Any) -> Request:
    """`/run deploy.yml` on pull request 7, queued."""
    base = Request(
        id=UUID(int=42),
        code="K7QX2M",
        key=KEY,
        connection=CONNECTION,
        repository=77,
        command="run",
        text="/run deploy.yml environment=staging",
        person=UUID(int=1001),
        origin=origin(),
        number=7,
        on_pull_request=True,
        rerun=None,
        workflow_id=None,
        workflow_path=".github/workflows/deploy.yml",
        workflow_name="Deploy",
        inputs={"environment": "staging"},
        environment="staging",
        pin=pin(),
        state=RequestState.QUEUED,
        waiting_for=None,
        reason=None,
        note="",
        judged_at=NOON,
        dispatched_at=NOON,
        created_at=NOON,
        ended_at=None,
        version=1,
    )
    return replace(base, **changes)


def report(**changes: Any) -> RunReport:
    """What GitHub says about the run that `request` asked for."""
    base = RunReport(
        id=555,
        attempt=1,
        status=RunStatus.QUEUED,
        conclusion=None,
        event="workflow_dispatch",
        workflow_id=31,
        path=".github/workflows/deploy.yml",
        head_sha=SHA,
        actor_id=88,
        actor_login=BOT,
        display_title=f"Deploy ({KEY})",
        url="https://github.com/acme/shop/actions/runs/555",
        created_at=at(1),
        updated_at=at(1),
    )
    return replace(base, **changes)


def run(**changes: Any) -> Run:
    """The run of `request`."""
    base = Run(
        id=UUID(int=43),
        connection=CONNECTION,
        repository=77,
        github_id=555,
        attempt=1,
        request=UUID(int=42),
        status=RunStatus.QUEUED,
        conclusion=None,
        url="https://github.com/acme/shop/actions/runs/555",
        verified=True,
        jobs=(),
        updated_at=at(1),
        checked_at=at(1),
    )
    return replace(base, **changes)


def job(id: int = 1, **changes: Any) -> RunJob:
    """One job, queued."""
    base = RunJob(
        id=id,
        name="build",
        status=RunStatus.QUEUED,
        conclusion=None,
        started_at=None,
        completed_at=None,
        url=f"https://github.com/acme/shop/actions/runs/555/job/{id}",
    )
    return replace(base, **changes)
