"""What the steps need of the world, as narrow Protocols. Adapters satisfy them by shape; mypy checks it in bot/app.py.

Every method that leaves the house may raise `UpstreamError` (bot/errors.py says which kinds a retry helps).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from bot.model.decision import Reason
from bot.model.delivery import Delivery
from bot.model.inbound import Inbound
from bot.model.job import Job
from bot.model.message import Message
from bot.model.origin import Origin
from bot.model.people import GitHubAccount, Person, Role
from bot.model.repository import Connection, Head, PullRequest, Repository
from bot.model.request import Announcement, Answer, Request
from bot.model.run import Run, RunJob, RunReport
from bot.model.workflow import Workflow


class Clock(Protocol):
    """Time, so that stories can travel."""

    def now(self) -> datetime:
        """This moment, aware UTC."""
        ...


class Mint(Protocol):
    """Names for new things."""

    def id(self) -> UUID:
        """A UUIDv7."""
        ...

    def code(self) -> str:
        """Six letters for people; uniqueness is the database's to check."""
        ...

    def key(self) -> str:
        """128 random bits in hex."""
        ...


# --- the store ---------------------------------------------------------------------------------------------------


class Deliveries(Protocol):
    """What came in."""

    async def get(self, delivery: UUID) -> Delivery | None: ...


class Repositories(Protocol):
    """Labels of repositories, kept as deliveries tell them."""

    async def get(self, connection: UUID, repository: int) -> Repository | None: ...
    async def save(self, repository: Repository) -> None:
        """Insert, or update the labels; a known installation is not forgotten for None."""
        ...

    async def forget_installation(self, connection: UUID, installation: int, repositories: Sequence[int]) -> None:
        """The installation no longer reaches these repositories; none named means all of them."""
        ...


class Connections(Protocol):
    """GitHub hosts."""

    async def get(self, connection: UUID) -> Connection: ...


class People(Protocol):
    """Persons and their accounts, with history (T9)."""

    async def by_github(self, account: GitHubAccount) -> Person | None: ...
    async def get(self, person: UUID) -> Person | None: ...
    async def add(self, person: Person, at: datetime) -> None: ...
    async def rename(self, account: GitHubAccount) -> None: ...


class Heads(Protocol):
    """Our own record of pull requests' heads (T4)."""

    async def record(self, head: Head) -> None:
        """Once per (pull request, sha, since); a doubled report is a no-op."""
        ...

    async def history(self, connection: UUID, repository: int, pull_request: int) -> Sequence[Head]:
        """Oldest first."""
        ...


class Requests(Protocol):
    """Requests; `save` is compare-and-set on `version` and raises `Conflict`."""

    async def add(self, request: Request) -> bool:
        """False, and nothing written, when this origin has a request. A code that is taken raises `Conflict`."""
        ...

    async def save(self, request: Request) -> Request:
        """Write the row whose version is `request.version`; returns it with the next version."""
        ...

    async def get(self, request: UUID) -> Request | None: ...
    async def by_code(self, code: str) -> Request | None: ...
    async def by_origin(self, origin: Origin) -> Request | None: ...
    async def of_thread(self, connection: UUID, repository: int, number: int, limit: int) -> Sequence[Request]:
        """The newest first."""
        ...

    async def of_repository(self, connection: UUID, repository: int, limit: int) -> Sequence[Request]:
        """The newest first."""
        ...

    async def of_comment(self, connection: UUID, repository: int, comment: int) -> Sequence[Request]:
        """In the order of their lines."""
        ...

    async def unfinished(self) -> Sequence[Request]:
        """Those that are dispatching, running or lost within the last day, oldest first: what the sweep looks at."""
        ...

    async def unfinished_in(self, connection: UUID, repository: int) -> Sequence[Request]:
        """The same of one repository: whose a run without a known id may be."""
        ...


class Runs(Protocol):
    """Runs that our requests started."""

    async def add(self, run: Run) -> None: ...
    async def save(self, run: Run) -> None: ...
    async def by_github(self, connection: UUID, repository: int, github_id: int, attempt: int) -> Run | None: ...
    async def of_request(self, request: UUID) -> Sequence[Run]:
        """Oldest attempt first."""
        ...


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
        ...

    async def get(self, answer: UUID) -> Answer | None: ...
    async def attempting(self, answer: UUID, at: datetime) -> None:
        """Posting begins; the first time stays."""
        ...

    async def posted(self, answer: UUID, message_id: int) -> None: ...


