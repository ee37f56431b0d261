"""Accounts as JSON: short, in full, as collaborators and as the organization of a webhook."""

from typing import TYPE_CHECKING

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.ids import node_id, stamp
from bot.sandbox.github.roles import Role, flags

if TYPE_CHECKING:
    from bot.sandbox.github.world import World

Json = dict[str, object]

USER_LINKS = {
    "followers_url": "followers",
    "following_url": "following{/other_user}",
    "gists_url": "gists{/gist_id}",
    "starred_url": "starred{/owner}{/repo}",
    "subscriptions_url": "subscriptions",
    "organizations_url": "orgs",
    "repos_url": "repos",
    "events_url": "events{/privacy}",
    "received_events_url": "received_events",
}


def account(world: "World", account: Account) -> Json:
    url = f"{world.api}/users/{account.login.replace('[', '%5B').replace(']', '%5D')}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id(account.kind.value, account.id),
        "avatar_url": f"{world.html}/avatars/u/{account.id}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{world.html}/{page(account)}",
        **{name: f"{url}/{rest}" for name, rest in USER_LINKS.items()},
        "type": account.kind.value,
        "user_view_type": "public",
        "site_admin": False,
    }


def page(account: Account) -> str:
    """A bot's page is its app's page."""
    return f"apps/{account.login.removesuffix('[bot]')}" if account.login.endswith("[bot]") else account.login


def full_account(world: "World", who: Account) -> Json:
    nothing = dict.fromkeys(("company", "email", "hireable", "bio", "location"))
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    times = {"created_at": stamp(who.created_at), "updated_at": stamp(who.created_at)}
    return account(world, who) | nothing | counts | times | {"name": who.name, "blog": "", "twitter_username": None}


def collaborator(world: "World", who: Account, role: Role) -> Json:
    return account(world, who) | {"permissions": flags(role), "role_name": role.value}


def organization(world: "World", who: Account) -> Json:
    url = f"{world.api}/orgs/{who.login}"
    return {
        "login": who.login,
        "id": who.id,
        "node_id": node_id(who.kind.value, who.id),
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"{world.html}/avatars/u/{who.id}?v=4",
        "description": "",
    }
