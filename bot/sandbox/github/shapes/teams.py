"""Teams and memberships as JSON."""

from typing import TYPE_CHECKING

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.ids import node_id, stamp
from bot.sandbox.github.shapes.accounts import Json, account, full_account, organization
from bot.sandbox.github.teams import Membership, Team

if TYPE_CHECKING:
    from bot.sandbox.github.world import World


def url(found: Team) -> str:
    return f"{found.world.api}/organizations/{found.organization.id}/team/{found.id}"


def short(found: Team) -> Json:
    return {
        "id": found.id,
        "node_id": node_id("Team", found.id),
        "name": found.name,
        "slug": found.slug,
        "description": "",
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "url": url(found),
        "html_url": f"{found.world.html}/orgs/{found.organization.login}/teams/{found.slug}",
        "members_url": f"{url(found)}/members{{/member}}",
        "repositories_url": f"{url(found)}/repos",
        "permission": "pull",
        "type": "organization",
        "organization_id": found.organization.id,
    }


def team(found: Team) -> Json:
    return short(found) | {"parent": None if found.parent is None else short(found.parent)}


def full(found: Team) -> Json:
    """As `GET /orgs/{org}/teams/{team_slug}` shows it."""
    world, owner = found.world, found.organization
    whole = full_account(world, owner) | organization(world, owner)  # an organization leaves out what it has not told
    flags: Json = {"has_organization_projects": True, "has_repository_projects": True, "archived_at": None}
    return team(found) | {
        "members_count": len([each for each in found.members.values() if each.state == "active"]),
        "repos_count": 0,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
        "organization": {name: value for name, value in whole.items() if value is not None} | flags,
    }


def membership(found: Team, account: Account, state: Membership) -> Json:
    return {"url": f"{url(found)}/memberships/{account.login}", "role": state.role, "state": state.state}


def in_organization(world: "World", found: Account, who: Account) -> Json:
    address = f"{world.api}/orgs/{found.login}"
    return {
        "url": f"{address}/memberships/{who.login}",
        "state": "active",
        "role": "admin" if who.id in found.owners else "member",
        "organization_url": address,
        "organization": organization(world, found),
        "user": account(world, who),
    }