class Audit(Protocol):
    """What was asked, decided and done: written in the transaction that does it (T25)."""

    async def write(
        self,
        *,
        action: str,
        at: datetime,
        person: UUID | None,
        connection: UUID | None,
        repository: int | None,
        request: UUID | None,
        reason: Reason | None,
        facts: Mapping[str, Any],
    ) -> None: ...
    async def count_commands(self, person: UUID, repository: int, since: datetime) -> int:
        """How many commands of this person were written down for this repository since then (T26)."""
        ...


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
    def audit(self) -> Audit: ...

    async def enqueue(self, job: Job) -> None:
        """Keep the job in this very transaction; it becomes due when the transaction commits."""
        ...

    def noted(self, action: str, reason: Reason | None) -> None:
        """Once this transaction is durable, tell whoever counts what became of a command."""
        ...

    def moved(self, request: Request) -> None:
        """Once this transaction is durable, tell whoever counts that the request has a new state."""
        ...


class Units(Protocol):
    """Where transactions come from. None stays open across a call that leaves the house."""

    def write(self) -> AbstractAsyncContextManager[Unit]:
        """BEGIN IMMEDIATE, behind the one write gate."""
        ...

    def read(self) -> AbstractAsyncContextManager[Unit]:
        """A snapshot; writing through it is an error."""
        ...


# --- GitHub ------------------------------------------------------------------------------------------------------


class ReadDelivery(Protocol):
    """Reads what a recorded delivery means."""

    def __call__(self, delivery: Delivery) -> Sequence[Inbound]: ...


class Ourselves(Protocol):
    """Who we are at GitHub."""

    async def login(self, connection: UUID) -> str:
        """`<slug>[bot]`, the actor of the runs that we dispatch."""
        ...


class Permissions(Protocol):
    """GitHub's own word on who may do what."""

    async def role(self, repository: Repository, account: GitHubAccount, *, fresh: bool) -> Role:
        """The effective role; `NONE` for no access. `fresh` goes past the cache (T28).

        Raises `Unreachable` or `RateLimited` when GitHub did not answer, and `Refused` when its answer is about
        somebody else (T8): unknown is never a yes.
        """
        ...

    def drop(self, connection: UUID, repository: int | None) -> None:
        """Forget what was cached."""
        ...


class PullRequests(Protocol):
    """Pull requests as they are now, and where their heads have been."""

    async def get(self, repository: Repository, number: int) -> PullRequest: ...
    async def head_before(self, repository: Repository, branch: str, moment: datetime) -> Head | None:
        """From the activity log of a branch of this repository: the head as of before `moment`, None if not told.

        `pull_request` of the result is 0: the log knows branches only.
        """
        ...


class Workflows(Protocol):
    """Workflow files, and starting them."""

    async def read(self, repository: Repository, file: str) -> Workflow:
        """The file under `.github/workflows` on the default branch. Raises `NotFound`."""
        ...

    async def names(self, repository: Repository) -> Sequence[str]:
        """File names under `.github/workflows` on the default branch, sorted."""
        ...

    async def head_of(self, repository: Repository, ref: str) -> str:
        """The commit that a branch or tag (`refs/...`) names now. Raises `NotFound`."""
        ...

    async def dispatch(self, repository: Repository, path: str, *, ref: str, inputs: Mapping[str, str]) -> int | None:
        """Start it; the run's id where the host tells, else None (T31). Never retried inside."""
        ...


class WorkflowRuns(Protocol):
    """Runs."""

    async def get(self, repository: Repository, run: int) -> RunReport: ...
    async def jobs(self, repository: Repository, run: int, attempt: int) -> Sequence[RunJob]: ...
    async def dispatched_since(self, repository: Repository, path: str, since: datetime) -> Sequence[RunReport]:
        """Runs of this workflow that our App dispatched since then: candidates for T31."""
        ...

    async def cancel(self, repository: Repository, run: int) -> None:
        """Ask GitHub to cancel. A run that is completed already is not an error."""
        ...


class Comments(Protocol):
    """Comments and reactions in a thread."""

    async def create(self, repository: Repository, number: int, body: str) -> int: ...
    async def edit(self, repository: Repository, comment: int, body: str) -> None: ...
    async def find(self, repository: Repository, number: int, marker: str, since: datetime) -> int | None:
        """The id of our App's own comment that holds `marker`; anybody else's does not count."""
        ...

    async def react(self, repository: Repository, comment: int, reaction: str) -> None:
        """GitHub's reaction words: `eyes`, `rocket`, `-1`, `confused`, ... Doing it twice is a no-op at GitHub."""
        ...


# --- words -------------------------------------------------------------------------------------------------------


class Render(Protocol):
    """Turns a message into the text of a surface, escaped and cut to the surface's limit."""

    def github(self, message: Message) -> str: ...
