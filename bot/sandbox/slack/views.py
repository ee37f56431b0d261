"""Owns modals and Homes: what is open before whom, in which order, and what Slack tells about it."""

from dataclasses import dataclass

from bot.sandbox.slack.apps import Installation
from bot.sandbox.slack.ids import Ids, secret
from bot.sandbox.slack.messages import wired
from bot.sandbox.slack.people import Person

Json = dict[str, object]
MOST_OPEN = 3


@dataclass(slots=True, eq=False, kw_only=True)
class View:
    """`sent` is exactly what the app sent; `errors` are what a refused submission shows under its fields."""

    id: str
    installation: Installation
    person: Person
    sent: Json
    wire: list[Json]
    hash: str
    root_id: str
    previous_id: str | None
    errors: dict[str, str]

    @property
    def kind(self) -> str:
        return str(self.sent["type"])

    @property
    def blocks(self) -> list[Json]:
        blocks = self.sent["blocks"]
        return list(blocks) if isinstance(blocks, list) else []

    def show(self, sent: Json) -> None:
        """Put something else into the same window."""
        blocks = sent["blocks"]
        self.sent, self.hash, self.errors = sent, new_hash(), {}
        self.wire = [wired(block) for block in blocks] if isinstance(blocks, list) else []


def new_hash() -> str:
    return f"156772938.{secret(8)}"


class Views:
    """Every person has a stack of modals and, for each app, one Home."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[tuple[str, str], View] = {}

    def open(self, installation: Installation, person: Person, sent: Json) -> View:
        """A modal on top of what the person has open."""
        stack = self._stacks.setdefault(person.id, [])
        above = stack[-1] if stack else None
        made = self._made(installation, person, sent)
        if above is not None:
            made.root_id, made.previous_id = above.root_id, above.id
        stack.append(made)
        return made

    def publish(self, installation: Installation, person: Person, sent: Json) -> View:
        """The Home of this person; it keeps its id."""
        key = (installation.app.id, person.id)
        if key in self._homes:
            self._homes[key].show(sent)
        else:
            self._homes[key] = self._made(installation, person, sent)
        return self._homes[key]

    def close(self, view: View, *, all_of_them: bool = False) -> None:
        stack = self._stacks.get(view.person.id, [])
        self._stacks[view.person.id] = [] if all_of_them else [each for each in stack if each is not view]

    def close_all(self, person: Person) -> None:
        self._stacks[person.id] = []

    def of(self, person: Person) -> list[View]:
        """The open modals, the visible one last."""
        return list(self._stacks.get(person.id, []))

    def home(self, app_id: str, person: Person) -> View | None:
        return self._homes.get((app_id, person.id))

    def find(self, app_id: str, *, view_id: str | None = None, external_id: str | None = None) -> View | None:
        everything = [*self._homes.values(), *(view for stack in self._stacks.values() for view in stack)]
        for view in everything:
            same = view.id == view_id if view_id else view.sent.get("external_id") == external_id
            if same and view.installation.app.id == app_id:
                return view
        return None

    def _made(self, installation: Installation, person: Person, sent: Json) -> View:
        number = self._ids.new("V")
        made = View(
            id=number,
            installation=installation,
            person=person,
            sent=sent,
            wire=[],
            hash="",
            root_id=number,
            previous_id=None,
            errors={},
        )
        made.show(sent)
        return made


def view_object(view: View, state: Json | None = None) -> Json:
    """The view as answers and payloads show it; `state` is what the person has filled in."""
    sent, installation = view.sent, view.installation
    return {
        "id": view.id,
        "team_id": installation.workspace.id,
        "type": view.kind,
        "blocks": view.wire,
        "private_metadata": sent.get("private_metadata", ""),
        "callback_id": sent.get("callback_id", ""),
        "state": {"values": state or {}},
        "hash": view.hash,
        "title": sent.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
        "clear_on_close": sent.get("clear_on_close", False),
        "notify_on_close": sent.get("notify_on_close", False),
        "close": sent.get("close"),
        "submit": sent.get("submit"),
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": installation.app.id,
        "external_id": sent.get("external_id", ""),
        "app_installed_team_id": installation.workspace.id,
        "bot_id": installation.bot.bot_id,
    }
