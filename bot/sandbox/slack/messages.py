"""Owns a message: what was sent, what the wire says about it, and what a person sees of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.slack.ids import short
from bot.sandbox.slack.people import Person

if TYPE_CHECKING:
    from bot.sandbox.slack.channels import Channel

Json = dict[str, object]
DECORATED = {"plain_text": ("emoji", True), "mrkdwn": ("verbatim", False)}
# What carries an `action_id`; everything else with a type is text, picture or layout.
INTERACTIVE = frozenset(
    (
        "button",
        "overflow",
        "checkboxes",
        "radio_buttons",
        "datepicker",
        "timepicker",
        "plain_text_input",
        "number_input",
        "email_text_input",
        "url_text_input",
        *(
            f"{many}{what}_select"
            for many in ("", "multi_")
            for what in ("static", "users", "conversations", "channels")
        ),
    )
)


@dataclass(slots=True, eq=False, kw_only=True)
class Message:
    """`blocks` are kept exactly as they were sent; `wire` is what Slack makes of them, with every id filled in."""

    channel: "Channel"
    ts: str
    author: Person
    text: str
    blocks: Sequence[Json] = ()
    wire: Sequence[Json] = ()
    thread_ts: str | None = None
    to: Person | None = None  # an ephemeral message is there for this person only
    edits: int = 0
    edited_ts: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    metadata: Json | None = None

    def write(self, text: str, blocks: Sequence[Json]) -> None:
        self.text, self.blocks, self.wire = text, blocks, [wired(block) for block in blocks]

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message as one person reads it: whose it is, what it says, and where it stands."""

    author: str
    text: str
    blocks: Sequence[Json]
    channel: str
    ts: str
    thread_ts: str | None
    ephemeral: bool
    edited: int
    reactions: Mapping[str, int]


def seen(message: Message) -> Seen:
    return Seen(
        author=message.author.name,
        text=message.text,
        blocks=tuple(message.blocks),
        channel=message.channel.id,
        ts=message.ts,
        thread_ts=message.thread_ts,
        ephemeral=message.to is not None,
        edited=message.edits,
        reactions={name: len(people) for name, people in message.reactions.items()},
    )


def wired(block: Json) -> Json:
    """A block as Slack gives it back: ids for what had none, defaults written out."""
    return {"block_id": short()} | {key: _decorated(value) for key, value in block.items()}


def _decorated(node: object) -> object:
    if isinstance(node, list):
        return [_decorated(each) for each in node]
    if not isinstance(node, dict):
        return node
    made: Json = {key: _decorated(value) for key, value in node.items()}
    kind = node.get("type")
    if kind in DECORATED:
        name, default = DECORATED[kind]
        made.setdefault(name, default)
    elif kind in INTERACTIVE:
        made.setdefault("action_id", short())
    return made


def message_object(message: Message) -> Json:
    """The message as `conversations.history` and payloads show it."""
    author = message.author
    made: Json = {"type": "message", "user": author.id, "text": message.text, "ts": message.ts}
    made["team"] = author.workspace.id
    if author.bot_id is not None:
        made |= {"bot_id": author.bot_id, "app_id": author.app_id, "bot_profile": bot_profile(author)}
    if message.wire:
        made["blocks"] = list(message.wire)
    if message.edited_ts is not None:
        made["edited"] = {"user": author.bot_id or author.id, "ts": message.edited_ts}
    if message.metadata is not None:
        made["metadata"] = message.metadata
    if message.thread_ts is not None:
        made |= thread_fields(message)
    if message.reactions:
        made["reactions"] = reaction_objects(message)
    return made


def thread_fields(message: Message) -> Json:
    replies = message.channel.replies(message.thread_ts or message.ts)
    if message.is_reply:
        parent = message.channel.find(message.thread_ts or "")
        return {"thread_ts": message.thread_ts, "parent_user_id": parent.author.id if parent else None}
    people = list(dict.fromkeys(reply.author.id for reply in replies))
    made: Json = {"thread_ts": message.ts, "reply_count": len(replies), "reply_users_count": len(people)}
    return made | {"latest_reply": replies[-1].ts if replies else message.ts, "reply_users": people}


def reaction_objects(message: Message) -> list[Json]:
    return [{"name": name, "users": list(ids), "count": len(ids)} for name, ids in message.reactions.items()]


def bot_profile(author: Person) -> Json:
    icons = {f"image_{size}": f"https://a.slack-edge.com/{size}.png" for size in (36, 48, 72)}
    return {
        "id": author.bot_id,
        "app_id": author.app_id,
        "name": author.name,
        "icons": icons,
        "deleted": False,
        "updated": author.updated,
        "team_id": author.workspace.id,
    }
