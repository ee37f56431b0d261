"""The sandbox's front door: a whole GitHub that a test or the demo builds up, and that the bot talks to over HTTP."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from bot.sandbox.github.accounts import Account, Kind
from bot.sandbox.github.apps import EVENTS, PERMISSIONS, App, Installation, generated_key
from bot.sandbox.github.autoplay import Autoplay
from bot.sandbox.github.dispatching import Dispatched, dispatch
from bot.sandbox.github.environments import environment
from bot.sandbox.github.faults import Faults
from bot.sandbox.github.journal import Exchange
from bot.sandbox.github.limits import Limits
from bot.sandbox.github.plans import Plan
from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.github.refusals import Refused, not_found
from bot.sandbox.github.repositories import Repository, Texts
from bot.sandbox.github.roles import Role
from bot.sandbox.github.runs import Run
from bot.sandbox.github.server import Server
from bot.sandbox.github.teams import found_team, leave
from bot.sandbox.github.threads import Comment, Issue, Said
from bot.sandbox.github.webhooks import Webhooks
from bot.sandbox.github.world import World

Clock = Callable[[], datetime]


def now() -> datetime:
    return datetime.now(UTC)


class SandboxGitHub:
    """github.com, or an Enterprise Server when `enterprise` is true.

    `clock` dates what happens here. Tokens and JWTs follow `auth_clock`, which stays real under a faked `clock`,
    because clients sign with the real time.
    """

    def __init__(self, *, clock: Clock = now, auth_clock: Clock = now, enterprise: bool = False) -> None:
        self.world = World(clock=clock, auth_clock=auth_clock, enterprise=enterprise)
        self.faults = Faults()
        self._server = Server(self.world, self.faults)
        self._autoplay = Autoplay()
        self.world.run_opened = self._autoplay.consider
        self._not_installed: set[int] = set()
        self.team = partial(found_team, self.world)
        self.leaves = partial(leave, self.world)
        self.environment = environment

    # Life

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen. What was built up before sends no webhooks: the story begins here."""
        await self._server.start(host, port)
        self.world.webhooks.start()

    async def stop(self) -> None:
        await self._autoplay.stop()
        await self.world.webhooks.stop()
        await self._server.stop()

    async def settled(self) -> None:
        """Every queued webhook was delivered and answered, or failed."""
        await self.world.webhooks.settled()

    async def __aenter__(self) -> "SandboxGitHub":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # What a bot needs to know

    @property
    def url(self) -> str:
        """The API's address, for `GITHUB_API_URL`."""
        return self.world.api

    @property
    def server_url(self) -> str:
        """The address of the pages, for `GITHUB_SERVER_URL`."""
        return self.world.html

    @property
    def app(self) -> App:
        """The app that was registered first."""
        return next(iter(self.world.apps.values()))

    # What happened

    @property
    def journal(self) -> list[Exchange]:
        return list(self._server.journal)

    @property
    def dispatched(self) -> list[Dispatched]:
        return self.world.dispatched

    @property
    def runs(self) -> list[Run]:
        """Oldest first, so `runs[-1]` is the newest."""
        return list(self.world.runs.values())

    @property
    def limits(self) -> Limits:
        """Rate limits; `github.limits.switched_on = True` makes the secondary ones count."""
        return self.world.limits

    @property
    def webhooks(self) -> Webhooks:
        return self.world.webhooks

    def thread(self, place: PullRequest | Issue) -> list[Said]:
        """The comments as people read them: who, what, and the reactions in order."""
        return [
            Said(each.author.login, each.body, tuple(reaction.content for reaction in each.reactions))
            for each in place.issue.comments
        ]

    # Building up

    def register_app(
        self,
        *,
        app_id: int | None = None,
        slug: str = "signalbox",
        private_key_pem: str | None = None,
        webhook_secret: str | None = None,
        webhook_url: str | None = None,
        permissions: Mapping[str, str] | None = None,
        events: tuple[str, ...] = EVENTS,
        callback_urls: tuple[str, ...] = (),
    ) -> App:
        """An app; the first one is installed wherever a repository does not say otherwise."""
        world = self.world
        owner = self.organization("signalbox-operators")
        app = App(
            id=app_id or world.ids.new(),
            slug=slug,
            client_id=f"Iv23li{secrets.token_hex(7)}",
            client_secret=secrets.token_hex(20),
            callback_urls=callback_urls,
            private_key_pem=private_key_pem or generated_key(len(world.apps)),
            webhook_secret=secrets.token_hex(20) if webhook_secret is None else webhook_secret,
            webhook_url=webhook_url,
            owner=owner,
            bot=world.add_account(f"{slug}[bot]", Kind.BOT),
            hook_id=world.ids.new(),
            permissions={"metadata": "read"} | dict(PERMISSIONS if permissions is None else permissions),
            events=events,
            created_at=world.clock(),
        )
        first = not world.apps
        world.apps[app.id] = app
        world.events.ping(app)
        for repository in world.repositories.values() if first else ():
            self._install_by_default(repository)
        return app

    def install(
        self, app: App, repository: Repository, *, permissions: Mapping[str, str] | None = None
    ) -> Installation:
        """Install an app on a repository, or add the repository to the owner's installation."""
        known = next((each for each in app.installations.values() if each.account is repository.owner), None)
        if known is not None:
            if known.repository_ids is not None and repository.id not in known.repository_ids:
                known.repository_ids.add(repository.id)
                self.world.events.repositories_added(known, [repository])
            return known
        made = Installation(
            id=self.world.ids.new(),
            app=app,
            account=repository.owner,
            permissions=dict(app.permissions if permissions is None else permissions),
            repository_ids={repository.id},
            created_at=self.world.clock(),
        )
        app.installations[made.id] = made
        self.world.events.installed(made, [repository])
        return made

    def uninstall(self, app: App, repository: Repository) -> None:
        """Take a repository out of the owner's installation."""
        installation = app.installation_on(repository.id, repository.owner.id)
        if installation is not None and installation.repository_ids is not None:
            installation.repository_ids.discard(repository.id)
            self.world.events.repositories_removed(installation, [repository])

    def person(self, login: str, *, name: str | None = None) -> Account:
        person = self.world.account(login)
        person.name = name or person.name
        return person

    def organization(self, login: str, *, members: tuple[str, ...] = ()) -> Account:
        made = self.world.find_account(login) or self.world.add_account(login, Kind.ORGANIZATION)
        made.members |= {self.world.account(member).id for member in members}
        return made

    def bot(self, slug: str) -> Account:
        """The account behind somebody else's app, such as `dependabot[bot]`."""
        login = f"{slug.removesuffix('[bot]')}[bot]"
        return self.world.find_account(login) or self.world.add_account(login, Kind.BOT)

    def token_of(self, login: str, *, via: App | None = None) -> str:
        """A person's own token, as an app's sign-in or their settings would give it."""
        return self.world.tokens.for_person(self.world.account(login), via).token

    def repository(
        self,
        full_name: str,
        *,
        private: bool = False,
        files: Texts | None = None,
        default_branch: str = "main",
        roles: Mapping[str, str] | None = None,
        plans: Mapping[str, Plan] | None = None,
        installed: bool = True,
    ) -> Repository:
        """A repository with one commit; its owner is an organization unless a person has that login."""
        made = self.world.add_repository(full_name, private=private, default_branch=default_branch)
        made.write(default_branch, {"README.md": f"# {made.name}\n"} | dict(files or {}), f"Begin {full_name}", None)
        made.plans |= dict(plans or {})
        for login, role in (roles or {}).items():
            made.role(login, role)
        if not installed:
            self._not_installed.add(made.id)
        self._install_by_default(made)
        return made

    def _install_by_default(self, repository: Repository) -> None:
        if self.world.apps and repository.id not in self._not_installed:
            self.install(self.app, repository)

    # What people do

    async def comments(self, login: str, place: PullRequest | Issue, body: str, *, via_app: bool = False) -> Comment:
        """Somebody writes a comment; `via_app` has a program write it in their name.

        Returns when the webhook was answered. Who can not see the repository gets GitHub's 404.
        """
        author, repository = self.world.account(login), place.repository
        if not repository.role_of(author).reaches(Role.READ) and author.kind is Kind.USER:
            not_found()
        made = place.issue.add_comment(author, body, self.app if via_app else None)
        await self.settled()
        return made

    async def dispatches(
        self,
        login: str,
        repository: Repository,
        workflow: str,
        *,
        ref: str | None = None,
        inputs: Mapping[str, object] | None = None,
    ) -> Run:
        """Somebody presses GitHub's own button."""
        person = self.world.account(login)
        if not repository.role_of(person).reaches(Role.WRITE):
            raise Refused(403, "Must have admin rights to Repository.")
        run = dispatch(repository, workflow, ref or repository.default_branch, inputs or {}, person)
        await self.settled()
        return run

    # Playing by itself

    @property
    def autoplay(self) -> bool:
        return self._autoplay.switched_on

    @autoplay.setter
    def autoplay(self, switched_on: bool) -> None:
        self._autoplay.switched_on = switched_on

    @property
    def speed(self) -> float:
        """How many seconds of a plan pass in one real second."""
        return self._autoplay.speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._autoplay.speed = speed

    async def played(self) -> None:
        """Every run that plays by itself has come to its end."""
        await self._autoplay.finished()
        await asyncio.sleep(0)
        await self.settled()
