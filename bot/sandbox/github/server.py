"""Owns the HTTP side: every request passes version, fault, credentials and guard, and leaves as GitHub would say it."""

import hashlib
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from bot.sandbox.github.callers import InstallationCaller
from bot.sandbox.github.calls import Answer, Call, Route, decode
from bot.sandbox.github.faults import Fault, Faults
from bot.sandbox.github.guard import ACCEPTED, accepted, check_permission, find_repository
from bot.sandbox.github.journal import LIMIT, Exchange, masked, without_secrets
from bot.sandbox.github.refusals import DOCUMENTATION, Refused, not_found
from bot.sandbox.github.routes import PAGES, ROUTES
from bot.sandbox.github.routes.graphql import PATH as GRAPHQL
from bot.sandbox.github.routes.service import supported

if TYPE_CHECKING:
    from bot.sandbox.github.world import World

BODY_LIMIT = 25 * 1024 * 1024
# A cut connection must not be waited for when the server stops.
SHUTDOWN_SECONDS = 0.1
Endpoint = Callable[[web.Request], Awaitable[web.Response]]


class Server:
    """Listens on loopback and remembers what was said."""

    def __init__(self, world: "World", faults: Faults) -> None:
        self.world = world
        self.faults = faults
        self.journal: deque[Exchange] = deque(maxlen=LIMIT)
        self.requests = 0
        self._runner: web.AppRunner | None = None

    @property
    def prefix(self) -> str:
        return "/api/v3" if self.world.enterprise else ""

    def _root(self, route: Route) -> str:
        """GraphQL lies beside the versions of the REST API: `/api/graphql`."""
        return self.prefix if route.prefixed else self.prefix.removesuffix("/v3")

    async def start(self, host: str, port: int) -> None:
        app = web.Application(client_max_size=BODY_LIMIT)
        for route in ROUTES:
            for path in addresses(route):
                app.router.add_route(route.method, self._root(route) + path, self._endpoint(route))
        for page in PAGES:
            app.router.add_route(page.method, page.path, self._endpoint(page))
        app.router.add_route("*", "/{path:.*}", self._endpoint(Route("*", "", lambda call: not_found())))
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        self._runner = runner
        self.world.origin = f"http://{host}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        self.faults.release()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _endpoint(self, route: Route) -> Endpoint:
        async def endpoint(request: web.Request) -> web.Response:
            body = await request.read()
            path = request.rel_url.raw_path.removeprefix(self._root(route))
            fault = self.faults.strike(request.method, path)
            if fault is None:
                answer = self._perform(request, route, body)
            else:
                answer = await self._fail(fault, request, route, body)
            response = self._respond(request, route, answer)
            self._note(request, path, body, answer, response)
            return response

        return endpoint

    async def _fail(self, fault: Fault, request: web.Request, route: Route, body: bytes) -> Answer:
        """What was asked for happens before the failure, or not at all; silence only postpones it."""
        answer = self._perform(request, route, body) if fault.after else failure(fault)
        if fault.kind == "drop" and request.transport is not None:
            request.transport.abort()
        if fault.kind != "silence":
            return failure(fault)
        await fault.silence()
        return answer if fault.after else self._perform(request, route, body)

    def _perform(self, request: web.Request, route: Route, body: bytes) -> Answer:
        """The whole way of a request; whatever refuses on it becomes the answer."""
        try:
            check_client(request, self.world.enterprise)
            caller = self.world.tokens.authenticate(request.headers.get("Authorization"))
            params = dict(request.match_info)
            target = request.raw_path.removeprefix(self.prefix)
            repository = find_repository(self.world, caller, request.method, target, params)
            check_permission(caller, repository, route.needs)
            if isinstance(caller, InstallationCaller):
                content = request.method != "GET" and "/comments" in route.path
                method = "GET" if route.path == GRAPHQL else request.method  # a question costs what reading costs
                self.world.limits.count(caller.installation.id, method, content=content)
            return route.handle(
                Call(
                    world=self.world,
                    caller=caller,
                    method=request.method,
                    url=self.world.origin + request.rel_url.raw_path,
                    params=params,
                    query=dict(request.query),
                    headers=request.headers,
                    body=body,
                    repository_found=repository,
                )
            )
        except Refused as refused:
            return Answer(refused.body, refused.status, refused.headers)

    def _respond(self, request: web.Request, route: Route, answer: Answer) -> web.Response:
        self.requests += 1
        headers = {
            "X-GitHub-Request-Id": uuid.uuid4().hex[:20].upper(),
            "X-GitHub-Media-Type": "github.v3; format=json",
            "Vary": "Accept, Authorization, Cookie, X-GitHub-OTP",
            **self.world.limits.headers(self.requests),
        }
        if route.needs:
            headers[ACCEPTED] = accepted(route.needs)
        if self.world.enterprise:
            headers["X-GitHub-Enterprise-Version"] = self.world.version
        headers |= answer.headers
        if answer.body is None:
            return web.Response(status=answer.status, headers=headers)
        payload = answer.body if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body)
        headers.setdefault("Content-Type", "application/json; charset=utf-8")
        if request.method == "GET" and answer.status == 200:
            headers["ETag"] = etag(request.headers.get("Authorization", ""), payload)
            if request.headers.get("If-None-Match") == headers["ETag"]:
                return web.Response(status=304, headers=headers)
        return web.Response(status=answer.status, headers=headers, body=payload)

    def _note(self, request: web.Request, path: str, body: bytes, answer: Answer, response: web.Response) -> None:
        asked = asked_for(request, body)
        told = None if response.status == 304 else answer.body
        self.journal.append(
            Exchange(
                method=request.method,
                path=path,
                query={name: "***" if name == "sig" else value for name, value in request.query.items()},
                request_headers=without_secrets(request.headers),
                request_body=masked(asked),
                status=0 if answer.status == DROPPED else response.status,
                response_headers=without_secrets(response.headers),
                response_body=masked(told.decode(errors="replace") if isinstance(told, bytes) else told),
            )
        )


DROPPED = 599  # never sent: the connection is gone before the answer


def asked_for(request: web.Request, body: bytes) -> object:
    """The body as a program would look at it."""
    if request.content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode(errors="replace")))
    try:
        return decode(body) if body else None
    except Refused:
        return body.decode(errors="replace")


NAMED = "/repos/{owner}/{repo}"


def addresses(route: Route) -> list[str]:
    """What lies below a repository's name lies below its number as well."""
    numbered = route.path.replace(NAMED, "/repositories/{repository_id}", 1)
    return [route.path, numbered] if route.path.startswith(NAMED) else [route.path]


def failure(fault: Fault) -> Answer:
    if fault.kind == "drop":
        return Answer(status=DROPPED)
    usual = {"message": fault.message, "documentation_url": DOCUMENTATION, "status": str(fault.status)}
    return Answer(fault.body or usual, fault.status, fault.headers)


def check_client(request: web.Request, enterprise: bool) -> None:
    """What GitHub asks of every client before it looks who it is."""
    if not request.headers.get("User-Agent"):
        raise Refused(403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent.")
    version = request.headers.get("X-GitHub-Api-Version")
    if version is not None and version not in supported(enterprise):
        raise Refused(400, f"{version} is not a supported version of the API: use {' or '.join(supported(enterprise))}")


def etag(authorization: str, payload: bytes) -> str:
    """GitHub's tags differ from token to token."""
    return f'W/"{hashlib.sha256(authorization.encode() + payload).hexdigest()}"'
