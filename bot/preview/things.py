"""Owns what the examples are about: a repository, a request in any state, its runs and jobs, gates that are shut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bot.model.approval import Asked, Ships
from bot.model.bound import Bound
from bot.model.decision import Denied, Gate, Reason
from bot.model.message import Message
from bot.model.origin import CommentOrigin
from bot.model.people import Role
from bot.model.prose import marked
from bot.model.repository import Repository
from bot.model.request import Pin, PinSource, Request, RequestState
from bot.model.run import Conclusion, Run, RunJob, RunStatus
from bot.rules import explain, refuse, report
from bot.rules.explain import Verdict
from bot.rules.places import Places, furnished

NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
CONNECTION: Final = UUID(int=1)
SHA: Final = "0123456789abcdef0123456789abcdef01234567"
SERVER: Final = "https://github.com"
SHOP: Final = Repository(
    connection=CONNECTION, id=7, owner="acme", name="shop", private=True, default_branch="main", installation=3
)
LINE: Final = "/run deploy.yml environment=staging"


def later(seconds: float) -> datetime:
    """A moment on the day of the samples."""
    return NOON + timedelta(seconds=seconds)


def request(state: RequestState, **changes: Any) -> Request:
    """The request of the samples in a state."""
    made = Request(
        id=UUID(int=2),
        code="K7QX2M",
        key="k3y",
        connection=CONNECTION,
        repository=7,
        command="run",
        text=LINE,
        person=UUID(int=3),
        number=12,
        on_pull_request=True,
        rerun=None,
        dry_run=False,
        origin=CommentOrigin(
            connection=CONNECTION,
            repository=7,
            number=12,
            on_pull_request=True,
            comment=99,
            line=1,
            created_at=NOON,
            url=f"{SERVER}/acme/shop/pull/12#issuecomment-99",
            via_app=False,
        ),
        workflow_id=None,
        workflow_path=".github/workflows/deploy.yml",
        workflow_name="Deploy",
        inputs={"environment": "staging"},
        environment="staging",
        pin=Pin(
            ref="refs/heads/feature/login", sha=SHA, source=PinSource.RECORDED, pull_request=12, workflow_blob="b10b"
        ),
        state=state,
        waiting_for=None,
        reason=None,
        note="",
        judged_at=NOON,
        dispatched_at=None,
        created_at=NOON,
        ended_at=None,
        version=3,
    )
    return replace(made, **changes)


def job(number: int, name: str, status: RunStatus, conclusion: Conclusion | None = None, seconds: int = 0) -> RunJob:
    """A job of the samples' run."""
    over = status is RunStatus.COMPLETED
    return RunJob(
        id=number,
        name=name,
        status=status,
        conclusion=conclusion,
        started_at=NOON,
        completed_at=later(seconds) if over else None,
        url=f"{SERVER}/acme/shop/actions/runs/5/job/{number}",
    )


def run(*jobs: RunJob, status: RunStatus = RunStatus.COMPLETED, conclusion: Conclusion | None = None) -> Run:
    """The samples' run."""
    return Run(
        id=UUID(int=4),
        connection=CONNECTION,
        repository=7,
        github_id=5,
        attempt=1,
        request=UUID(int=2),
        status=status,
        conclusion=conclusion,
        url=f"{SERVER}/acme/shop/actions/runs/5",
        verified=True,
        jobs=jobs,
        updated_at=NOON,
        checked_at=NOON,
    )


def living(asked: Request, *runs: Run) -> Message:
    """The living message of a request."""
    return report.living(asked, runs, asked_by="alice", repository=SHOP, server_url=SERVER, now=later(60))


DONE, WORKING, QUEUED = RunStatus.COMPLETED, RunStatus.IN_PROGRESS, RunStatus.QUEUED
PASSED, FAILED, CANCELLED = Conclusion.SUCCESS, Conclusion.FAILURE, Conclusion.CANCELLED

