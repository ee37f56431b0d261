"""Owns what an app does for itself: a socket is opened, codes become tokens, the app goes."""

from bot.sandbox.slack.apps import Installation
from bot.sandbox.slack.calls import Call, Json, Method
from bot.sandbox.slack.events import revoked, uninstalled
from bot.sandbox.slack.refusals import Refused


def connections_open(call: Call) -> Json:
    return {"url": call.sockets.ticket(call.token.app)}


def uninstall(call: Call) -> Json:
    """The token and the app's own credentials have to belong together."""
    if call.app is not call.token.app:
        raise Refused("client_id_token_mismatch")
    remove(call, call.installation)
    return {}


def revoke(call: Call) -> Json:
    """The token ends with this call, and the app hears whose it was."""
    if call.flag("test"):
        return {"revoked": False}
    token = call.token
    token.state = "token_revoked"
    installation = token.app.installed_in(token.workspace)
    if installation is not None and "tokens_revoked" in token.app.events:
        call.outbox.later(token.app, "events_api", revoked(call.world, installation, token))
    return {"revoked": True}


def remove(call: Call, installation: Installation) -> None:
    for payload in uninstalled(call.world, installation):
        call.outbox.later(installation.app, "events_api", payload)


METHODS = (
    Method(name="auth.revoke", handle=revoke, tier=3, token=("bot", "user"), optional=("test",)),
    Method(
        name="apps.connections.open", handle=connections_open, tier=1, token=("app",), scopes=("connections:write",)
    ),
    Method(
        name="apps.uninstall",
        handle=uninstall,
        tier=1,
        token=("bot", "user"),
        required=(),
        optional=("client_id", "client_secret"),
    ),
)
