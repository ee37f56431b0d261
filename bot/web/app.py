"""Owns the routes: puts doors, pages, health and metrics on one aiohttp application."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.web import health, pages
from bot.web.edge import IN_FLIGHT_BYTES, Door, Edge, Receipt, Record
from bot.web.metrics import Metrics
from bot.web.slack_edge import SlackDoorCall, SlackEdge

log = logging.getLogger(__name__)

HSTS: Final = "max-age=31536000"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create(
    *,
    github: Door | None,
    record: Record,
    ready: Mapping[str, health.Check],
    start: Callable[[], pages.StartPage],
    metrics: Metrics,
    https: bool,
    slack: SlackDoorCall | None = None,
    in_flight_bytes: int = IN_FLIGHT_BYTES,
    routes: Iterable[web.RouteDef] = (),
) -> web.Application:
    """All routes.

    `github` and `slack` are None while they are not configured; `ready` holds the checks by their names; `https` says
    that people reach us over https, and browsers are told to stay there; `routes` are those of what else is configured.
    """
    app = web.Application(middlewares=[_answers(https)])
    edge = Edge(github, record, metrics, in_flight_bytes=in_flight_bytes)
    app.add_routes([*_routes(edge, pages.Pages(start), health.Readiness(ready), metrics), *routes])
    app.router.add_post("/slack/events", SlackEdge(slack, metrics).receive)
    return app


def _routes(edge: Edge, site: pages.Pages, readiness: health.Readiness, metrics: Metrics) -> list[web.RouteDef]:
    return [
        web.get("/", site.start),
        web.get("/static/{name}", site.static),
        web.post("/github/webhooks", edge.receive),
        web.get("/healthz", health.alive),
        web.get("/readyz", readiness.page),
        web.get("/metrics", metrics.page),
    ]


def runner(app: web.Application) -> web.AppRunner:
    """Serve `app` without an access log and without unpacking bodies.

    Signatures are over the bytes as sent, nobody sends us compressed bodies, and a small one could unpack to gigabytes.
    """
    return web.AppRunner(app, access_log=None, auto_decompress=False)


def _answers(https: bool) -> Middleware:
    """The one place where exceptions become pages, and where a browser is told what not to do with what it gets.

    A signal of aiohttp's for the second would cost each delivery a trip of its own.
    """
    headers = {**pages.HEADERS, **({"Strict-Transport-Security": HSTS} if https else {})}

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await _explained(request, handler)
        if isinstance(response, Receipt):
            response.headers["Server"] = headers["Server"]
        else:
            policy = response.headers.get(pages.POLICY, headers[pages.POLICY])  # a page may need one of its own
            response.headers.update({**headers, pages.POLICY: policy})
        return response

    return answer


async def _explained(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        page = pages.failure(request, error.status, error.reason)
        if "Allow" in error.headers:
            page.headers["Allow"] = error.headers["Allow"]
        return page
    except Exception:
        route = request.match_info.route.resource  # its pattern: the path itself may hold a nonce
        log.exception("A page failed", extra={"action": "page_failed", "path": route.canonical if route else ""})
        return pages.failure(request, 500, "Something went wrong on our side")
