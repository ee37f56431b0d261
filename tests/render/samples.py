"""One example of every message, as flow and rules make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bot.model.bound import Bound
from bot.model.command import Problem
from bot.model.decision import Allowed, Denied, Gate, Reason
from bot.model.message import Message
from bot.model.origin import CommentOrigin
from bot.model.people import Role
from bot.model.repository import Repository
from bot.model.request import Pin, PinSource, Request, RequestState
from bot.model.run import Conclusion, Run, RunJob, RunStatus
from bot.model.workflow import Workflow
from bot.rules import explain, refuse, report
from bot.rules.explain import Verdict
from bot.rules.lifecycle import AWAY, SLOWED
from bot.rules.places import Places, furnished
from tests.render.help_samples import HELP

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


def refused(gate: Gate) -> Message:
    """The answer to a line that this gate stopped, as it is told to somebody whom we know."""
    return furnished(refuse.refusal("/deploy production", Denied(gates=(gate,), gate=gate)), PLACES)


BOUND: Final = Bound(workflow="deploy.yml", permission=Role.WRITE, environment="production", guarded=True, dry_run=True)


def judged(verdict: Verdict) -> Message:
    """The answer to `explain`."""
    return furnished(explain.explained("/deploy production", "alice", verdict, "acme/shop"), PLACES)


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

SAMPLES: Final[Mapping[str, Message]] = {
    "queued": living(request(RequestState.QUEUED)),
    "waiting": living(request(RequestState.WAITING, waiting_for="approval")),
    "waiting-unjudged": living(
        request(
            RequestState.WAITING,
            waiting_for="upstream",
            workflow_name="",
            environment=None,
            pin=None,
            judged_at=None,
        )
    ),
    "waiting-upstream": living(request(RequestState.WAITING, waiting_for="upstream", note=AWAY)),
    "waiting-slowed": living(request(RequestState.WAITING, waiting_for="upstream", note=SLOWED)),
    "waiting-briefly": living(request(RequestState.WAITING, waiting_for="upstream")),
    "dispatching": living(request(RequestState.DISPATCHING, dispatched_at=later(1))),
    "dispatching-unanswered": living(request(RequestState.DISPATCHING, dispatched_at=later(1), waiting_for="upstream")),
    "started": living(
        request(RequestState.RUNNING, dispatched_at=later(1)),
        run(job(1, "build", DONE, PASSED, 42), job(2, "lint", QUEUED), job(3, "test", WORKING), status=WORKING),
    ),
    "started-one-job": living(
        request(RequestState.RUNNING, dispatched_at=later(1)), run(job(1, "build", WORKING), status=WORKING)
    ),
    "started-no-runner": living(request(RequestState.RUNNING, dispatched_at=later(1)), run(status=QUEUED)),
    "started-review": living(
        request(RequestState.RUNNING, dispatched_at=later(1)),
        run(job(1, "deploy", RunStatus.WAITING), status=RunStatus.WAITING),
    ),
    "started-stopping": living(
        request(
            RequestState.RUNNING,
            dispatched_at=later(1),
            reason=Reason.CANCELLED_BY_PERSON,
            note="bob stopped it.",
        ),
        run(job(1, "build", WORKING), status=WORKING),
    ),
    "succeeded": living(
        request(RequestState.SUCCEEDED, **ENDED),
        run(job(1, "build", DONE, PASSED, 42), job(2, "docs", DONE, Conclusion.SKIPPED), conclusion=PASSED),
    ),
    "failed": living(
        request(RequestState.FAILED, **ENDED),
        run(job(1, "build", DONE, PASSED, 42), job(2, "test | unit", DONE, FAILED, 62), conclusion=FAILED),
    ),
    "failed-matrix": living(request(RequestState.FAILED, **ENDED), run(*MATRIX, conclusion=FAILED)),
    "failed-not-started": living(
        request(
            RequestState.FAILED,
            **ENDED,
            reason=Reason.UPSTREAM_REFUSED,
            note="GitHub refused: Workflow does not have 'workflow_dispatch' trigger",
        )
    ),
    "cancelled": living(
        request(RequestState.CANCELLED, **ENDED, reason=Reason.CANCELLED_BY_PERSON, note="bob stopped it."),
        run(job(1, "build", DONE, CANCELLED, 12), conclusion=CANCELLED),
    ),
    "refused": living(
        request(
            RequestState.REFUSED,
            ended_at=later(9),
            reason=Reason.PERMISSION,
            note="alice has the role read, run needs write. Ask an admin of the repository for the role write.",
        )
    ),
    "refused-by-a-rule": living(
        request(RequestState.REFUSED, ended_at=later(9), reason=Reason.TEAM, note=refuse.noted(TEAM))
    ),
    "voided-by-a-rule-of-the-server": living(
        request(RequestState.VOIDED, **ENDED, reason=Reason.CHECKS_FAILING, note=refuse.noted(CHECKS))
    ),
    "rejected": living(request(RequestState.REJECTED, ended_at=later(9), note="bob said no.")),
    "expired": living(
        request(
            RequestState.EXPIRED,
            ended_at=later(9),
            reason=Reason.UPSTREAM_UNAVAILABLE,
            note="GitHub did not answer, so nothing was started.",
        )
    ),
    "voided": living(
        request(
            RequestState.VOIDED,
            **ENDED,
            reason=Reason.HEAD_MOVED,
            note="0123456789ab was the commit when it was asked, ba9876543210 is now",
        )
    ),
    "lost": living(
        request(
            RequestState.LOST,
            **ENDED,
            reason=Reason.RUN_NOT_FOUND,
            note="A run was started about then, but nothing proves that it is this one.",
        )
    ),
    "command-refused": refuse.refusal(LINE, Denied(gates=GATES, gate=GATES[1])),
    "command-refused-team": refused(TEAM),
    "command-refused-checks": refused(CHECKS),
    "command-refused-remarks": replace(
        refused(TEAM), remarks=("A newer acme/shop/.github/signalbox.yml is broken; the one before is in force.",)
    ),
    "target-missing": refuse.refusal(LINE, Denied(gates=(HIDDEN,), gate=HIDDEN)),
    "misheard": refuse.misheard(
        Problem(
            sentence='"environment" is staging or production, not "prodution".',
            usage="/run deploy.yml environment=<staging|production> [dry_run=<true|false>]",
            nearest="/run deploy.yml environment=production",
        )
    ),
    "misheard-no-idea": refuse.misheard(Problem(sentence='There is no command "lgtm".')),
    "dropped": Message(name="commands_dropped", fields={"most": 10, "lines": ("/run a.yml", "/run b.yml")}),
    "dropped-one": Message(name="commands_dropped", fields={"most": 10, "lines": ("/run a.yml",)}),
    "dropped-many": Message(
        name="commands_dropped", fields={"most": 10, "lines": tuple(f"/run {number}.yml" for number in range(23))}
    ),
    **HELP,
    "status": Message(
        name="status_answered", fields={"requests": ROWS, "repository": "acme/shop", "server_url": SERVER}
    ),
    "status-none": Message(
        name="status_answered", fields={"requests": [], "repository": "acme/shop", "server_url": SERVER}
    ),
    "runs": Message(name="runs_answered", fields={"requests": ROWS, "repository": "acme/shop", "server_url": SERVER}),
    "runs-none": Message(
        name="runs_answered", fields={"requests": [], "repository": "acme/shop", "server_url": SERVER}
    ),
    "explain-refused": judged(Verdict(decision=Denied(gates=GATES, gate=GATES[1]), inputs={})),
    "explain-refused-with-rules": judged(
        Verdict(decision=Denied(gates=(GATES[0], TEAM, CHECKS), gate=TEAM), bound=BOUND, inputs={})
    ),
    "explain-allowed": judged(Verdict(decision=Allowed(gates=GATES[:1]), inputs={})),
    "explain-allowed-and-what-would-run": judged(
        Verdict(
            decision=Allowed(gates=GATES[:1]),
            bound=BOUND,
            workflow=Workflow(
                path=".github/workflows/deploy.yml", name="Deploy", blob="b10b", inputs=(), dispatchable=True
            ),
            pin=request(RequestState.QUEUED).pin,
            inputs={"environment": "production", "dry_run": "true", "signalbox_sha": SHA},
        )
    ),
    "whoami": Message(
        name="whoami_answered",
        fields={"login": "alice", "github_id": 42, "role": "write", "repository": "acme/shop"},
    ),
    "cancel": Message(name="cancel_answered", fields={"sentence": "Stopping request K7QX2M."}),
    "upstream-failed": Message(name="upstream_failed", fields={"line": LINE, "service": "GitHub", "waited": 900}),
    "config-remarked": Message(
        name="config_remarked",
        fields={"repository": "acme/shop"},
        remarks=("A newer acme/shop/.github/signalbox.yml is broken; the one before is in force.",),
    ),
    "upstream-awaited": Message(
        name="upstream_awaited", fields={"line": LINE, "service": "GitHub", "until": later(900)}
    ),
    "command-failed": Message(name="command_failed", fields={"line": LINE}),
    "command-voided": Message(name="command_voided", fields={"line": LINE}),
    "command-voided-unnamed": Message(name="command_voided", fields={"line": None}),
    "rerun": Message(name="rerun_answered", fields={"sentence": "Asked to run K7QX2M again, as request ABCDEF."}),
    "logs": Message(
        name="logs_answered",
        fields={
            "code": "K7QX2M",
            "jobs": [
                {
                    "name": "test (3.11)",
                    "step": "Run pytest",
                    "url": f"{SERVER}/acme/shop/actions/runs/5/job/2",
                    "lines": (
                        "$ pytest -q",
                        "E   assert 1 == 2  # <b> & `x`",
                        "error: Process completed with exit code 1.",
                    ),
                },
                {"name": "lint", "step": None, "url": f"{SERVER}/acme/shop/actions/runs/5/job/3", "lines": ()},
            ],
            "repository": "acme/shop",
            "server_url": SERVER,
            "next_step": "2 more jobs failed; the page of the run shows them.",
        },
    ),
    "logs-none": Message(
        name="logs_answered",
        fields={
            "code": None,
            "jobs": [],
            "repository": "acme/shop",
            "server_url": SERVER,
            "next_step": "Nothing here has a run yet, so there are no logs.",
        },
    ),
}
