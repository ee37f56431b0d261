"""What the steps need of the database: one transaction over repositories, one repository per noun."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.flow.ports.audit import Audit
from bot.flow.ports.gates import Configs, Trusts
from bot.flow.ports.keeping import Partitions, Pruning, Renewal, RepositoryEvents
from bot.flow.ports.link import Bindings, LinkAttempts, Links, Sessions
from bot.flow.ports.shared import LockQueue, Locks, Protections, Votes
from bot.model.decision import Reason
from bot.model.delivery import Delivery
from bot.model.job import Job
from bot.model.origin import Origin
from bot.model.people import GitHubAccount, Person
from bot.model.repository import Connection, Head, Repository
from bot.model.request import Announcement, Answer, Request, RequestState
from bot.model.run import Run, Silence, Silent
from bot.model.slack import SlackAccount


class Deliveries(Protocol):
    """What came in."""

    async def get(self, delivery: UUID) -> Delivery | None: ...
    async def known(self, connection: UUID, guids: Collection[str]) -> frozenset[str]:
        """Which of these GUIDs were recorded."""

    async def between(self, after: datetime, until: datetime, limit: int) -> Sequence[Delivery]:
        """Those received after the one moment and not after the other, oldest first."""


class Repositories(Protocol):
    """Labels of repositories, kept as deliveries tell them."""

    async def get(self, connection: UUID, repository: int) -> Repository | None: ...
    async def save(self, repository: Repository, told_at: datetime | None = None) -> None:
        """Insert, or update the labels as of `told_at`, now by default; a known installation is not forgotten."""

    async def by_name(self, connection: UUID, full_name: str) -> Repository | None:
        """The one that was known by this name last, whatever the case; names move, so ask GitHub before acting."""

    async def another(self, connection: UUID, owner: str) -> Repository | None:
        """Any that the App reaches, of this owner if there is one."""

    async def of_owner(self, connection: UUID, owner: str) -> Sequence[Repository]:
        """All of this owner that the App reaches."""

    async def forget_installation(self, connection: UUID, installation: int, repositories: Sequence[int]) -> None:
        """The installation no longer reaches these repositories; none named means all of them."""


class Connections(Protocol):
    """GitHub hosts."""

    async def get(self, connection: UUID) -> Connection: ...


class People(Protocol):
    """Persons and their accounts, with history (T9)."""

    async def by_github(self, account: GitHubAccount) -> Person | None: ...
    async def by_slack(self, account: SlackAccount) -> Person | None:
        """Who is linked with this Slack account now, with their GitHub account."""

    async def slack_user(self, person: UUID, connection: UUID) -> str | None:
        """The user id by which the person is known in this Slack now."""

    async def get(self, person: UUID) -> Person | None: ...
    async def add(self, person: Person, at: datetime) -> None: ...
    async def rename(self, account: GitHubAccount) -> None: ...


class Heads(Protocol):
    """Our own record of pull requests' heads (T4)."""

    async def record(self, head: Head) -> None:
        """Once per (pull request, sha, since); a doubled report is a no-op."""

    async def history(self, connection: UUID, repository: int, pull_request: int) -> Sequence[Head]:
        """Oldest first."""


class Requests(Protocol):
    """Requests; `save` is compare-and-set on `version` and raises `Conflict`."""

    async def add(self, request: Request) -> bool:
        """False, and nothing written, when this origin has a request. A code that is taken raises `Taken`."""

    async def save(self, request: Request) -> Request:
        """Write the row whose version is `request.version`; returns it with the next version."""

    async def get(self, request: UUID) -> Request | None: ...
    async def by_code(self, code: str) -> Request | None: ...
    async def by_origin(self, origin: Origin) -> Request | None: ...
    async def of_thread(self, connection: UUID, repository: int, number: int, limit: int) -> Sequence[Request]:
        """The newest first."""

    async def of_place(self, place_prefix: str, limit: int) -> Sequence[Request]:
        """Those announced in a channel (`connection:channel:`), the newest first."""

    async def shown_as(self, surface: str, connection: UUID, channel: str, message: str) -> Request | None:
        """The request whose announcement stands there as this very message (T21)."""

    async def of_person(self, person: UUID, limit: int) -> Sequence[Request]:
        """The newest first."""

    async def of_repository(self, connection: UUID, repository: int, limit: int) -> Sequence[Request]:
        """The newest first."""

    async def of_comment(self, connection: UUID, repository: int, comment: int) -> Sequence[Request]:
        """In the order of their lines."""

    async def unfinished(self) -> Sequence[Request]:
        """Those that are dispatching, running or lost within the last day, oldest first: what the sweep looks at."""

    async def standing(
        self, states: Collection[RequestState], *, thread: tuple[UUID, int, int] | None = None
    ) -> Sequence[Request]:
        """All that are in one of these states, oldest first; of one `thread`: connection, repository, number."""

    async def unfinished_in(self, connection: UUID, repository: int) -> Sequence[Request]:
        """The same of one repository: whose a run without a known id may be."""

    async def successes(self, connection: UUID, repository: int, environment: str, limit: int) -> Sequence[Request]:
        """Those that succeeded there, rehearsals apart, the newest first: what is live, and what may be put back."""

    async def newest_success(
        self, connection: UUID, repository: int, environment: str, workflows: Collection[str]
    ) -> Request | None:
        """The one by these workflow files, in small letters, that succeeded there last, rehearsals apart: what `after`
        looks at (T11)."""


