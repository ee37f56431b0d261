"""Owns the door for Slack's requests: bounded bytes in, the answer of whoever checks and records them out.

200 taken, 400 wrong shape, 401 not signed, 408 too slow, 413 too large, 503 when there is no room, no Slack app, or no
durable record. Slack sends events again that were not answered with 200, and tells people whose command failed:
https://docs.slack.dev/apis/events-api#retries
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

from bot.web.edge import NO_ROOM, Outcome
from bot.web.metrics import Metrics

log = logging.getLogger(__name__)

BODY_BYTES: Final = 1024 * 1024
"""Far beyond what Slack sends: its largest thing is a view of 250 KB."""
IN_FLIGHT_BYTES: Final = 16 * 1024 * 1024
"""Unverified bytes of all requests together (T26)."""
BODY_SECONDS: Final = 3  # after this Slack has hung up anyway

SlackDoorCall = Callable[[Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str], bytes]]]
"""Verifies the raw body, records what it means, and says with which status, headers and body to answer.

It counts what it saw; what never reaches it is counted here. It raises nothing.
"""

NOT_CONFIGURED: Final = Outcome(
    status=503, result="unconfigured", text="Slack is not configured here yet; the page / says what is missing."
)
TOO_LARGE: Final = Outcome(
    status=413, result="too_large", text=f"A request has at most {BODY_BYTES // 1024 // 1024} MiB.", close=True
)
TOO_SLOW: Final = Outcome(
    status=408, result="slow", text=f"The body did not arrive within {BODY_SECONDS} seconds.", close=True
)


class _Stop(Exception):
    """The request ends before the door."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.result)
        self.outcome = outcome


class SlackEdge:
    """`POST /slack/events`: commands, presses, forms and events."""

    def __init__(self, door: SlackDoorCall | None, metrics: Metrics) -> None:
        """`door` is None while Slack is not configured."""
        self._door = door
        self._deliveries = metrics.deliveries
        self._seconds = metrics.delivery_seconds
        self._unverified = metrics.unverified_bytes
        self._room = IN_FLIGHT_BYTES

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one request."""
        started = time.perf_counter()
        try:
            answer = await self._take(request)
        except _Stop as stop:
            result = stop.outcome.result
            log.info("Refused a request of Slack's", extra={"action": "delivery_refused", "result": result})
            self._deliveries.labels("unknown", result).inc()
            answer = stop.outcome.response()
        self._seconds.observe(time.perf_counter() - started)
        return answer

    async def _take(self, request: web.Request) -> web.Response:
        if self._door is None:
            raise _Stop(NOT_CONFIGURED)
        if request.content_length is not None and request.content_length > BODY_BYTES:
            raise _Stop(TOO_LARGE)
        status, headers, body = await self._door(request.headers, await self._read(request))
        return web.Response(status=status, headers=headers, body=body)

    async def _read(self, request: web.Request) -> bytes:
        """The whole body. Only bytes that are here take room, so that mere promises of bodies block nobody (T26)."""
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for chunk in request.content.iter_any():
                    self._check_size(chunk, before=len(body))
                    self._room -= len(chunk)
                    self._unverified.inc(len(chunk))
                    body += chunk
            return bytes(body)
        except TimeoutError:
            raise _Stop(TOO_SLOW) from None
        finally:  # with nothing to wait for in between, the door checks the signature before anything else runs
            self._room += len(body)
            self._unverified.dec(len(body))

    def _check_size(self, chunk: bytes, *, before: int) -> None:
        if before + len(chunk) > BODY_BYTES:
            raise _Stop(TOO_LARGE)
        if len(chunk) > self._room:
            raise _Stop(NO_ROOM)
