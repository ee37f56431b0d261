"""Owns an example of each answer that is written once, on both surfaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bot.model.command import Problem
from bot.model.decision import Allowed, Denied, NeedsApproval
from bot.model.message import Message
from bot.model.request import RequestState
from bot.model.workflow import Workflow
from bot.preview.things import (
    ANYBODY,
    ASKED,
    BOUND,
    CHECKS,
    FORK,
    GATES,
    HIDDEN,
    LINE,
    MISSING,
    ROWS,
    SERVER,
    SHA,
    TEAM,
    WAITS,
    judged,
    later,
    refused,
    request,
)
from bot.rules import approvals, refuse
from bot.rules.explain import Verdict

TRUSTED: Final[Mapping[str, Any]] = {
    "login": "carol",
    "number": 7,
    "commit": SHA[:12],
    "later_ones": False,
    "until": later(86_400),
    "usage": "/trust --revoke",
    "taken_back": None,
}
REVOKED: Final[Mapping[str, Any]] = {**TRUSTED, "login": None, "commit": None, "until": None, "usage": None}

ANSWERS: Final[Mapping[str, Message]] = {
    "trusted": Message(name="trust_answered", fields=TRUSTED),
    "trusted-with-later-ones": Message(name="trust_answered", fields={**TRUSTED, "later_ones": True}),
    "trust-taken-back": Message(name="trust_answered", fields={**REVOKED, "taken_back": 2}),
    "trust-not-there": Message(name="trust_answered", fields={**REVOKED, "taken_back": 0}),
    "command-refused": refuse.refusal(LINE, Denied(gates=GATES, gate=GATES[1])),
    "command-refused-team": refused(TEAM),
    "command-refused-checks": refused(CHECKS),
    "command-refused-with-a-line-to-type": refused(FORK),
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
        Verdict(decision=Denied(gates=(GATES[0], TEAM, CHECKS), gate=TEAM), bound=BOUND, inputs={}), "bob"
    ),
    "explain-waits": judged(Verdict(decision=NeedsApproval(gates=(*GATES[:1], WAITS), gate=WAITS), inputs={})),
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
    "approval-reminded": approvals.reminded(request(RequestState.WAITING, note=MISSING), ASKED),
    "approval-reminded-anybody": approvals.reminded(request(RequestState.WAITING, note=""), ANYBODY),
    "vote": Message(name="vote_answered", fields={"sentence": "You said yes to K7QX2M."}),
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
