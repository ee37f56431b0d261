"""Owns the rollup of a commit: check runs and statuses in one list.

What a token may not read is a null in that list with an error of its own: check runs need `checks: read`, statuses
`statuses: read`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.sandbox.github.callers import Caller
from bot.sandbox.github.checks import CheckRun, Status
from bot.sandbox.github.git import Commit
from bot.sandbox.github.graphql.actors import Actor, Reporter
from bot.sandbox.github.graphql.connections import Connection, PageInfo, connection
from bot.sandbox.github.graphql.problems import Problem, forbidden, missing
from bot.sandbox.github.ids import stamp, stamp_or_none
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.shapes.repositories import html_url


def is_required(repository: Repository, name: str, app: int | None, number: int | None) -> bool:
    """Whether the protection of the pull request's base asks for it."""
    if number is None:
        raise Problem("UNPROCESSABLE", "Either `pullRequestId` or `pullRequestNumber` must be given.")
    issue = repository.issues.get(number)
    if issue is None or issue.pull is None:
        missing("PullRequest", f"number of {number}")
    rule = issue.pull.protection
    return rule is not None and rule.requires(name, app)


@dataclass(frozen=True, slots=True)
class Suite:
    app: Reporter
    database_id: int


@dataclass(frozen=True, slots=True)
class Run:
    """A `CheckRun`."""

    run: CheckRun
    type_name = "CheckRun"

    @property
    def database_id(self) -> int:
        return self.run.id

    @property
    def name(self) -> str:
        return self.run.name

    @property
    def status(self) -> str:
        return self.run.status.upper()

    @property
    def conclusion(self) -> str | None:
        return self.run.conclusion and self.run.conclusion.upper()

    @property
    def started_at(self) -> str:
        return stamp(self.run.started_at)

    @property
    def completed_at(self) -> str | None:
        return stamp_or_none(self.run.completed_at)

    @property
    def url(self) -> str:
        return f"{html_url(self.run.repository)}/runs/{self.run.id}"

    @property
    def details_url(self) -> str:
        return self.run.details_url or self.url

    @property
    def external_id(self) -> str:
        return self.run.external_id

    @property
    def title(self) -> str | None:
        return self.run.title

    @property
    def summary(self) -> str | None:
        return self.run.summary

    @property
    def check_suite(self) -> Suite:
        return Suite(Reporter(self.run.app), self.run.suite.id)

    def is_required(self, pull_request_id: str | None = None, pull_request_number: int | None = None) -> bool:
        return is_required(self.run.repository, self.run.name, self.run.app.id, pull_request_number)


@dataclass(frozen=True, slots=True)
class Context:
    """A `StatusContext`."""

    status: Status
    type_name = "StatusContext"

    @property
    def context(self) -> str:
        return self.status.context

    @property
    def state(self) -> str:
        return self.status.state.upper()

    @property
    def description(self) -> str | None:
        return self.status.description

    @property
    def target_url(self) -> str | None:
        return self.status.target_url

    @property
    def created_at(self) -> str:
        return stamp(self.status.created_at)

    @property
    def creator(self) -> Actor:
        return Actor(self.status.creator, self.status.repository.world.html)

    def is_required(self, pull_request_id: str | None = None, pull_request_number: int | None = None) -> bool:
        return is_required(self.status.repository, self.status.context, None, pull_request_number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contexts:
    nodes: Sequence[Run | Context | Problem]
    page_info: PageInfo
    total_count: int
    check_run_count: int
    status_context_count: int


@dataclass(frozen=True, slots=True)
class Rollup:
    """Only of a commit about which something was reported."""

    caller: Caller
    repository: Repository
    found: Commit

    @property
    def state(self) -> str:
        """The worst of them."""
        checks, sha = self.repository.checks, self.found.sha
        states = {each.state for each in checks.statuses_of(sha)}
        states |= {"success" if run.passed else run.conclusion or "pending" for run in checks.of(sha)}
        if states - {"success", "pending"}:
            return "ERROR" if states == {"error"} else "FAILURE"
        return "PENDING" if "pending" in states else "SUCCESS"

    def contexts(
        self, first: int | None = None, last: int | None = None, after: str | None = None, before: str | None = None
    ) -> Contexts:
        checks, sha = self.repository.checks, self.found.sha
        runs, statuses = checks.of(sha), checks.statuses_of(sha)
        no_run = forbidden(self.caller, self.repository, "checks=read")
        no_status = forbidden(self.caller, self.repository, "statuses=read")
        items: list[Run | Context | Problem] = [no_run or Run(each) for each in runs]
        items += [no_status or Context(each) for each in statuses]
        page: Connection[Run | Context] = connection(
            "contexts", items, first=first, last=last, after=after, before=before
        )
        return Contexts(
            nodes=page.nodes,
            page_info=page.page_info,
            total_count=page.total_count,
            check_run_count=len(runs),
            status_context_count=len(statuses),
        )


def rollup(caller: Caller, repository: Repository, found: Commit) -> Rollup | None:
    checks = repository.checks
    return Rollup(caller, repository, found) if checks.of(found.sha) or checks.statuses_of(found.sha) else None
