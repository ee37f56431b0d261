"""Owns the contract between a request and the templates that tell it, because operators override templates.

`RequestFields` is its one place. A field is never renamed or dropped without a new major version; new ones may come.
The default texts do not show `elapsed`: a message is edited when there is news, not because time went by.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict


class Offer(TypedDict):
    """A line ready to copy, and what it does: `/cancel K7QX2M` `stops it`."""

    line: str
    does: str


class WorkflowFields(TypedDict):
    """The workflow that runs."""

    name: str
    path: str
    """`.github/workflows/deploy.yml`."""
    file: str
    """`deploy.yml`."""
    url: str
    """The page with its runs."""


class CommitFields(TypedDict):
    """The commit that was pinned."""

    sha: str
    short: str
    url: str


class InputFields(TypedDict):
    """One input as it was sent; those that Signalbox fills in are left out."""

    name: str
    value: str


class JobFields(TypedDict):
    """One job, failed ones first, then those under way, then the rest."""

    name: str
    group: str
    """`failed`, `running`, `waiting`, `cancelled`, `passed` or `skipped`."""
    words: str
    """GitHub's status in words: `waiting for a runner`, `timed out`."""
    conclusion: str | None
    """GitHub's own word, once it is over."""
    seconds: int | None
    """How long it took, once it is over."""
    url: str


class RunFields(TypedDict):
    """The newest run of the request."""

    url: str
    attempt: int
    words: str
    group: str


class ShipsFields(TypedDict):
    """What would come to the environment beyond what is live there."""

    commits: int
    behind: int
    """How many it would take away."""
    live: str
    """The commit that is live."""
    titles: list[str]
    """First lines of the newest commits."""
    pull_requests: list[int]
    url: str
    """GitHub's page of the comparison."""


class ApprovalFields(TypedDict):
    """What others have to say yes to."""

    needs: str
    """`2 approvals (somebody in acme/release)`."""
    teams: list[str]
    """Those that are asked, as `owner/slug`."""
    people: list[str]
    """Logins of those who have to say yes."""
    yes: list[str]
    """Logins of those whose yes counted when it was judged last."""
    until: datetime
    """Then it is over."""
    ships: ShipsFields | None
    """None where nothing is live yet, or it is not known."""


class PlaceFields(TypedDict):
    """Another place where the request is shown."""

    name: str
    """`acme/shop#7`, or `Slack`."""
    channel: str | None
    """The id of a Slack channel, for those who read it in Slack: that names it only to people who may know it."""
    url: str | None


class RequestFields(TypedDict):
    """What every `request_*` template gets."""

    code: str
    state: str
    """The request's state, such as `running`."""
    asked_by: str
    """The person's GitHub login."""
    asked_by_slack: str | None
    """Their Slack user id, where the message is for Slack and they have one there."""
    text: str
    """The command as it was typed."""
    repository: str
    """`owner/name`."""
    server_url: str
    """Links lead nowhere else."""
    workflow: WorkflowFields
    ref: str | None
    """The short name of the branch or tag; None where nothing was pinned."""
    commit: CommitFields | None
    pull_request: int | None
    pull_request_url: str | None
    inputs: list[InputFields]
    environment: str | None
    approval: ApprovalFields | None
    """None where nobody was asked."""
    run: RunFields | None
    """None as long as GitHub has not told of a run."""
    jobs: list[JobFields]
    counts: dict[str, int]
    """How many jobs there are of each group, groups without any left out."""
    asked_at: datetime
    started_at: datetime | None
    """When the run was asked of GitHub."""
    ended_at: datetime | None
    seconds: int | None
    """From `started_at` to `ended_at`."""
    elapsed: int | None
    """From `started_at` until now, as long as it has not ended."""
    stopping: bool
    """Somebody asked to stop it, and it has not stopped yet."""
    waiting_for: str | None
    """`approval`, `lock`, `freeze` or `upstream`."""
    waits_until: datetime | None
    """When it is given up, as long as it waits for GitHub."""
    waits_because: str | None
    """Why it waits for GitHub, in a sentence; None in the first seconds, and when it does not."""
    reason: str | None
    """The stable reason code behind a bad end."""
    note: str
    """The sentence behind `reason`."""
    rule: str | None
    """Where the rule behind a refusal stands: `acme/shop/.github/signalbox.yml line 12`."""
    rule_url: str | None
    """That line at GitHub; None for a file on the server."""
    also: list[PlaceFields]
    """Where else it is shown."""
    slack_url: str | None
    """Links of `also` lead there, too."""
    next_step: str
    offers: list[Offer]
    """Lines ready to copy."""
