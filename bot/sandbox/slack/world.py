"""Owns everything that exists in this Slack, and finds it by id, name and token."""

from bot.sandbox.slack.apps import App, Installation, Token, TokenKind
from bot.sandbox.slack.channels import Channel, Kind
from bot.sandbox.slack.codes import Codes
from bot.sandbox.slack.hooks import Hooks
from bot.sandbox.slack.ids import Clock, Ids, secret
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import SLACKBOT, Enterprise, Person, Workspace
from bot.sandbox.slack.tiers import Tiers
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.views import Views


class World:
    """The state. `clock` dates messages and ends what runs out; `auth_clock` dates id tokens."""

    def __init__(self, *, clock: Clock, auth_clock: Clock) -> None:
        self.clock = clock
        self.auth_clock = auth_clock
        self.ids = Ids(clock)
        self.origin = ""
        self.apps: dict[str, App] = {}
        self.workspaces: dict[str, Workspace] = {}
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.tokens: dict[str, Token] = {}
        self.triggers = Triggers(clock)
        self.hooks = Hooks(clock)
        self.codes = Codes(clock)
        self.views = Views(self.ids)
        self.tiers = Tiers(clock)
        self._slackbots: dict[str, Person] = {}

    @property
    def now(self) -> int:
        return int(self.clock().timestamp())

    # Workspaces and people

    def add_workspace(self, name: str, enterprise: str | None) -> Workspace:
        made = Workspace(id=self.ids.new("T"), name=name, domain=name.lower().replace(" ", "-"))
        if enterprise is not None:
            known = (each.enterprise for each in self.workspaces.values())
            same = next((each for each in known if each and each.name == enterprise), None)
            made.enterprise = same or Enterprise(id=self.ids.new("E"), name=enterprise)
        self.workspaces[made.id] = made
        return made

    def add_person(self, workspace: Workspace, name: str, real_name: str | None = None) -> Person:
        """People of an organisation have ids with W."""
        prefix = "W" if workspace.enterprise else "U"
        made = Person(
            id=self.ids.new(prefix),
            workspace=workspace,
            name=name,
            real_name=real_name or name.title(),
            email=f"{name}@{workspace.domain}.example",
            updated=self.now,
        )
        self.people[made.id] = made
        return made

    def slackbot(self, workspace: Workspace) -> Person:
        if workspace.id not in self._slackbots:
            made = Person(id=SLACKBOT, workspace=workspace, name="Slackbot", real_name="Slackbot", email="")
            self._slackbots[workspace.id] = made
        return self._slackbots[workspace.id]

    def find_person(self, workspace: Workspace, name: str) -> Person | None:
        name = name.removeprefix("@").lower()
        return next((each for each in self.people.values() if each.workspace is workspace and each.name == name), None)

    def visible_person(self, user_id: str, viewer: Workspace) -> Person | None:
        """Somebody of the workspace, or a stranger who shares a channel with it."""
        person = self.people.get(user_id)
        if person is None or person.workspace is viewer:
            return person
        shared = (each for each in self.channels.values() if viewer in each.workspaces)
        return person if any(person.id in each.members for each in shared) else None

    # Channels

    def add_channel(self, workspace: Workspace, name: str, kind: Kind) -> Channel:
        made = Channel(
            id=self.ids.new("D" if kind == "im" else "C"),
            workspace=workspace,
            name=name,
            kind=kind,
            created=self.now,
            creator=next((each.id for each in self.people.values() if each.workspace is workspace), SLACKBOT),
        )
        self.channels[made.id] = made
        return made

    def find_channel(self, workspace: Workspace, name: str) -> Channel | None:
        name = name.removeprefix("#")
        known = (each for each in self.channels.values() if each.kind != "im" and workspace in each.workspaces)
        return next((each for each in known if each.name == name), None)

    def find_direct(self, one: Person, other: Person) -> Channel | None:
        known = (each for each in self.channels.values() if each.kind == "im" and each.workspace is one.workspace)
        return next((each for each in known if each.members == {one.id, other.id}), None)

    def direct(self, one: Person, other: Person) -> Channel:
        """The direct message of two; it is opened when somebody needs it."""
        found = self.find_direct(one, other)
        if found is None:
            found = self.add_channel(one.workspace, "", "im")
            found.members, found.pair = {one.id, other.id}, (one, other)
        return found

    # Apps and tokens

    def install(self, app: App, workspace: Workspace, scopes: tuple[str, ...] | None = None) -> Installation:
        """The app in a workspace, with its bot and a token; installing again only adds scopes."""
        granted = tuple(app.scopes if scopes is None else scopes)
        known = app.installed_in(workspace)
        if known is not None:
            known.token.scopes = tuple(dict.fromkeys((*known.token.scopes, *granted)))
            return known
        bot = next((p for p in self.people.values() if p.app_id == app.id and p.workspace is workspace), None)
        if bot is None:
            bot = self.add_person(workspace, app.name)
            bot.is_bot, bot.bot_id, bot.app_id = True, self.ids.new("B"), app.id
        made = Installation(app=app, workspace=workspace, bot=bot, token=self.add_token("bot", app, granted, bot))
        app.installations.append(made)
        return made

    def add_token(self, kind: TokenKind, app: App, scopes: tuple[str, ...], person: Person | None) -> Token:
        prefix = {"bot": "xoxb", "user": "xoxp", "app": "xapp-1"}[kind]
        made = Token(text=f"{prefix}-{app.id}-{secret(24)}", kind=kind, scopes=scopes, app=app, person=person)
        self.tokens[made.text] = made
        return made

    def installation_in(self, app: App, channel: Channel) -> Installation | None:
        """Where the app hears what is said in a channel: it is a member there."""
        return next((each for each in app.installations if each.active and each.bot.id in channel.members), None)

    # Messages

    def post(
        self,
        channel: Channel,
        author: Person,
        text: str,
        *,
        blocks: tuple[dict[str, object], ...] = (),
        thread_ts: str | None = None,
        to: Person | None = None,
    ) -> Message:
        made = Message(channel=channel, ts=self.ids.ts(), author=author, text=text, thread_ts=thread_ts, to=to)
        made.write(text, blocks)
        channel.messages.append(made)
        parent = channel.find(thread_ts) if thread_ts and to is None else None
        if parent is not None and parent is not made:
            parent.thread_ts = parent.ts
        return made
