"""Owns checks and statuses of commits: who reported what, and which of several reports is the one that counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.apps import App
from bot.sandbox.github.refusals import Refused, unprocessable
from bot.sandbox.github.roles import Role

if TYPE_CHECKING:
    from bot.sandbox.github.repositories import Repository

CONCLUSIONS: Final = frozenset(
    {"success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required", "stale"}
)
OPEN: Final = frozenset({"queued", "in_progress", "waiting", "requested", "pending"})
STATES: Final = frozenset({"error", "failure", "pending", "success"})
PASSED: Final = frozenset({"success", "neutral", "skipped"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What one app checks at one commit; GitHub Actions has one for each workflow that ran."""

    id: int
    app: App
    head_sha: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A button that people who may write see beside a check run."""

    label: str
    description: str
    identifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A remark about lines of a file."""

    path: str
    start_line: int
    end_line: int
    annotation_level: str
    message: str
    title: str | None = None
    raw_details: str | None = None
    start_column: int | None = None
    end_column: int | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class CheckRun:
    id: int
    repository: "Repository"
    suite: Suite
    name: str
    status: str
    conclusion: str | None
    started_at: datetime
    completed_at: datetime | None
    external_id: str = ""
    details_url: str | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    actions: tuple[Action, ...] = ()
    annotations: list[Annotation] = field(default_factory=list)

    @property
    def app(self) -> App:
        return self.suite.app

    @property
    def head_sha(self) -> str:
        return self.suite.head_sha

    @property
    def passed(self) -> bool:
        return self.conclusion in PASSED

    def move(self, state: str) -> None:
        """To a conclusion, which completes it, or to a state of one that goes on."""
        now = self.repository.world.clock()
        if state in CONCLUSIONS:
            self.status, self.conclusion, self.completed_at = "completed", state, now
        elif state in OPEN:
            self.status, self.conclusion, self.completed_at = state, None, None
        else:
            unprocessable(f"{state} is no conclusion of a check run, and no state of one")

    def announce(self) -> None:
        """It is there; so may be its conclusion."""
        self.repository.world.check_events.check_run("created", self)
        if self.status == "completed":
            self.repository.world.check_events.check_run("completed", self)

    def change(self, state: str) -> None:
        """Its app reports again about the same run."""
        self.move(state)
        if self.status == "completed":
            self.repository.world.check_events.check_run("completed", self)

    # What people do with it; each returns when its app has answered

    async def press(self, button: str, *, by: str) -> None:
        """Somebody presses a button, by its label or its identifier; only who may write sees any."""
        found = next((each for each in self.actions if button in (each.label, each.identifier)), None)
        if found is None:
            raise ValueError(f"{button!r} is none of the buttons {[each.label for each in self.actions]}")
        self.repository.world.check_events.pressed(self, found.identifier, self._writer(by))
        await self.repository.world.webhooks.settled()

    async def ask_again(self, *, by: str) -> None:
        """Somebody presses "Re-run"; the check itself stays as it is until its app says otherwise."""
        self.repository.world.check_events.rerequested(self, self._writer(by))
        await self.repository.world.webhooks.settled()

    def _writer(self, login: str) -> Account:
        person = self.repository.world.account(login)
        if not self.repository.role_of(person).reaches(Role.WRITE):
            raise Refused(403, "Must have admin rights to Repository.")
        return person


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One report; a newer one about the same context takes its place."""

    id: int
    repository: "Repository"
    sha: str
    context: str
    state: str
    creator: Account
    description: str | None
    target_url: str | None
    created_at: datetime


@dataclass(slots=True)
class Checks:
    """Everything that was reported in one repository, oldest first."""

    runs: dict[int, CheckRun] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    suites: dict[tuple[int, str, str], Suite] = field(default_factory=dict)

    def of(self, sha: str, *, every: bool = False) -> list[CheckRun]:
        """Of each suite the newest run of each name, or `every` one."""
        found = [run for run in self.runs.values() if run.head_sha == sha]
        newest = {(run.suite.id, run.name): run for run in found}
        return found if every else list(newest.values())

    def statuses_of(self, sha: str) -> list[Status]:
        """The newest of each context."""
        return list({each.context: each for each in self.statuses if each.sha == sha}.values())


def add_check(
    repository: "Repository",
    sha: str,
    name: str,
    state: str,
    app: App,
    *,
    label: str = "",
    external_id: str = "",
    details_url: str | None = None,
    output: Sequence[str | None] = (None, None, None),
    quiet: bool = False,
) -> CheckRun:
    """A new check run, which apps that may read checks hear of unless it is `quiet`."""
    world, checks = repository.world, repository.checks
    key = (app.id, sha, label)
    suite = checks.suites.setdefault(key, Suite(id=world.ids.new(), app=app, head_sha=sha, label=label))
    run = CheckRun(
        id=world.ids.new(),
        repository=repository,
        suite=suite,
        name=name,
        status="queued",
        conclusion=None,
        started_at=world.clock(),
        completed_at=None,
        external_id=external_id,
        details_url=details_url,
    )
    run.title, run.summary, run.text = output
    run.move(state)
    checks.runs[run.id] = run
    if not quiet:
        run.announce()
    return run


def add_status(
    repository: "Repository",
    sha: str,
    context: str,
    state: str,
    creator: Account,
    *,
    description: str | None = None,
    target_url: str | None = None,
) -> Status:
    """Anybody who can push may say anything in any context."""
    if state not in STATES:
        unprocessable(f"{state} is not one of {', '.join(sorted(STATES))}")
    world = repository.world
    made = Status(
        id=world.ids.new(),
        repository=repository,
        sha=sha,
        context=context,
        state=state,
        creator=creator,
        description=description,
        target_url=target_url,
        created_at=world.clock(),
    )
    repository.checks.statuses.append(made)
    world.check_events.status(made)
    return made
