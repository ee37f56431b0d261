"""Owns the shapes of webhook bodies around deploying: check runs, and jobs that wait for a guarded environment.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from typing import Final

from bot.github.facts import Account, App, Envelope, Fields, Moment, Present

ACTIONS: Final = "github-actions"
"""The App behind the jobs of workflows, on every host; its number differs from host to host."""


class Suite(Fields, frozen=True):
    """The check suite that a check run belongs to."""

    id: int | None = None


class CheckApp(App, frozen=True):
    """The App whose check run it is."""

    slug: str = ""


class CheckRunFacts(Fields, frozen=True):
    """A check run: whose it is, on which commit, and how it stands."""

    id: int
    name: str = ""
    head_sha: str | None = None
    external_id: str | None = None
    details_url: str | None = None
    status: str | None = None
    conclusion: str | None = None
    started_at: Moment | None = None
    completed_at: Moment | None = None
    check_suite: Suite | None = None
    app: CheckApp | None = None


class Pressed(Fields, frozen=True):
    """The button that somebody pressed."""

    identifier: str = ""


class CheckRunEvent(Envelope, frozen=True):
    """`check_run`; the status of a deployment carries one too."""

    check_run: CheckRunFacts | None = None
    requested_action: Pressed | None = None
    deployment: Present | None = None


class DeploymentFacts(Fields, frozen=True):
    """The deployment that GitHub made for a job with an environment."""

    id: int
    sha: str | None = None
    ref: str | None = None
    creator: Account | None = None
    created_at: Moment | None = None


class ProtectionEvent(Envelope, frozen=True):
    """`deployment_protection_rule`."""

    environment: str | None = None
    event: str | None = None
    deployment: DeploymentFacts | None = None
    deployment_callback_url: str | None = None
    """Of which only the run's number is read: answers go to an address of our own (T10)."""
