"""Owns environments: who has to be asked before a job touches one, and which apps guard it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.apps import App
from bot.sandbox.github.teams import Team, found_team

if TYPE_CHECKING:
    from bot.sandbox.github.repositories import Repository

MOST_REVIEWERS = 6
MOST_RULES = 6


@dataclass(slots=True, eq=False, kw_only=True)
class CustomRule:
    """An app's own protection rule, on one environment."""

    id: int
    app: App
    enabled: bool = True


@dataclass(slots=True, eq=False, kw_only=True)
class Environment:
    id: int
    name: str
    created_at: datetime
    reviewers: list[Account | Team] = field(default_factory=list)
    prevent_self_review: bool = False
    wait_timer: int = 0  # minutes
    rules: list[CustomRule] = field(default_factory=list)
    rule_ids: tuple[int, int] = (0, 0)  # of the built-in rules: the reviewers, the timer

    @property
    def guards(self) -> list[App]:
        return [rule.app for rule in self.rules if rule.enabled]

    def asks(self, person: Account) -> bool:
        """Whether this person is one of the required reviewers, by name or through a team."""
        for each in self.reviewers:
            membership = each.membership_of(person) if isinstance(each, Team) else None
            if each is person or (membership is not None and membership.state == "active"):
                return True
        return False


def find(repository: "Repository", name: str) -> Environment | None:
    """Names of environments ignore case."""
    return repository.environments.get(name.casefold())


def environment(
    repository: "Repository",
    name: str,
    *,
    reviewers: Sequence[str] = (),
    prevent_self_review: bool = False,
    wait_timer: int = 0,
    apps: Sequence[App] = (),
) -> Environment:
    """An environment as its settings page would have it: reviewers are logins, or teams as `acme/release`."""
    if len(reviewers) > MOST_REVIEWERS or len(apps) > MOST_RULES:
        raise ValueError(f"an environment has at most {MOST_REVIEWERS} reviewers and {MOST_RULES} rules of apps")
    made = touched(repository, name)
    world = repository.world
    made.reviewers = [found_team(world, each) if "/" in each else world.account(each) for each in reviewers]
    made.prevent_self_review, made.wait_timer = prevent_self_review, wait_timer
    made.rules = [CustomRule(id=world.ids.new(), app=app) for app in apps]
    return made


def touched(repository: "Repository", name: str) -> Environment:
    """The environment; whoever deploys to a new one makes it, without any rule."""
    known = find(repository, name)
    if known is not None:
        return known
    world = repository.world
    made = Environment(
        id=world.ids.new(), name=name, created_at=world.clock(), rule_ids=(world.ids.new(), world.ids.new())
    )
    repository.environments[name.casefold()] = made
    return made
