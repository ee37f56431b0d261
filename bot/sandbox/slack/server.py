"""Owns the HTTP side: every request passes fault, token, arguments and rate limit, and leaves as Slack would say it."""

import base64
import binascii
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from bot.sandbox.slack.apps import Token
from bot.sandbox.slack.calls import Call, Json, Method
from bot.sandbox.slack.faults import Fault, Faults
from bot.sandbox.slack.journal import LIMIT, Exchange, masked, without_secrets
from bot.sandbox.slack.methods.table import METHODS
from bot.sandbox.slack.refusals import Refused
from bot.sandbox.slack.responses import respond

if TYPE_CHECKING:
    from bot.sandbox.slack.outbox import Outbox
    from bot.sandbox.slack.world import World

BODY_LIMIT = 4 * 1024 * 1024
SHUTDOWN_SECONDS = 0.1  # a cut connection must not be waited for when the server stops


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    body: Json
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it came: `arguments` is None when they could not be read."""

    request: web.Request
    name: str
    arguments: dict[str, object]
    unreadable: str | None = None


class Server:
    """Listens on loopback and remembers what was said."""

    def __init__(self, world: "World", faults: Faults, outbox: "Outbox") -> None:
        self.world = world
        self.faults = faults
        self.outbox = outbox
        self.journal: deque[Exchange] = deque(maxlen=LIMIT)
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int, pages: Sequence[web.RouteDef]) -> None:
        app = web.Application(client_max_size=BODY_LIMIT)
        app.add_routes(pages)
        app.router.add_route("*", "/api/{method}", self._api)
        for kind in ("commands", "actions"):
            app.router.add_post(f"/{kind}/{{team}}/{{number}}/{{secret}}", self._hook)
        app.router.add_get("/link/", self.outbox.sockets.serve)
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        self._runner = runner
        self.world.origin = self.outbox.sockets.origin = f"http://{host}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        self.faults.release()
        await self.outbox.sockets.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _api(self, request: web.Request) -> web.Response:
        asked = await read(request, request.match_info["method"])
        return await self._answer(asked)

    async def _hook(self, request: web.Request) -> web.Response:
        asked = await read(request, "response_url")
        return await self._answer(asked)

    async def _answer(self, asked: Asked) -> web.Response:
        fault = self.faults.strike(asked.name)
        if fault is None:
            answer = self._perform(asked)
        else:
            answer = await self._fail(fault, asked)
        self._note(asked, answer)
        if asked.name == "response_url" and answer.body.get("ok"):
            return web.Response(text="ok")
        headers = {"Content-Type": "application/json; charset=utf-8", **answer.headers}
        return web.Response(status=answer.status or 500, headers=headers, body=msgspec.json.encode(answer.body))

    async def _fail(self, fault: Fault, asked: Asked) -> Answer:
        """What was asked for happens before the failure, or not at all; silence only postpones it."""
        answer = self._perform(asked) if fault.after else Answer(body={})
        if fault.kind == "drop" and asked.request.transport is not None:
            asked.request.transport.abort()
            return Answer(body={}, status=0)
        if fault.kind == "silence":
            await fault.silence()
            return answer if fault.after else self._perform(asked)
        return Answer(body={"ok": False, "error": fault.error}, status=fault.status, headers=fault.headers)

    def _perform(self, asked: Asked) -> Answer:
        try:
            if asked.unreadable is not None:
                raise Refused(asked.unreadable)
            if asked.name == "response_url":
                respond(self.world, asked.request.path, asked.arguments)
                return Answer(body={"ok": True})
            return self._call(asked)
        except Refused as refused:
            return Answer(body=refused.body, status=refused.status, headers=refused.headers)

    def _call(self, asked: Asked) -> Answer:
        method = METHODS.get(asked.name)
        if method is None:
            raise Refused("unknown_method", req_method=asked.name)
        token = self._token(asked, method)
        method.check(asked.arguments)
        if token is not None:
            token.require(*method.scopes)
            channel = asked.arguments.get("channel")
            place = token.workspace.id if token.person else token.app.id
            if asked.arguments.get("team_id", place) != place:
                raise Refused("team_access_not_granted")  # it is there for tokens of a whole organisation
            self.world.tiers.count(method.name, place, method.tier, channel if isinstance(channel, str) else None)
        call = Call(
            world=self.world,
            outbox=self.outbox,
            sockets=self.outbox.sockets,
            arguments=asked.arguments,
            credentials=credentials(asked),
            token_found=token,
        )
        body: Json = {"ok": True} | method.handle(call)
        return Answer(body=body, headers=scope_headers(token, method))

    def _token(self, asked: Asked, method: Method) -> Token | None:
        """From the header, or a form's field; in JSON it does not count. https://docs.slack.dev/apis/web-api"""
        if method.token is None:
            return None
        scheme, _, text = asked.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            given = asked.arguments.get("token") if "json" not in asked.request.content_type else None
            text = given if isinstance(given, str) else ""
        if not text:
            raise Refused("not_authed")
        token = self.world.tokens.get(text.strip())
        if token is None:
            raise Refused("invalid_auth")
        if token.state != "live":
            raise Refused(token.state)
        if token.kind not in method.token:
            raise Refused("not_allowed_token_type")
        return token

    def _note(self, asked: Asked, answer: Answer) -> None:
        self.journal.append(
            Exchange(
                name=asked.name,
                verb=asked.request.method,
                request_headers=without_secrets(asked.request.headers),
                arguments=masked(asked.arguments),
                status=answer.status,
                response_headers=dict(answer.headers),
                response=masked(answer.body),
            )
        )


def scope_headers(token: Token | None, method: Method) -> dict[str, str]:
    if token is None:
        return {}
    return {"X-OAuth-Scopes": ",".join(token.scopes), "X-Accepted-OAuth-Scopes": ",".join(method.scopes)}


def credentials(asked: Asked) -> tuple[str, str] | None:
    """Client id and secret, by Basic authentication or as arguments."""
    scheme, _, text = asked.request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, client_secret = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return client_id, client_secret
    given = asked.arguments.get("client_id"), asked.arguments.get("client_secret")
    return (str(given[0]), str(given[1])) if all(given) else None


async def read(request: web.Request, name: str) -> Asked:
    """Arguments come in the query, in a form, or as JSON."""
    arguments: dict[str, object] = dict(request.query)
    if request.method == "GET" or not request.can_read_body:
        return Asked(request=request, name=name, arguments=arguments)
    if "json" in request.content_type or name == "response_url":
        return await read_json(request, name, arguments)
    form = await request.post()
    arguments |= {key: value for key, value in form.items() if isinstance(value, str)}
    return Asked(request=request, name=name, arguments=arguments)


async def read_json(request: web.Request, name: str, arguments: dict[str, object]) -> Asked:
    try:
        decoded = msgspec.json.decode(await request.read())
    except msgspec.DecodeError:
        return Asked(request=request, name=name, arguments=arguments, unreadable="invalid_json")
    if not isinstance(decoded, dict):
        return Asked(request=request, name=name, arguments=arguments, unreadable="json_not_object")
    return Asked(request=request, name=name, arguments=arguments | decoded)