MATRIX: Final = [
    job(number, f"test ({number})", DONE, FAILED if number in {7, 40} else PASSED, number) for number in range(1, 61)
]
GATES: Final = (
    Gate(name="repository visible", passed=True, seen="alice can see acme/shop"),
    Gate(
        name="role",
        passed=False,
        seen="alice has the role read, run needs write",
        reason=Reason.PERMISSION,
        next_step="Ask an admin of the repository for the role write.",
    ),
)
ASKED: Final = Asked(
    count=2,
    teams=(("acme/release",),),
    people=("octocat",),
    rule="acme/shop/.github/signalbox.yml line 14",
    since=NOON,
    expires_at=later(4 * 60 * 60),
    yes=("bob",),
    ships=Ships(
        live="89abcdef0123456789abcdef0123456789abcdef",
        sha=SHA,
        commits=2,
        behind=0,
        titles=("Shorter names (#12)", "Fix the <b>login</b> of @everyone (#11)"),
        pull_requests=(12, 11),
    ),
)
ANYBODY: Final = replace(ASKED, count=1, teams=(), people=(), yes=(), ships=None)
MISSING: Final = (
    "production needs 2 approvals (somebody in acme/release; octocat); bob said yes; still missing: octocat; the yes "
    "of mona does not count: mona pushed the commit."
)
WAITS: Final = Gate(
    name="approval",
    passed=False,
    seen="production needs 1 approval",
    reason=Reason.APPROVAL_MISSING,
    next_step="Type the command: the request waits until they said yes.",
)
RULE: Final = "acme/shop/.github/signalbox.yml line 12"
OURS: Final = "https://box.example"
PLACES: Final = Places(server_url=SERVER, public_url=OURS, repository="acme/shop")
TEAM: Final = Gate(
    name="teams",
    passed=False,
    seen="alice is in none of acme/deployers and acme/release",
    reason=Reason.TEAM,
    next_step="Ask somebody of acme/deployers or acme/release to run it, or to take you in.",
    rule=RULE,
)
CHECKS: Final = Gate(
    name="checks",
    passed=False,
    seen="build and lint failed on 0123456789ab",
    reason=Reason.CHECKS_FAILING,
    next_step="Mend them, push, and type the command again.",
    rule="/etc/signalbox.yml line 3",
    links=(
        ("build", f"{SERVER}/acme/shop/actions/runs/5/job/1"),
        ("lint", f"{SERVER}/acme/shop/actions/runs/5/job/2"),
        ("elsewhere", "https://ci.example/42"),
    ),
)

FORK: Final = Gate(
    name="trusted code",
    passed=False,
    seen="the head lies in a fork",
    reason=Reason.FORK_UNTRUSTED,
    next_step="Push the branch to this repository, or let somebody with write, other than the author, read the code "
    f"and type {marked('/trust 0123456789ab')}.",
)


def refused(gate: Gate) -> Message:
    """The answer to a line that this gate stopped, as it is told to somebody whom we know."""
    return furnished(refuse.refusal("/deploy production", Denied(gates=(gate,), gate=gate)), PLACES)


BOUND: Final = Bound(workflow="deploy.yml", permission=Role.WRITE, environment="production", guarded=True, dry_run=True)


def judged(verdict: Verdict, login: str | None = None) -> Message:
    """The answer to `explain`."""
    return furnished(explain.explained("/deploy production", login, verdict, "acme/shop"), PLACES)


HIDDEN: Final = Gate(
    name="repository visible",
    passed=False,
    seen="acme/secret does not exist, or alice can not see it",
    reason=Reason.NOT_FOUND,
    next_step="Check the name; if it is right, ask an admin of the repository for access.",
)


def row(code: str, state: str, **changes: object) -> dict[str, object]:
    """One request in a list."""
    made: dict[str, object] = {
        "code": code,
        "text": LINE,
        "state": state,
        "asked_by": "alice",
        "asked_at": NOON,
        "number": 12,
        "url": f"{SERVER}/acme/shop/actions/runs/5",
        "note": "",
    }
    return {**made, **changes}


ROWS: Final = [
    row("K7QX2M", "running"),
    row("ABCDEF", "expired", url="", note="GitHub did not answer, so nothing was started."),
]
ENDED: Final[Mapping[str, Any]] = {"dispatched_at": later(1), "ended_at": later(103)}
