"""Apps, installations, tokens and webhook deliveries as JSON."""

from typing import TYPE_CHECKING

from bot.sandbox.github.apps import App, Installation
from bot.sandbox.github.callers import InstallationCaller
from bot.sandbox.github.deliveries import Delivery
from bot.sandbox.github.ids import node_id, stamp, stamp_or_none
from bot.sandbox.github.shapes.accounts import Json, account
from bot.sandbox.github.shapes.repositories import whole

if TYPE_CHECKING:
    from bot.sandbox.github.world import World


def app(world: "World", found: App) -> Json:
    """What everybody may see; the app itself also sees how often it is installed."""
    return {
        "id": found.id,
        "client_id": found.client_id,
        "slug": found.slug,
        "node_id": node_id("Integration", found.id),
        "owner": account(world, found.owner),
        "name": found.slug,
        "description": "",
        "external_url": f"{world.html}/apps/{found.slug}",
        "html_url": f"{world.html}/apps/{found.slug}",
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
        "permissions": dict(found.permissions),
        "events": list(found.events),
    }


def app_or_none(world: "World", found: App | None) -> Json | None:
    return None if found is None else app(world, found)


def own_app(world: "World", found: App) -> Json:
    return app(world, found) | {"installations_count": len(found.installations)}


def hook_config(found: App) -> Json:
    """GitHub never tells the secret, only that there is one."""
    shown: Json = {"content_type": found.webhook_content_type, "insecure_ssl": "0", "url": found.webhook_url}
    return shown | ({"secret": "********"} if found.webhook_secret else {})


def installation(world: "World", found: Installation) -> Json:
    selection = "all" if found.repository_ids is None else "selected"
    return {
        "id": found.id,
        "client_id": found.app.client_id,
        "account": account(world, found.account),
        "repository_selection": selection,
        "access_tokens_url": f"{world.api}/app/installations/{found.id}/access_tokens",
        "repositories_url": f"{world.api}/installation/repositories",
        "html_url": f"{world.html}/organizations/{found.account.login}/settings/installations/{found.id}",
        "app_id": found.app.id,
        "app_slug": found.app.slug,
        "target_id": found.account.id,
        "target_type": found.account.kind.value,
        "permissions": dict(found.permissions),
        "events": list(found.app.events),
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None if found.suspended_at is None else account(world, found.account),
        "suspended_at": stamp_or_none(found.suspended_at),
    }


def token(world: "World", made: InstallationCaller) -> Json:
    shape: Json = {
        "token": made.token,
        "expires_at": stamp(made.expires_at),
        "permissions": dict(made.permissions),
        "repository_selection": "all" if made.repository_ids is None else "selected",
    }
    if made.repository_ids is not None:
        shape["repositories"] = [whole(world.repositories[each]) for each in sorted(made.repository_ids)]
    return shape


def delivery_item(found: Delivery) -> Json:
    return {
        "id": found.id,
        "guid": found.guid,
        "delivered_at": stamp(found.delivered_at),
        "redelivery": found.letter.redelivery,
        "duration": found.duration,
        "status": found.answered.status,
        "status_code": found.status_code,
        "event": found.event,
        "action": found.action,
        "installation_id": found.letter.installation_id,
        "repository_id": found.letter.repository_id,
        "throttled_at": None,
    }


def delivery(found: Delivery) -> Json:
    return delivery_item(found) | {
        "url": found.letter.url,
        "request": {"headers": dict(found.request_headers), "payload": found.payload},
        "response": {"headers": dict(found.answered.headers), "payload": found.answered.body},
    }
