"""Owns what an organization's apps hear of its teams: they belong to no repository."""

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.events import Events
from bot.sandbox.github.shapes import accounts, teams
from bot.sandbox.github.shapes.accounts import Json
from bot.sandbox.github.teams import Team


class TeamEvents:
    def __init__(self, events: Events) -> None:
        self._events = events

    def membership(self, action: str, team: Team, member: Account) -> None:
        told: Json = {"scope": "team", "member": accounts.account(team.world, member), "team": teams.team(team)}
        self._events.tell_organization("membership", action, team.organization, told)

    def team(self, action: str, found: Team) -> None:
        self._events.tell_organization("team", action, found.organization, {"team": teams.team(found)})

    def member_removed(self, organization: Account, member: Account) -> None:
        world = self._events.world
        told: Json = {
            "url": f"{world.api}/orgs/{organization.login}/memberships/{member.login}",
            "state": "inactive",
            "role": "member",
            "organization_url": f"{world.api}/orgs/{organization.login}",
            "user": accounts.account(world, member),
        }
        self._events.tell_organization("organization", "member_removed", organization, {"membership": told})