class Runs(Protocol):
    """Runs that our requests started."""

    async def add(self, run: Run) -> None: ...
    async def save(self, run: Run) -> None: ...
    async def remove(self, run: Run) -> None:
        """An attempt that GitHub refused to start was never one."""

    async def by_github(self, connection: UUID, repository: int, github_id: int, attempt: int) -> Run | None: ...
    async def claimed(self, connection: UUID, repository: int, github_ids: Collection[int]) -> frozenset[int]:
        """Which of these runs, in whatever attempt, belong to a request."""

    async def of_request(self, request: UUID) -> Sequence[Run]:
        """Oldest attempt first."""

    async def silent(self, now: datetime, allowed: Silence, limit: int) -> Sequence[Silent]:
        """Requests at GitHub that have had no news for too long; the longest silence first."""


class Announcements(Protocol):
    """Where requests are shown; `save` is compare-and-set on `version` and raises `Conflict`."""

    async def add(self, announcement: Announcement) -> None: ...
    async def save(self, announcement: Announcement) -> Announcement: ...
    async def get(self, announcement: UUID) -> Announcement | None: ...
    async def of_request(self, request: UUID) -> Sequence[Announcement]: ...


class Answers(Protocol):
    """Replies that are written once."""

    async def add(self, answer: Answer) -> bool:
        """False, and nothing written, when this natural key was answered before."""

    async def given(self, natural_key: str) -> bool: ...
    async def get(self, answer: UUID) -> Answer | None: ...
    async def attempting(self, answer: UUID, at: datetime | None) -> None:
        """Posting begins, or failed at this time without our knowing whether it was posted; None: it was not."""

    async def withdraw(self, natural_key: str) -> None:
        """Forget it, unless it was posted."""

    async def posted(self, answer: UUID, message_id: str) -> None: ...


class Marks(Protocol):
    """Numbers under a name that outlive a process and are the same for every replica."""

    async def value(self, name: str) -> int | None: ...
    async def values(self, names: Collection[str]) -> Mapping[str, int]:
        """Of those that were set."""

    async def put(self, name: str, value: int, at: datetime) -> None: ...
    async def bump(self, name: str, at: datetime) -> int: ...
    async def forget(self, prefix: str, before: datetime) -> None:
        """All whose names begin so and that were set last before then."""


class Unit(Protocol):
    """One transaction over all repositories; leaving the block commits, an exception rolls back."""

    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def connections(self) -> Connections: ...
    @property
    def repositories(self) -> Repositories: ...
    @property
    def people(self) -> People: ...
    @property
    def heads(self) -> Heads: ...
    @property
    def requests(self) -> Requests: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def announcements(self) -> Announcements: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def link_attempts(self) -> LinkAttempts: ...
    @property
    def links(self) -> Links: ...
    @property
    def bindings(self) -> Bindings: ...
    @property
    def configs(self) -> Configs: ...
    @property
    def trusts(self) -> Trusts: ...
    @property
    def votes(self) -> Votes: ...
    @property
    def locks(self) -> Locks: ...
    @property
    def lock_queue(self) -> LockQueue: ...
    @property
    def protections(self) -> Protections: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def repository_events(self) -> RepositoryEvents: ...
    @property
    def partitions(self) -> Partitions: ...
    @property
    def pruning(self) -> Pruning: ...
    @property
    def renewal(self) -> Renewal: ...

    async def enqueue(self, job: Job) -> None:
        """Keep the job in this very transaction; it becomes due when the transaction commits."""

    async def forget_jobs(self, kinds: Collection[str]) -> int:
        """Jobs of these kinds will never be done; how many there were."""

    async def unfinished(self, kind: str, keys: Sequence[str]) -> frozenset[str]:
        """Which of these keys have a job of this kind that is not done, held ones included."""

    def noted(self, action: str, reason: Reason | None) -> None:
        """Once this transaction is durable, tell whoever counts what became of a command."""

    def moved(self, request: Request) -> None:
        """Once this transaction is durable, tell whoever counts that the request has a new state."""


class Units(Protocol):
    """Where transactions come from. None stays open across a call that leaves the house."""

    def write(self, *, newest: bool = False) -> AbstractAsyncContextManager[Unit]:
        """BEGIN IMMEDIATE, behind the one write gate. Where replicas write side by side, a lost race is a `Conflict`;
        with `newest` there is none, for whoever changes rows whatever they were."""

    def read(self) -> AbstractAsyncContextManager[Unit]:
        """A snapshot; writing through it is an error."""
