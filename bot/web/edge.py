"""Owns the door for webhooks: bytes in, one durable record, a status code out. Nothing is parsed before it is verified.

202 recorded, 200 known already or nothing to do, 400 wrong shape, 401 not signed, 408 too slow, 413 too large,
503 with `Retry-After` when there is no room or the record could not be made durable. GitHub does not deliver again by
itself, but keeps the failure, and the sweep asks for it:
https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from aiohttp import web

from bot.errors import BadPayload, BadSignature
from bot.model.delivery import Delivery
from bot.web.metrics import Metrics

log = logging.getLogger(__name__)

BODY_BYTES: Final = (
    25 * 1024 * 1024
)  # GitHub sends nothing larger: https://docs.github.com/en/webhooks/webhook-events-and-payloads
IN_FLIGHT_BYTES: Final = 64 * 1024 * 1024
BODY_SECONDS: Final = 10  # after this GitHub has hung up anyway
RETRY_SOON_SECONDS: Final = 1
RETRY_LATER_SECONDS: Final = 5

Door = Callable[[Mapping[str, str], bytes], Delivery | None]
"""Verifies the raw body, then reads what is needed of it. None: valid, but nothing to do.

Raises `BadSignature` before it parses anything, and `BadPayload`.
"""
Record = Callable[[Delivery], Awaitable[bool]]
"""Returns once the delivery is durable: True when it is new, False when it was there before.

Raises whatever it likes, within the ten seconds that GitHub waits, when the delivery could not be made durable.
"""


class Receipt(web.Response):
    """An answer to a machine that has proven who it is: without the headers that keep browsers from harm.

    To add them and to send them is a twentieth of the event loop's work for a delivery.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one delivery: the answer, and what the metrics call it."""

    status: int
    result: str
    text: str
    retry_after: int | None = None
    close: bool = False
    """Hang up: the rest of the body is not wanted."""

    def response(self) -> web.Response:
        """As HTTP."""
        kind = Receipt if self.status < 300 else web.Response  # whoever is refused may be anybody, with a browser
        answer = kind(body=_json(self.text), status=self.status, content_type="application/json")
        if self.retry_after is not None:
            answer.headers["Retry-After"] = str(self.retry_after)
        if self.close:
            answer.force_close()
        return answer


RECORDED: Final = Outcome(status=202, result="recorded", text="Recorded.")
REPEATED: Final = Outcome(status=200, result="repeated", text="Recorded before.")
IGNORED: Final = Outcome(status=200, result="ignored", text="Nothing to do.")
NOT_CONFIGURED: Final = Outcome(
    status=503, result="unconfigured", text="GitHub is not configured here yet; the page / says what is missing."
)
NOT_JSON: Final = Outcome(
    status=400,
    result="malformed",
    text="Not JSON. Set the content type of the webhook to application/json in the settings of the GitHub App.",
    close=True,
)
TOO_LARGE: Final = Outcome(
    status=413, result="too_large", text=f"A delivery has at most {BODY_BYTES // 1024 // 1024} MiB.", close=True
)
TOO_SLOW: Final = Outcome(
    status=408, result="slow", text=f"The body did not arrive within {BODY_SECONDS} seconds.", close=True
)
NO_ROOM: Final = Outcome(
    status=503,
    result="crowded",
    text="Too many deliveries at once.",
    retry_after=RETRY_SOON_SECONDS,
    close=True,
)
NOT_STORED: Final = Outcome(
    status=503, result="not_stored", text="The delivery could not be stored.", retry_after=RETRY_LATER_SECONDS
)


class _Stop(Exception):
    """The delivery ends here."""

    def __init__(self, outcome: Outcome, event: str = "unknown") -> None:
        """`event` is unknown until a signature vouches for it: labels are not for strangers to choose."""
        super().__init__(outcome.result)
        self.outcome = outcome
        self.event = event


class Edge:
    """`POST /github/webhooks`."""

    def __init__(
        self, door: Door | None, record: Record, metrics: Metrics, *, in_flight_bytes: int = IN_FLIGHT_BYTES
    ) -> None:
        """`door` is None while GitHub is not configured; `in_flight_bytes` caps unverified bytes of all requests."""
        self._door = door
        self._record = record
        self._count = cache(metrics.deliveries.labels)
        self._word = metrics.event
        self._seconds = metrics.delivery_seconds
        self._unverified = metrics.unverified_bytes
        self._room = in_flight_bytes

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one delivery."""
        started = time.perf_counter()
        try:
            outcome, event = await self._take(request)
        except _Stop as stop:
            outcome, event = stop.outcome, stop.event
            log.info("Refused a delivery", extra={"action": "delivery_refused", "result": outcome.result})
        self._count(self._word(event), outcome.result).inc()
        self._seconds.observe(time.perf_counter() - started)
        return outcome.response()

    async def _take(self, request: web.Request) -> tuple[Outcome, str]:
        if self._door is None:
            raise _Stop(NOT_CONFIGURED)
        if request.content_length is not None and request.content_length > BODY_BYTES:
            raise _Stop(TOO_LARGE)
        if request.content_type != "application/json":
            raise _Stop(NOT_JSON)
        delivery = await self._open(request, self._door)
        if delivery is None:
            return IGNORED, "other"
        return await self._keep(delivery)

    async def _open(self, request: web.Request, door: Door) -> Delivery | None:
        try:
            if request.content.is_eof():  # all of it is here, as nearly always: nothing to wait for, no room to hold
                body = request.content.read_nowait()
                self._check_size(body, before=0)
                return door(request.headers, body)
            return await self._open_slowly(request, door)
        except BadSignature as error:
            raise _Stop(Outcome(status=401, result="unsigned", text=str(error))) from error
        except BadPayload as error:
            raise _Stop(Outcome(status=400, result="malformed", text=str(error))) from error

    async def _open_slowly(self, request: web.Request, door: Door) -> Delivery | None:
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                await self._read(request, body)
            return door(request.headers, bytes(body))
        except TimeoutError:
            raise _Stop(TOO_SLOW) from None
        finally:
            self._room += len(body)
            self._unverified.dec(len(body))

    async def _read(self, request: web.Request, body: bytearray) -> None:
        """Fill `body`. Only bytes that are here take room, so that mere promises of large bodies block nobody (T26)."""
        async for chunk in request.content.iter_any():
            self._check_size(chunk, before=len(body))
            self._room -= len(chunk)
            self._unverified.inc(len(chunk))
            body += chunk

    def _check_size(self, chunk: bytes, *, before: int) -> None:
        if before + len(chunk) > BODY_BYTES:
            raise _Stop(TOO_LARGE)
        if len(chunk) > self._room:
            raise _Stop(NO_ROOM)

    async def _keep(self, delivery: Delivery) -> tuple[Outcome, str]:
        fields = {"delivery": delivery.guid, "connection": str(delivery.connection), "event": delivery.event}
        try:
            new = await self._record(delivery)
        except Exception as error:  # whatever it was, the delivery is not durable, and GitHub must hear so
            log.exception("Could not record a delivery", extra={"action": "delivery_not_recorded", **fields})
            raise _Stop(NOT_STORED, delivery.event) from error
        log.debug("Took a delivery", extra={"action": "delivery_taken", "new": new, **fields})
        return RECORDED if new else REPEATED, delivery.event


@lru_cache(maxsize=64)
def _json(text: str) -> bytes:
    return json.dumps({"message": text}).encode()
