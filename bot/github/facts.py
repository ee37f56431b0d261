"""Owns the shapes of webhook bodies: the few fields that are read, and which body belongs to which event.

Every field but an id is optional: real deliveries leave out much that the published schemas call required.
https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Fields(msgspec.Struct, frozen=True, omit_defaults=True):
    """A JSON object of which only the declared fields are read."""


class Present(Fields, frozen=True):
    """An object whose content nobody reads; only that it is there tells one body from another."""


class Account(Fields, frozen=True):
    """A user, an organisation or a bot."""

    id: int
    login: str = ""
    type: str = ""
    name: str | None = None
    """Old push bodies name the owner here."""


class App(Fields, frozen=True):
    """The GitHub App that something was done through."""

    id: int


class RepositoryFacts(Fields, frozen=True):
    """A repository; one that does not say that it is public is treated as private."""

    id: int
    name: str = ""
    full_name: str = ""
    owner: Account | None = None
    private: bool = True
    visibility: str | None = None
    """`public`, `internal` or `private`; some bodies and older servers do not say."""
    default_branch: str = ""


class InstallationFacts(Fields, frozen=True):
    """An installation. Only `installation*` events describe its account; all others carry the bare id."""

    id: int
    account: Account | None = None


class IssueFacts(Fields, frozen=True):
    """An issue or pull request that a comment stands under."""

    number: int
    pull_request: Present | None = None


class CommentFacts(Fields, frozen=True):
    """A comment."""

    id: int
    body: str | None = None
    user: Account | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    html_url: str = ""
    performed_via_github_app: App | None = None


class SideRepository(Fields, frozen=True):
    """The repository of one side of a pull request."""

    id: int


class Side(Fields, frozen=True):
    """Head or base of a pull request."""

    sha: str = ""
    ref: str = ""
    repo: SideRepository | None = None


class PullRequestFacts(Fields, frozen=True):
    """A pull request."""

    number: int
    state: str = ""
    draft: bool | None = None
    head: Side | None = None
    base: Side | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    merged: bool | None = None
    merge_commit_sha: str | None = None
    user: Account | None = None


class RunFacts(Fields, frozen=True):
    """A workflow run, in webhooks and in answers of the API alike."""

    id: int
    run_attempt: int | None = None
    status: str | None = None
    conclusion: str | None = None
    event: str | None = None
    workflow_id: int | None = None
    path: str | None = None
    head_sha: str | None = None
    head_branch: str | None = None
    actor: Account | None = None
    triggering_actor: Account | None = None
    display_title: str | None = None
    html_url: str = ""
    created_at: Moment | None = None
    updated_at: Moment | None = None
    repository: SideRepository | None = None


class StepFacts(Fields, frozen=True):
    """A step of a job."""

    number: int = 0
    name: str = ""
    conclusion: str | None = None
    started_at: Moment | None = None
    completed_at: Moment | None = None


class JobFacts(Fields, frozen=True):
    """A job of a workflow run, in webhooks and in answers of the API alike."""

    id: int
    run_id: int | None = None
    run_attempt: int | None = None
    head_sha: str | None = None
    head_branch: str | None = None
    name: str = ""
    status: str | None = None
    conclusion: str | None = None
    started_at: Moment | None = None
    completed_at: Moment | None = None
    html_url: str | None = None


class Envelope(Fields, frozen=True):
    """What any event may carry. Deeper classes add what theirs is about."""

    action: str | None = None
    repository: RepositoryFacts | None = None
    installation: InstallationFacts | None = None
    sender: Account | None = None


class Was(Fields, frozen=True):
    """What stood there before."""

    before: str | None = msgspec.field(default=None, name="from")


class Changes(Fields, frozen=True):
    """What an edit changed."""

    body: Was | None = None


class CommentEvent(Envelope, frozen=True):
    """`issue_comment`; comments on reviews and discussions look much alike."""

    changes: Changes | None = None

    comment: CommentFacts | None = None
    issue: IssueFacts | None = None
    pull_request: Present | None = None
    discussion: Present | None = None


class PullRequestEvent(Envelope, frozen=True):
    """`pull_request`; reviews carry the pull request too, and share the action `edited`."""

    pull_request: PullRequestFacts | None = None
    review: Present | None = None
    comment: Present | None = None
    thread: Present | None = None


class RunEvent(Envelope, frozen=True):
    """`workflow_run`; events of deployments carry a run too."""

    workflow_run: RunFacts | None = None
    deployment: Present | None = None
    workflow_job_run: Present | None = None
    check_run: Present | None = None


class JobEvent(Envelope, frozen=True):
    """`workflow_job`."""

    workflow_job: JobFacts | None = None


class AccessEvent(Envelope, frozen=True):
    """`member`, `membership`, `team`, `team_add` and `organization`."""

    member: Present | None = None
    team: Present | None = None
    organization: Present | None = None


class RepositoryEvent(Envelope, frozen=True):
    """`repository`; nearly every event carries one, so whatever is about something else is told apart."""

    comment: Present | None = None
    issue: Present | None = None
    pull_request: Present | None = None
    workflow_run: Present | None = None
    workflow_job: Present | None = None
    member: Present | None = None
    team: Present | None = None
    release: Present | None = None
    label: Present | None = None
    milestone: Present | None = None


class PushEvent(Envelope, frozen=True):
    """`push`; `create` and `delete` have a short ref and no commits."""

    ref: str | None = None
    before: str | None = None
    after: str | None = None


class InstallationEvent(Envelope, frozen=True):
    """`installation` and `installation_repositories`."""

    repositories_added: list[SideRepository] | None = None
    repositories_removed: list[SideRepository] | None = None

    @property
    def account(self) -> Account | None:
        """Whose installation it is; other events name an installation without its account."""
        return self.installation.account if self.installation else None


class PingEvent(Envelope, frozen=True):
    """`ping`: means nothing, but a body that can not be read shows a wrong set-up early."""
