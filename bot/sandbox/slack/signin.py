"""Owns the pages where a person agrees, `/oauth/v2/authorize` and `/openid/connect/authorize`, and the public keys.

https://docs.slack.dev/authentication/sign-in-with-slack
"""

import html
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from bot.sandbox.slack.apps import App
from bot.sandbox.slack.codes import Flow, Grant
from bot.sandbox.slack.id_tokens import public_keys
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.refusals import Impossible, Refused
from bot.sandbox.slack.world import World

PATHS: Mapping[str, Flow] = {"/oauth/v2/authorize": "oauth", "/openid/connect/authorize": "openid"}
KNOWN = frozenset(
    ("client_id", "redirect_uri", "state", "scope", "user_scope", "team", "nonce", "response_type", "prompt")
)
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>body {{ font: 1rem sans-serif; max-width: 30rem; margin: 3rem auto; padding: 0 1rem }}
button {{ display: block; width: 100%; margin: .5rem 0; padding: .75rem; font-size: 1rem }}</style></head>
<body><h1>{title}</h1>{body}</body>
</html>
"""


class SignIn:
    """Pages that a browser can drive; nobody has a password here."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[web.RouteDef]:
        pages = [web.get(path, self._ask) for path in PATHS] + [web.post(path, self._answer) for path in PATHS]
        return [*pages, web.get("/openid/connect/keys", self._keys)]

    def agree(self, url: str, person: Person) -> str:
        """What pressing "Continue as ..." on the page at this address leads to. Raises Impossible."""
        parts = urlsplit(url)
        try:
            return self._agreed(PATHS[parts.path], dict(parse_qsl(parts.query)), person)
        except (Refused, KeyError) as error:
            raise Impossible(f"the page says {error}") from error

    async def _ask(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        try:
            app = self._checked(PATHS[request.path], query)
        except Refused as refused:
            return page("Something went wrong", f"<p>{html.escape(refused.error)}</p>")
        words = f"<p>{html.escape(app.name)} asks for: {html.escape(wanted(query))}</p>"
        return page(f"Sign in to {app.name} with Slack", words + "".join(self._form(request.path, query)))

    def _form(self, path: str, query: Mapping[str, str]) -> Iterator[str]:
        yield f'<form method="post" action="{path}">'
        for name, value in query.items():
            yield f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for person in self._candidates(query.get("team")):
            label = html.escape(f"Continue as {person.name} ({person.workspace.name})")
            yield f'<button name="person" value="{person.id}">{label}</button>'
        yield '<button name="person" value="">Cancel</button></form>'

    def _candidates(self, team: str | None) -> list[Person]:
        everybody = [each for each in self.world.people.values() if not each.is_bot and not each.deleted]
        return [each for each in everybody if team in (None, "", each.workspace.id)]

    async def _answer(self, request: web.Request) -> web.Response:
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        person = self.world.people.get(form.pop("person", ""))
        try:
            location = self._agreed(PATHS[request.path], form, person)
        except Refused as refused:
            return page("Something went wrong", f"<p>{html.escape(refused.error)}</p>")
        return web.Response(status=302, headers={"Location": location})

    async def _keys(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": public_keys()})

    def _agreed(self, flow: Flow, query: Mapping[str, str], person: Person | None) -> str:
        """The address to go back to, with a code, or with the news that somebody does not want to."""
        app = self._checked(flow, query)
        back = {"state": query["state"]} if query.get("state") else {}
        if person is None:
            return with_query(query["redirect_uri"], {"error": "access_denied"} | back)
        if person not in self._candidates(query.get("team")):
            raise Refused("user_not_found")
        grant = Grant(
            flow=flow,
            app=app,
            person=person,
            redirect_uri=query["redirect_uri"],
            scopes=listed(query.get("scope", "")),
            user_scopes=listed(query.get("user_scope", "")),
            nonce=query.get("nonce"),
            made_at=self.world.codes.now(),
        )
        return with_query(query["redirect_uri"], {"code": self.world.codes.new(grant)} | back)

    def _checked(self, flow: Flow, query: Mapping[str, str]) -> App:
        """The app that asks. Stricter than Slack: the address has to be exactly a registered one. Raises Refused."""
        app = next((each for each in self.world.apps.values() if each.client_id == query.get("client_id")), None)
        if app is None:
            raise Refused("invalid_client_id")
        if query.get("redirect_uri") not in app.redirect_urls:
            raise Refused("bad_redirect_uri")
        if query.keys() - KNOWN:
            raise Refused(f"unknown parameter: {min(query.keys() - KNOWN)}")
        scopes = set(listed(query.get("scope", "")))
        if flow == "openid" and (query.get("response_type") != "code" or "openid" not in scopes):
            raise Refused("invalid_scope" if "openid" not in scopes else "invalid_response_type")
        if flow == "oauth" and not scopes <= set(app.scopes):
            raise Refused("invalid_scope")
        return app


def listed(scopes: str) -> tuple[str, ...]:
    return tuple(scopes.replace(",", " ").split())


def wanted(query: Mapping[str, str]) -> str:
    return ", ".join((*listed(query.get("scope", "")), *listed(query.get("user_scope", ""))))


def with_query(address: str, more: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(more)}"


def page(title: str, body: str) -> web.Response:
    text = PAGE.format(title=html.escape(title), body=body)
    return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})
