"""Owns teams of organizations: who belongs to them, by themselves or through a team below, and who is only invited."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.sandbox.github.accounts import Account, Kind

if TYPE_CHECKING:
    from bot.sandbox.github.world import World


@dataclass(frozen=True, slots=True)
class Membership:
    """`state` is `active` or `pending`, `role` is `member` or `maintainer`."""

    state: str
    role: str


@dataclass(slots=True, eq=False, kw_only=True)
class Team:
    id: int
    world: "World"
    organization: Account
    name: str
    slug: str
    parent: "Team | None"
    created_at: datetime
    members: dict[int, Membership] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        return f"{self.organization.login}/{self.slug}"

    @property
    def children(self) -> list["Team"]:
        return [each for each in self.world.teams.values() if each.parent is self]

    def add(self, login: str, *, maintainer: bool = False, pending: bool = False) -> None:
        """Somebody joins, or is asked to; who says yes to an invitation is added once more."""
        account = self.world.account(login)
        made = Membership("pending" if pending else "active", "maintainer" if maintainer else "member")
        before = self.members.get(account.id)
        self.members[account.id] = made
        if not pending and (before is None or before.state == "pending"):
            self.organization.members.add(account.id)
            self.world.team_events.membership("added", self, account)

    def remove(self, login: str) -> None:
        account = self.world.account(login)
        before = self.members.pop(account.id, None)
        if before is not None and before.state == "active":
            self.world.team_events.membership("removed", self, account)

    def delete(self) -> None:
        """The team is gone, with those below it."""
        for child in self.children:
            child.delete()
        del self.world.teams[self.id]
        self.world.team_events.team("deleted", self)

    def membership_of(self, account: Account) -> Membership | None:
        """Who belongs to a team below belongs here as well.

        https://docs.github.com/en/rest/teams/members#get-team-membership-for-a-user
        """
        own = self.members.get(account.id)
        if own is not None and own.state == "active":
            return own
        below = (child.membership_of(account) for child in self.children)
        active = any(each is not None and each.state == "active" for each in below)
        return Membership("active", "member") if active else own


def found_team(
    world: "World",
    full_name: str,
    *,
    parent: str | None = None,
    members: Sequence[str] = (),
    maintainers: Sequence[str] = (),
    pending: Sequence[str] = (),
) -> Team:
    """A team `acme/platform`, made when it is new, with these people added to it."""
    login, _, slug = full_name.partition("/")
    organization = world.find_account(login) or world.add_account(login, Kind.ORGANIZATION)
    team = world.find_team(login, slug)
    if team is None:
        above = None if parent is None else found_team(world, parent)
        now, number = world.clock(), world.ids.new()
        team = Team(
            id=number, world=world, organization=organization, name=slug, slug=slug, parent=above, created_at=now
        )
        world.teams[team.id] = team
        world.team_events.team("created", team)
    for login in members:
        team.add(login)
    for login in maintainers:
        team.add(login, maintainer=True)
    for login in pending:
        team.add(login, pending=True)
    return team


def leave(world: "World", organization: str, login: str) -> None:
    """Somebody leaves an organization, and with it every team."""
    owner, account = world.account(organization), world.account(login)
    for team in world.teams.values():
        if team.organization is owner:
            team.remove(login)
    if account.id in owner.members:
        owner.members.discard(account.id)
        world.team_events.member_removed(owner, account)
