"""Owns how a code becomes a token: `oauth.v2.access`, `openid.connect.token`, and who that is."""

from bot.sandbox.slack.calls import Call, Json, Method
from bot.sandbox.slack.id_tokens import about, id_token
from bot.sandbox.slack.refusals import Refused


def access(call: Call) -> Json:
    """Installs the app in the workspace of the person who agreed."""
    app = call.app
    grant = call.world.codes.use(call.text("code"), "oauth", app, call.text("redirect_uri"))
    workspace, person = grant.person.workspace, grant.person
    user: Json = {"id": person.id}
    if grant.user_scopes:
        token = call.world.add_token("user", app, tuple(grant.user_scopes), person)
        user |= {"scope": ",".join(token.scopes), "access_token": token.text, "token_type": "user"}
    enterprise = {"id": workspace.enterprise.id, "name": workspace.enterprise.name} if workspace.enterprise else None
    made: Json = {
        "app_id": app.id,
        "authed_user": user,
        "team": {"id": workspace.id, "name": workspace.name},
        "enterprise": enterprise,
        "is_enterprise_install": False,
    }
    if grant.scopes:
        installation = call.world.install(app, workspace, tuple(grant.scopes))
        token = installation.token
        made |= {"scope": ",".join(token.scopes), "token_type": "bot", "access_token": token.text}
        made["bot_user_id"] = installation.bot.id
    return made


def openid_token(call: Call) -> Json:
    if call.text("grant_type", "authorization_code") != "authorization_code":
        raise Refused("invalid_grant_type")
    app = call.app
    grant = call.world.codes.use(call.text("code"), "openid", app, call.text("redirect_uri"))
    token = call.world.add_token("user", app, tuple(grant.scopes), grant.person)
    signed = id_token(grant.person, app.client_id, grant.nonce, call.world.auth_clock())
    return {"access_token": token.text, "token_type": "Bearer", "id_token": signed}


def user_info(call: Call) -> Json:
    """Names and addresses only when they were asked for. https://docs.slack.dev/reference/methods/openid.connect.userInfo"""
    told = about(call.caller)
    if "email" not in call.token.scopes:
        told = {key: value for key, value in told.items() if "email" not in key}
    if "profile" not in call.token.scopes:
        told = {
            key: value for key, value in told.items() if key not in ("name", "picture", "given_name", "family_name")
        }
    return told


METHODS = (
    Method(
        name="oauth.v2.access",
        handle=access,
        tier=4,
        token=None,
        required=("code",),
        optional=("redirect_uri", "grant_type"),
    ),
    Method(
        name="openid.connect.token",
        handle=openid_token,
        tier=4,
        token=None,
        required=("code",),
        optional=("redirect_uri", "grant_type"),
    ),
    Method(name="openid.connect.userInfo", handle=user_info, tier=4, token=("user",), scopes=("openid",)),
)
