"""Owns one connection of Socket Mode: its greeting, its envelopes, and an ack for each that is in the inbox.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import aiohttp
import msgspec

from bot.errors import Unreachable

log = logging.getLogger(__name__)

DRAIN_SECONDS: Final = 3.0
"""What came in may still be recorded and acknowledged for so long when we go; after that Slack has given it up."""

Hear = Callable[[Mapping[str, Any], int], Awaitable[bool]]
"""Records what a payload means; whether it may be acknowledged. The number counts Slack's tries from 0."""


class Frame(msgspec.Struct, frozen=True):
    """What Slack sends: `hello`, `disconnect` with a reason, or an envelope with its payload."""

    type: str = ""
    reason: str = ""
    envelope_id: str = ""
    payload: dict[str, Any] | None = None
    retry_attempt: int | None = None


class Line:
    """One websocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, hear: Hear) -> None:
        """`socket` was just opened."""
        self.leaving: Final = asyncio.Event()
        """Slack said that it will close this one, or it is closed: another is needed."""
        self._ended = asyncio.Event()
        self._socket = socket
        self._hear = hear
        self._open: set[asyncio.Task[None]] = set()

    async def greeted(self) -> None:
        """Return once Slack says hello. Raises `Unreachable` when it says anything else."""
        message = await self._socket.receive()
        frame = _frame(message.data) if message.type is aiohttp.WSMsgType.TEXT else None
        if frame is None or frame.type != "hello":
            said = frame.reason or frame.type if frame else message.type.name
            raise Unreachable(f"Slack did not greet the new connection ({said})")

    async def serve(self) -> None:
        """Answer envelopes until the connection ends. When cancelled, what came in is still recorded and acked."""
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            self.leaving.set()
            await self._drain()
            await self._socket.close()
            self._ended.set()
            log.info("A connection to Slack ended", extra={"action": "socket_ended", "code": self._socket.close_code})

    async def retire(self, linger_seconds: float) -> None:
        """Another line is up: close this one when Slack did not within that time. What is under way is finished."""
        try:
            async with asyncio.timeout(linger_seconds):
                await self._ended.wait()
        except TimeoutError:
            await self._drain()
            await self._socket.close()

    def _take(self, text: str) -> None:
        frame = _frame(text)
        if frame is None:
            log.warning("Slack sent what can not be read", extra={"action": "delivery_refused"})
        elif frame.type == "disconnect":
            log.info("Slack asks to connect again", extra={"action": "socket_leaving", "reason": frame.reason})
            self.leaving.set()
        elif frame.envelope_id and frame.payload is not None:
            task = asyncio.create_task(self._answer(frame, frame.payload))
            self._open.add(task)
            task.add_done_callback(self._open.discard)

    async def _answer(self, frame: Frame, payload: Mapping[str, Any]) -> None:
        """Without an ack Slack sends an event again, and tells the person that the command failed."""
        try:
            if await self._hear(payload, frame.retry_attempt or 0):
                await self._socket.send_str(json.dumps({"envelope_id": frame.envelope_id}))
        except (ConnectionError, aiohttp.ClientError):
            log.info("Slack was gone before the ack; it will say it again", extra={"action": "ack_lost"})
        except Exception:  # one envelope's trouble is not the next one's
            log.exception("Could not take what Slack sent", extra={"action": "delivery_not_recorded"})

    async def _drain(self) -> None:
        waiting = set(self._open)
        if waiting:
            await asyncio.wait(waiting, timeout=DRAIN_SECONDS)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def _frame(text: str) -> Frame | None:
    try:
        return msgspec.json.decode(text, type=Frame)
    except msgspec.MsgspecError:
        return None
