"""What a configuration says: which commands a repository has, and which gates hang on what they touch.

The same values describe one layer (server, organisation or repository) and all of them together, once
bot/rules/layers.py has made the strictest of each.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from bot.model.command import Argument
from bot.model.people import Role

CONFIG_PATH = ".github/signalbox.yml"
"""Where a repository keeps its configuration, on its default branch; the organisation's is the one of its repository
named `.github`."""


class Layer(enum.StrEnum):
    """Whose configuration it is, from the one over all others down."""

    SERVER = "server"
    ORGANISATION = "organisation"
    REPOSITORY = "repository"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where a rule stands, so that a refusal can name it. Lines and columns count from 1."""

    layer: Layer
    file: str
    """`acme/shop/.github/signalbox.yml`, or the path on the server."""
    line: int
    column: int = 1

    @property
    def words(self) -> str:
        """`acme/shop/.github/signalbox.yml line 12`."""
        return f"{self.file} line {self.line}"


Path = tuple[str, ...]
"""The way to a rule: `("environments", "production", "requires", "reviews")`. Environment names are case-folded."""


class Where(enum.StrEnum):
    """Where a configured command may be typed."""

    SLACK = "slack"
    PULL_REQUEST = "pull_request"
    ISSUE = "issue"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredCommand:
    """A verb that a configuration adds."""

    name: str
    description: str = ""
    workflow: str
    """A file name under `.github/workflows`."""
    arguments: tuple[Argument, ...] = ()
    """In positional order; each is an input of the workflow."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Inputs that are always sent so; typing one is an error."""
    environment: str | None = None
    """The name of the argument or fixed input that names the environment."""
    dry_run: str | None = None
    """The name of the boolean argument that makes it a rehearsal."""
    permission: Role = Role.WRITE
    teams: tuple[str, ...] = ()
    """`owner/slug`: a member of any of these, on top of the permission; none means no team is asked for."""
    closed: bool = False
    """Two layers name teams of which nobody is in both: nobody may. Only merging makes this True."""
    where: frozenset[Where] = frozenset(Where)
    final: bool = False
    """Whether lower layers may not replace it; only server and organisation can say so."""
    workflow_from_head: bool = False
    """Whether the pull request's own workflow file runs (T1): only where our protection rule guards the environment."""


class ChecksWanted(enum.StrEnum):
    """Which checks have to be green."""

    PASSING = "passing"
    """All that ran, and all that branch protection requires."""
    REQUIRED = "required"
    """Those that branch protection requires."""
    NAMED = "named"
    """Those in `CheckRule.names`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRule:
    """What is asked of the checks of the pinned commit."""

    wanted: ChecksWanted
    names: tuple[str, ...] = ()
    """`build`, or `build@15368` with the id of the app that has to report it. Each has to be there and green, whatever
    `wanted` says: layers together may ask for all that ran and for some by name."""
    ignored: tuple[str, ...] = ()


class UpToDate(enum.StrEnum):
    """With what a pull request's branch has to be up to date."""

    PR_BASE = "pr_base"
    DEFAULT_BRANCH = "default_branch"
    STRICT = "strict"
    """Both."""


