"""Owns an example of a request's living message for each way in which it can look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.model.decision import Reason
from bot.model.message import Message
from bot.model.request import RequestState
from bot.model.run import Conclusion, RunStatus
from bot.preview.things import (
    ANYBODY,
    ASKED,
    CANCELLED,
    CHECKS,
    DONE,
    ENDED,
    FAILED,
    FORK,
    MATRIX,
    MISSING,
    PASSED,
    QUEUED,
    SERVER,
    SHOP,
    TEAM,
    WORKING,
    job,
    later,
    living,
    request,
    run,
)
from bot.rules import refuse, report
from bot.rules.fields import PlaceFields
from bot.rules.lifecycle import AWAY, SLOWED

LIVING: Final[Mapping[str, Message]] = {
    "queued": living(request(RequestState.QUEUED)),
    "waiting": living(request(RequestState.WAITING, waiting_for="approval", asked=ASKED, note=MISSING)),
    "waiting-anybody": living(request(RequestState.WAITING, waiting_for="approval", asked=ANYBODY)),
    "waiting-lock": living(request(RequestState.WAITING, waiting_for="lock", note="production is taken by ABCDEF.")),
    "rejected-approval": living(
        request(
            RequestState.REJECTED,
            asked=ASKED,
            reason=Reason.REJECTED,
            note="bob said no: the migration is not ready",
            ended_at=later(60),
        )
    ),
    "started-approved": living(request(RequestState.RUNNING, asked=ASKED, dispatched_at=later(1))),
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
    "started-in-several-places": report.living(
        request(RequestState.RUNNING, dispatched_at=later(1)),
        [run(job(1, "build", WORKING), status=WORKING)],
        asked_by="alice",
        repository=SHOP,
        server_url=SERVER,
        now=later(60),
        also=[PlaceFields(name="Slack", channel=None, url="https://acme.slack.com/archives/C1/p1")],
        slack_url="https://acme.slack.com",
    ),
    "started-one-job": living(
        request(RequestState.RUNNING, dispatched_at=later(1)), run(job(1, "build", WORKING), status=WORKING)
    ),
    "started-unseen": living(request(RequestState.RUNNING, dispatched_at=later(1))),  # GitHub did not say which run
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
    "refused-with-a-line-to-type": living(
        request(RequestState.REFUSED, ended_at=later(9), reason=Reason.FORK_UNTRUSTED, note=refuse.noted(FORK))
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
}
