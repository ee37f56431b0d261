"""Owns channels: who is in them, who may see them, and the messages in order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import Person, Workspace

Json = dict[str, object]
Kind = Literal["public", "private", "im"]
# Scopes are named after the kind: `channels:read`, `groups:history`, `im:write`.
SCOPE_PREFIX: dict[Kind, str] = {"public": "channels", "private": "groups", "im": "im"}
CHANNEL_TYPE: dict[Kind, str] = {"public": "channel", "private": "group", "im": "im"}


@dataclass(slots=True, eq=False, kw_only=True)
class Channel:
    """`connected` are the other workspaces of a shared one; `pair` are the two of a direct message."""

    id: str
    workspace: Workspace
    name: str
    kind: Kind
    created: int
    creator: str
    members: set[str] = field(default_factory=set)
    connected: list[Workspace] = field(default_factory=list)
    pair: Sequence[Person] = ()
    archived: bool = False
    messages: list[Message] = field(default_factory=list)

    @property
    def is_shared(self) -> bool:
        return bool(self.connected)

    @property
    def workspaces(self) -> list[Workspace]:
        return [self.workspace, *self.connected]

    @property
    def name_in_command(self) -> str:
        """What a slash command calls it: the names of private places are not told."""
        return {"public": self.name, "private": "privategroup", "im": "directmessage"}[self.kind]

    def known_to(self, person: Person) -> bool:
        """Whether this person (or bot) can know that the channel exists."""
        if person.id in self.members:
            return True
        return self.kind == "public" and person.workspace in self.workspaces and not person.is_guest

    def find(self, ts: str) -> Message | None:
        """A message that is there for everybody; ephemeral ones are in no history."""
        return next((each for each in self.messages if each.ts == ts and each.to is None), None)

    def replies(self, thread_ts: str) -> list[Message]:
        return [each for each in self.messages if each.thread_ts == thread_ts and each.ts != thread_ts and not each.to]

    def remove(self, message: Message) -> None:
        self.messages = [each for each in self.messages if each is not message]


def channel_object(channel: Channel, viewer: Person) -> Json:
    """What `conversations.info` says to a token of `viewer`."""
    made: Json = {"id": channel.id, "created": channel.created, "is_archived": channel.archived}
    if channel.kind == "im":
        other = next((each for each in channel.pair if each is not viewer), viewer)
        return made | {"is_im": True, "is_org_shared": False, "user": other.id, "is_user_deleted": other.deleted}
    return (
        made
        | sharing(channel, viewer)
        | {
            "name": channel.name,
            "name_normalized": channel.name,
            "is_channel": channel.kind == "public",
            "is_group": channel.kind == "private",
            "is_im": False,
            "is_mpim": False,
            "is_private": channel.kind == "private",
            "is_general": False,
            "creator": channel.creator,
            "is_member": viewer.id in channel.members,
            "unlinked": 0,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "previous_names": [],
        }
    )


def sharing(channel: Channel, viewer: Person) -> Json:
    """Which workspaces meet in it."""
    return {
        "is_shared": channel.is_shared,
        "is_ext_shared": channel.is_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "shared_team_ids": [each.id for each in channel.workspaces],
        "context_team_id": viewer.workspace.id,
        "conversation_host_id": channel.workspace.id,
    }
