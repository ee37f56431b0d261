"""Owns examples of what only Slack shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.catalog import load
from bot.model.message import Button, ButtonStyle, Message
from bot.model.request import Request, RequestState
from bot.model.run import Run
from bot.preview.helping import HELP
from bot.preview.things import (
    DONE,
    ENDED,
    FAILED,
    NOON,
    PASSED,
    SERVER,
    SHOP,
    job,
    later,
    request,
    row,
    run,
)
from bot.rules import report
from bot.rules.dialect import Dialect

SPOKEN: Final = Dialect(
    command="/ops", target=None, anywhere=[name for name, command in load().items() if command.anywhere]
)
"""How commands are called in the examples, in a channel that has a repository of its own."""

LINK: Final = Button(
    action="link", label="Link my accounts", url="https://box.example/link/slack/n0nce", style=ButtonStyle.PRIMARY
)


def living(asked: Request, *runs: Run) -> Message:
    """The living message of a request by somebody whom Slack knows."""
    return report.living(
        asked, runs, asked_by="alice", repository=SHOP, server_url=SERVER, now=later(60), slack_user="U012ALICE"
    )


def _unpinned(asked: Request) -> Request:
    return replace(asked, pin=None, environment=None, inputs={})


ASKED: Final = request(RequestState.FAILED, **ENDED, inputs={"environment": "staging", "dry_run": "false", "tag": ""})
BROKEN: Final = run(job(1, "build", DONE, PASSED, 42), job(2, "test", DONE, FAILED, 62), conclusion=FAILED)

ONLY_SLACK: Final[Mapping[str, Message]] = {
    "succeeded-for-a-slack-user": living(
        request(RequestState.SUCCEEDED, **ENDED), run(job(1, "build", DONE, PASSED, 42), conclusion=PASSED)
    ),
    "queued-unpinned": living(_unpinned(request(RequestState.QUEUED))),
    "queued-many-inputs": living(
        request(RequestState.QUEUED, inputs={f"input_{number}": str(number) for number in range(13)})
    ),
    "details": replace(living(ASKED, BROKEN), name="details_posted", buttons=()),
    "details-not-started": replace(
        living(_unpinned(request(RequestState.EXPIRED, ended_at=later(9), note="GitHub did not answer."))),
        name="details_posted",
        buttons=(),
    ),
    "help-with-a-target": replace(SPOKEN, target="acme/shop").message(HELP["help"]),
    "runs-asked-in-slack": Message(
        name="runs_answered",
        fields={
            "requests": [row("K7QX2M", "failed", number=None)],
            "repository": "acme/shop",
            "server_url": SERVER,
        },
    ),
    "not-linked": Message(name="not_linked", fields={"line": "/ops run deploy.yml", "minutes": 10}, buttons=(LINK,)),
    "link-offered": Message(name="link_offered", fields={"minutes": 10}, buttons=(LINK,)),
    "link-finished": Message(
        name="link_finished",
        fields={"github_login": "alice", "slack_user": "U012ALICE", "server_url": SERVER, "prefix": "/ops"},
    ),
    "link-refused": Message(
        name="link_refused",
        fields={"sentence": "This code is too old.", "next_step": "Ask for a new link."},
    ),
    "run-unasked": Message(
        name="run_unasked",
        fields={
            "repository": "acme/shop",
            "server_url": SERVER,
            "workflow": "deploy.yml",
            "started_by": "mallory",
            "event": "workflow_dispatch",
            "url": f"{SERVER}/acme/shop/actions/runs/4711",
        },
    ),
    "run-unasked-untold": Message(
        name="run_unasked",
        fields={
            "repository": "acme/shop",
            "server_url": SERVER,
            "workflow": "deploy.yml",
            "started_by": None,
            "event": None,
            "url": f"{SERVER}/acme/shop/actions/runs/4711",
        },
    ),
    "link-told": Message(
        name="link_told",
        fields={
            "what": "your Slack account was linked to your GitHub account.",
            "github_login": "alice",
            "slack_user": "U012ALICE",
            "at": NOON,
            "prefix": "/ops",
        },
    ),
    "link-unavailable": Message(name="link_unavailable", fields={"next_step": "Tell whoever runs Signalbox."}),
    "whoami-nowhere": Message(
        name="whoami_answered",
        fields={"login": "alice", "github_id": 42, "role": None, "repository": None, "slack_user": "U012ALICE"},
    ),
    "target-missing-nothing-typed": Message(name="target_missing", fields={"line": "", "next_step": "Check the name."}),
    "target-unnamed-plain": Message(name="target_unnamed", fields={}),
    "target-unnamed-prefix": Message(name="target_unnamed", fields={"line": "/bot status", "prefix": "/bot"}),
    "unlink": Message(name="unlink_answered", fields={"sentence": "Your Slack account is linked to nobody now."}),
    "target-unnamed": Message(
        name="target_unnamed",
        fields={
            "line": "/ops run deploy.yml",
            "usage": "/ops run [owner/repo] <workflow file>",
            "nearest": "/ops run acme/shop#7 deploy.yml",
        },
    ),
    "target-unnamed-no-idea": Message(name="target_unnamed", fields={"line": "status", "usage": None, "nearest": None}),
    "use": Message(
        name="use_answered",
        fields={"sentence": "This channel belongs to acme/shop now.", "repository": "acme/shop"},
    ),
    "use-ended": Message(
        name="use_answered", fields={"sentence": "This channel has no repository any more.", "repository": None}
    ),
    "person-refused": Message(
        name="person_refused",
        fields={
            "sentence": "Guests can not run anything in this channel.",
            "next_step": "Ask a member of the workspace.",
        },
    ),
    "press": Message(
        name="press_answered",
        fields={
            "sentence": "You can not stop this: bob has the role read, cancel needs write.",
            "next_step": "Ask alice, who started it.",
        },
    ),
    "moved": Message(
        name="request_moved", fields={"line": "/ops run deploy.yml", "channel": "C012DEPLOY", "shared": False}
    ),
    "moved-shared": Message(
        name="request_moved", fields={"line": "/ops run deploy.yml", "channel": "C012DEPLOY", "shared": True}
    ),
    "home": Message(
        name="home_shown",
        fields={
            "linked": True,
            "github_login": "alice",
            "slack_user": "U012ALICE",
            "requests": [{**row("K7QX2M", "running"), "repository": "acme/shop"}],
            "server_url": SERVER,
            "minutes": 10,
            "tips": [{"line": "/ops help", "does": "shows what can be typed"}],
        },
    ),
    "home-unlinked": Message(
        name="home_shown",
        fields={
            "linked": False,
            "github_login": None,
            "slack_user": "U012ALICE",
            "requests": [],
            "server_url": SERVER,
            "minutes": 10,
            "tips": [],
        },
        buttons=(LINK,),
    ),
}
