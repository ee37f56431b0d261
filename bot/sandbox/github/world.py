"""Owns everything there is on this GitHub: accounts, repositories, apps, runs, and the clocks they live by."""

from collections.abc import Callable
from datetime import datetime

from bot.sandbox.github.accounts import Account, Kind
from bot.sandbox.github.apps import App
from bot.sandbox.github.auth import Tokens
from bot.sandbox.github.check_events import CheckEvents
from bot.sandbox.github.deploy_events import DeployEvents
from bot.sandbox.github.dispatching import Dispatched
from bot.sandbox.github.events import Events
from bot.sandbox.github.ids import Ids
from bot.sandbox.github.limits import Limits
from bot.sandbox.github.logs import LogLinks
from bot.sandbox.github.plans import Plan
from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.github.refusals import not_found
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.runs import Run
from bot.sandbox.github.signin import SignIn
from bot.sandbox.github.team_events import TeamEvents
from bot.sandbox.github.teams import Team
from bot.sandbox.github.threads import Comment
from bot.sandbox.github.webhooks import Webhooks

Clock = Callable[[], datetime]
ENTERPRISE_VERSION = "3.19.2"


class World:
    """The state behind the HTTP server and behind the control calls."""

    def __init__(self, *, clock: Clock, auth_clock: Clock, enterprise: bool) -> None:
        self.clock = clock
        self.auth_clock = auth_clock
        self.enterprise = enterprise
        self.version = ENTERPRISE_VERSION
        self.origin = "http://127.0.0.1:1"  # until the server listens
        self.ids = Ids()
        self.accounts: dict[int, Account] = {}
        self.repositories: dict[int, Repository] = {}
        self.former_names: dict[str, int] = {}
        self.apps: dict[int, App] = {}
        self.reporters: dict[int, App] = {}  # somebody else's apps, of which only checks are seen
        self.teams: dict[int, Team] = {}
        self.comments: dict[int, Comment] = {}
        self.runs: dict[int, Run] = {}
        self.dispatched: list[Dispatched] = []
        self.plans: dict[str, Plan] = {}
        self.tokens = Tokens(self)
        self.sign_in = SignIn(self)
        self.log_links = LogLinks(self)
        self.limits = Limits(clock, told=not enterprise)
        self.webhooks = Webhooks(self)
        self.events = Events(self)
        self.check_events = CheckEvents(self.events)
        self.deploy_events = DeployEvents(self.events)
        self.team_events = TeamEvents(self.events)
        self.run_opened: Callable[[Run], None] = lambda run: None

    # Addresses

    @property
    def api(self) -> str:
        return f"{self.origin}/api/v3" if self.enterprise else self.origin

    @property
    def html(self) -> str:
        return self.origin

    # Accounts

    def add_account(self, login: str, kind: Kind = Kind.USER, name: str | None = None) -> Account:
        if self.find_account(login) is not None:
            raise ValueError(f"the login {login!r} is taken")
        account = Account(id=self.ids.new(), login=login, kind=kind, created_at=self.clock(), name=name)
        self.accounts[account.id] = account
        return account

    def find_account(self, login: str) -> Account | None:
        """Logins ignore case."""
        return next((each for each in self.accounts.values() if each.login.lower() == login.lower()), None)

    def account(self, login: str) -> Account:
        """Somebody a story speaks of; whoever is new signs up on the way."""
        return self.find_account(login) or self.add_account(login)

    def find_team(self, organization: str, slug: str) -> Team | None:
        full_name = f"{organization}/{slug}".lower()
        return next((each for each in self.teams.values() if each.full_name.lower() == full_name), None)

    # Repositories

    def add_repository(
        self, full_name: str, *, private: bool, parent: Repository | None = None, default_branch: str = "main"
    ) -> Repository:
        login, _, name = full_name.partition("/")
        owner = self.find_account(login) or self.add_account(login, Kind.ORGANIZATION)
        if self.find_repository(owner.login, name) is not None:
            raise ValueError(f"the repository {full_name!r} exists")
        made = Repository(
            id=self.ids.new(),
            world=self,
            owner=owner,
            name=name,
            private=private,
            created_at=self.clock(),
            default_branch=default_branch,
            parent=parent,
        )
        self.repositories[made.id] = made
        return made

    def find_repository(self, owner: str, name: str) -> Repository | None:
        full_name = f"{owner}/{name}".lower()
        return next((each for each in self.repositories.values() if each.full_name.lower() == full_name), None)

    def moved_repository(self, owner: str, name: str) -> Repository | None:
        """Somebody knocked at a name that a repository had before."""
        return self.repositories.get(self.former_names.get(f"{owner}/{name}".lower(), 0))

    def renamed(self, repository: Repository, before: str) -> None:
        self.former_names[f"{repository.owner.login}/{before}".lower()] = repository.id

    def fork(self, repository: Repository, login: str) -> Repository:
        """The account's fork, made when it is first needed: same commits, its own branches."""
        owner = self.account(login)
        for known in self.repositories.values():
            if known.parent is repository and known.owner is owner:
                return known
        made = self.add_repository(
            f"{owner.login}/{repository.name}",
            private=repository.private,
            parent=repository,
            default_branch=repository.default_branch,
        )
        made.git.set_branch(made.default_branch, list(repository.git.branches[repository.default_branch]))
        return made

    def forget(self, repository: Repository) -> None:
        del self.repositories[repository.id]

    def open_pulls_from(self, repository: Repository, branch: str) -> list[PullRequest]:
        pulls = (issue.pull for each in self.repositories.values() for issue in each.issues.values())
        return [pull for pull in pulls if pull and pull.issue.state == "open" and pull.comes_from(repository, branch)]

    # Apps

    def run(self, run_id: int) -> Run:
        return self.runs.get(run_id) or not_found()

    def apps_on(self, repository: Repository) -> list[App]:
        return [app for app in self.apps.values() if app.installation_on(repository.id, repository.owner.id)]
