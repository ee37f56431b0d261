"""Signing in through an app: the page that a browser shows, and what the app does with the code and the token."""

from html import escape
from urllib.parse import parse_qsl, urlencode

import msgspec

from bot.sandbox.github.callers import ClientCaller
from bot.sandbox.github.calls import Answer, Call, Route, decode
from bot.sandbox.github.refusals import Refused, not_found
from bot.sandbox.github.signin import Ask

HTML = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
FORM = "application/x-www-form-urlencoded"
BUTTONS = ("login", "cancel")  # `login` in the address is only a suggestion
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 0; background: #f6f8fa; color: #1f2328 }}
main {{ max-width: 22rem; margin: 12vh auto 0; padding: 2rem; background: #fff; border: 1px solid #d1d9e0;
  border-radius: 8px }}
h1 {{ font-size: 1.25rem; margin: 0 0 .5rem }}
p {{ color: #59636e; overflow-wrap: anywhere }}
button {{ font: inherit; display: block; width: 100%; margin: .5rem 0 0; padding: .5rem; border-radius: 6px;
  border: 1px solid #1a7f37; background: #1f883d; color: #fff; cursor: pointer }}
button[name=cancel] {{ background: #f6f8fa; color: #1f2328; border-color: #d1d9e0 }}
</style>
</head>
<body><main>{body}</main></body>
</html>
"""


class AccessToken(msgspec.Struct):
    access_token: str


def authorize(call: Call) -> Answer:
    """Who is it? Real GitHub knows by its cookie, and asks for a password otherwise."""
    try:
        ask = call.world.sign_in.ask(call.query)
    except Refused as refused:
        return page("Be careful!", f"<h1>Be careful!</h1><p>{escape(refused.message)}</p>", refused.status)
    buttons = [
        f'<button name="login" value="{escape(each.login)}">Continue as {escape(each.login)}</button>'
        for each in call.world.sign_in.people()
    ]
    asked = {name: value for name, value in call.query.items() if name not in BUTTONS}
    hidden = [f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in asked.items()]
    body = (
        f"<h1>Sign in to {escape(ask.app.slug)}</h1><p>You will be sent back to {escape(ask.redirect_uri)}</p>"
        f'<form method="post" action="/login/oauth/authorize">{"".join(hidden)}{"".join(buttons)}'
        '<button name="cancel" value="1">Cancel</button></form>'
    )
    return page(f"Sign in to {ask.app.slug}", body)


def decide(call: Call) -> Answer:
    """A button of the page was pressed."""
    fields = form(call)
    ask = call.world.sign_in.ask(fields)
    return Answer(status=302, headers={"Location": destination(call, ask, fields), "Cache-Control": "no-store"})


def destination(call: Call, ask: Ask, fields: dict[str, str]) -> str:
    if "cancel" in fields:
        return call.world.sign_in.deny(ask)
    return call.world.sign_in.grant(ask, fields.get("login", ""))


def access_token(call: Call) -> Answer:
    """Errors come with status 200. Without a wish for JSON the answer is a form, as it has been since 2008."""
    told = call.world.sign_in.exchange(form(call) if FORM in call.headers.get("Content-Type", "") else fields_of(call))
    headers = {"Cache-Control": "no-store"}
    if "json" in call.headers.get("Accept", ""):
        return Answer(told, headers=headers)
    encoded = urlencode({name: str(value) for name, value in told.items()}).encode()
    return Answer(encoded, headers=headers | {"Content-Type": f"{FORM}; charset=utf-8"})


def delete_token(call: Call) -> Answer:
    """With the app's client id and secret; a token of another app is as unknown as none."""
    if not isinstance(call.caller, ClientCaller):
        raise Refused(401, "Requires authentication")
    app, token = call.caller.client, call.json(AccessToken).access_token
    if call.params["client_id"] != app.client_id or not call.world.tokens.revoke_of(app, token):
        not_found()
    return Answer(status=204)


def form(call: Call) -> dict[str, str]:
    return dict(parse_qsl(call.body.decode(errors="replace"), keep_blank_values=True))


def fields_of(call: Call) -> dict[str, str]:
    decoded = decode(call.body)
    return {name: str(value) for name, value in decoded.items()} if isinstance(decoded, dict) else {}


def page(title: str, body: str, status: int = 200) -> Answer:
    return Answer(PAGE.format(title=escape(title), body=body).encode(), status, HTML)


PAGES = (
    Route("GET", "/login/oauth/authorize", authorize),
    Route("POST", "/login/oauth/authorize", decide),
    Route("POST", "/login/oauth/access_token", access_token),
)
ROUTES = (Route("DELETE", "/applications/{client_id}/token", delete_token),)
