"""People and channels of Slack, as Slack describes them when asked."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from uuid import UUID


class Standing(enum.StrEnum):
    """What kind of user somebody is, which decides whether they may act at all (T21)."""

    MEMBER = "member"
    GUEST = "guest"
    """Invited into some channels (`is_restricted`, `is_ultra_restricted`)."""
    EXTERNAL = "external"
    """At home in another organisation, here through a shared channel (`is_stranger`, another `team_id`)."""
    BOT = "bot"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackAccount:
    """A Slack user by (app, home, user id). The name is only a label."""

    connection: UUID
    home: str
    """The enterprise if the user belongs to one, else the workspace (T21)."""
    user: str
    name: str

    @property
    def external_id(self) -> str:
        """As it lies in the accounts table."""
        return f"{self.home}:{self.user}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackUser:
    """What Slack says about a user now."""

    account: SlackAccount
    standing: Standing
    teams: frozenset[str] = frozenset()
    """The workspaces in which this id means this user: elsewhere it may be somebody else's (T21)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackChannel:
    """A channel that the bot can see."""

    connection: UUID
    id: str
    name: str
    member: bool
    """Whether the bot is in it and can post there."""
    shared: bool
    """With another organisation (`is_ext_shared`, or an invitation is pending)."""
    direct: bool
    """A direct message with the bot, where nobody else reads along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A channel's default repository (`/ops use`)."""

    connection: UUID
    """The Slack app's."""
    channel: str
    github: UUID
    """The GitHub connection of the repository."""
    repository: int
    guests: bool
    """Whether linked guests and external people may act here (T21)."""
    shared: bool
    """Whether the channel was shared with another organisation when it was bound. One that became shared later has no
    repository until somebody binds it anew, knowing that (T22)."""
