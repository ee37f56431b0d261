"""Owns how a story's Slack is built up: apps, workspaces, people, channels, and who is where."""

from collections.abc import Sequence

from bot.sandbox.slack.apps import EVENTS, SCOPES, App, Installation
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.ids import secret
from bot.sandbox.slack.people import Person, Workspace
from bot.sandbox.slack.refusals import Impossible
from bot.sandbox.slack.world import World

Who = Person | str
Where = Channel | str


class Building:
    """Everything is made or found by name; names without a workspace mean the first one."""

    world: World

    @property
    def home(self) -> Workspace:
        """The first workspace."""
        return next(iter(self.world.workspaces.values()))

    @property
    def app(self) -> App:
        """The app that was registered first."""
        return next(iter(self.world.apps.values()))

    def register_app(
        self,
        *,
        name: str = "signalbox",
        app_id: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        signing_secret: str | None = None,
        app_token: str | None = None,
        request_url: str | None = None,
        command: str = "/ops",
        should_escape: bool = True,
        scopes: Sequence[str] = SCOPES,
        events: Sequence[str] = EVENTS,
        redirect_urls: Sequence[str] = (),
        installed: bool = True,
    ) -> App:
        """An app, installed in the first workspace; without `request_url` it lives on Socket Mode."""
        world = self.world
        number = app_id or world.ids.new("A")
        app = App(
            id=number,
            name=name,
            client_id=client_id or f"{world.now}.{secret(10)}",
            client_secret=client_secret or secret(32).lower(),
            signing_secret=signing_secret or secret(32).lower(),
            verification_token=secret(24),
            app_token="",
            request_url=request_url,
            command=command,
            should_escape=should_escape,
            scopes=tuple(scopes),
            events=tuple(events),
            redirect_urls=tuple(redirect_urls),
        )
        token = world.add_token("app", app, ("connections:write",), None)
        if app_token is not None:
            world.tokens[app_token] = world.tokens.pop(token.text)
            token.text = app_token
        app.app_token = token.text
        world.apps[app.id] = app
        if installed:
            self.install(app, self.home)
        return app

    def install(self, app: App, workspace: Workspace, *, scopes: Sequence[str] | None = None) -> Installation:
        """The app in a workspace; its token is `installation.token.text`."""
        return self.world.install(app, workspace, None if scopes is None else tuple(scopes))

    def workspace(self, name: str, *, enterprise: str | None = None) -> Workspace:
        known = (each for each in self.world.workspaces.values() if each.name == name)
        return next(known, None) or self.world.add_workspace(name, enterprise)

    def person(
        self,
        name: str,
        *,
        workspace: Workspace | None = None,
        real_name: str | None = None,
        guest: bool = False,
        single_channel_guest: bool = False,
        bot: bool = False,
        admin: bool = False,
        deactivated: bool = False,
    ) -> Person:
        """Somebody, made on first mention."""
        home = workspace or self.home
        person = self.world.find_person(home, name) or self.world.add_person(home, name, real_name)
        person.real_name = real_name or person.real_name
        person.is_restricted |= guest or single_channel_guest
        person.is_ultra_restricted |= single_channel_guest
        person.is_admin |= admin
        person.deleted |= deactivated
        if bot and not person.is_bot:
            person.is_bot, person.bot_id = True, self.world.ids.new("B")
        return person

    def channel(
        self,
        name: str,
        *,
        workspace: Workspace | None = None,
        private: bool = False,
        members: Sequence[Who] = (),
        shared_with: Sequence[Workspace] = (),
        app: bool = True,
    ) -> Channel:
        """A channel, made on first mention, with every installed app in it unless `app` is false."""
        home = workspace or self.home
        found = self.world.find_channel(home, name)
        if found is None:
            found = self.world.add_channel(home, name.removeprefix("#"), "private" if private else "public")
            if app:
                self.invite_apps(found)
        found.connected += [each for each in shared_with if each not in found.connected]
        for who in members:
            found.members.add(self.who(who, found).id)
        return found

    def invite_apps(self, channel: Channel) -> None:
        for app in self.world.apps.values():
            installation = app.installed_in(channel.workspace)
            if installation is not None:
                channel.members.add(installation.bot.id)

    def remove(self, who: Who, channel: Where) -> None:
        """Take a person out of a channel; `slack.bot` is one, too."""
        place = self.where(channel)
        place.members.discard(self.who(who, place).id)

    def dm(self, who: Who) -> Channel:
        """The direct message of somebody with the app."""
        person = self.who(who)
        installation = self.app.installed_in(person.workspace)
        if installation is None:
            raise Impossible("the app is not installed here")
        return self.world.direct(installation.bot, person)

    @property
    def bot(self) -> Person:
        """The app's own user in the first workspace."""
        return self.app.installation.bot

    # By name

    def who(self, who: Who, near: Channel | None = None) -> Person:
        """A person by name; for a new one that is how they come to be."""
        if isinstance(who, Person):
            return who
        for workspace in near.workspaces if near else ():
            known = self.world.find_person(workspace, who)
            if known is not None:
                return known
        return self.person(who)

    def where(self, channel: Where) -> Channel:
        """A channel by `#name` or id. Raises Impossible when there is none."""
        if isinstance(channel, Channel):
            return channel
        found = self.world.channels.get(channel) or self.world.find_channel(self.home, channel)
        if found is None:
            raise Impossible(f"there is no {channel}")
        return found