class Waiver(enum.StrEnum):
    """For whom or what missing reviews are no hindrance; failing checks always are."""

    ADMIN = "admin"
    DRY_RUN = "dry_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """Who has to say yes before it runs."""

    count: int = 1
    teams: tuple[tuple[str, ...], ...] = ()
    """One list per layer that names some: somebody of each list."""
    people: tuple[str, ...] = ()
    """Logins; each of them has to say yes."""
    expires: timedelta = timedelta(hours=4)
    author: bool = False
    """Whether whoever opened the pull request counts (T9)."""
    pusher: bool = False
    """Whether whoever pushed the commit counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """A time in which nothing ships. Weekly when `from_day` is there, else between two dates."""

    timezone: str
    """An IANA name, such as `Europe/Berlin`."""
    from_day: int | None = None
    """0 is Monday."""
    from_time: time = time(0)
    to_day: int | None = None
    to_time: time = time(0)
    from_date: str | None = None
    """`2026-12-20T16:00`, without an offset: in `timezone`."""
    to_date: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The gates of one environment, whatever the way in (T2). One without an entry has exactly these defaults."""

    name: str
    """As written; compared case-folded."""
    permission: Role = Role.NONE
    """On top of the command's; NONE asks for nothing more."""
    teams: tuple[str, ...] = ()
    """On top of the command's."""
    closed: bool = False
    """As in `ConfiguredCommand`."""
    approvals: Approvals | None = None
    checks: CheckRule | None = None
    reviews: bool = False
    """Whether the pinned commit needs an approving review, and none that requests changes."""
    waive_reviews: frozenset[Waiver] = frozenset()
    up_to_date: UpToDate | None = None
    after: tuple[str, ...] = ()
    """Environments in which the same commit has to have succeeded before."""
    drafts: bool = False
    """Whether draft pull requests may."""
    any_base: bool = False
    """Whether a pull request into another branch than the default one may."""
    lock: bool = False
    freeze: tuple[Freeze, ...] = ()
    notify: tuple[str, ...] = ()
    """Names of Slack channels, without `#`, that show every request for it. No gate."""


class Remember(enum.StrEnum):
    """For what `trust` holds."""

    SHA = "sha"
    PR = "pr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One layer, or all of them together."""

    commands: Mapping[str, ConfiguredCommand] = field(default_factory=dict)
    environments: Mapping[str, Environment] = field(default_factory=dict)
    """By case-folded name."""
    claims: Mapping[str, ConfiguredCommand] = field(default_factory=dict)
    """Commands that can not be typed, because a lower layer or a newer file put another in their place: their gates
    still hang on their workflows (T2, T13). Only merging makes them; their marks stand at `("claims", key, ...)`."""
    require_prefix: bool = False
    """Whether commands in comments need `/ops` in front, where other bots live."""
    remember_trust: Remember = Remember.SHA
    maintenance: str | None = None
    """Why nothing is started at the moment."""
    rules: int = 0
    """How many event rules it holds. They are checked in form."""
    marks: Mapping[Path, Mark] = field(default_factory=dict)
    """Where each thing was said; of what nobody said, nothing."""

    def mark(self, *path: str) -> Mark | None:
        """Where the rule on this way stands, or the nearest one around it."""
        for end in range(len(path), 0, -1):
            if found := self.marks.get(path[:end]):
                return found
        return None

    def environment(self, name: str) -> Environment:
        """The gates of an environment; the defaults where it has no entry."""
        return self.environments.get(name.casefold()) or Environment(name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFault:
    """One thing that is wrong with a configuration file; lines and columns count from 1."""

    problem: str
    line: int
    column: int
    suggestion: str = ""

    @property
    def sentence(self) -> str:
        """`unknown key "permision" (line 7, column 5). Did you mean "permission"?`"""
        more = f" {self.suggestion}" if self.suggestion else ""
        return f"{self.problem} (line {self.line}, column {self.column}).{more}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """A configuration file as it is at GitHub."""

    blob: str
    """Its blob SHA."""
    data: bytes
    public: bool = False
    """Whether everybody may know where it lies, beside the readers of that repository (T22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptConfig:
    """A configuration file that was in force, or would be if it did not widen anything."""

    connection: UUID
    repository: int
    layer: Layer
    """The repository's own, or the organisation's as it was read for this repository."""
    blob: str | None
    """None: there was definitely none."""
    data: bytes
    in_force_since: datetime
    waiting_blob: str | None = None
    """A newer file that removes or widens a gate, and waits for a second person (T13)."""
    waiting_data: bytes = b""
    waiting_since: datetime | None = None
    superseded: tuple[bytes, ...] = ()
    """Files that waited until newer ones took their place: nobody took back what was stricter in them (T13)."""
    confirmed_by: UUID | None = None
    """Who let the file in force be so, where somebody had to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """The configuration of a repository as it is in force now, all layers together."""

    config: Config
    remarks: tuple[str, ...] = ()
    """Whole sentences for whoever types the next command: a newer file is broken, or waits for a second person."""
    broken: str | None = None
    """Why no gate can be known: the file is broken, and no earlier one was in force. Nothing is dispatched then."""
