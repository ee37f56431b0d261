"""Owns Socket Mode: tickets, connections, each envelope to one of them, acks, and going away politely.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import uuid
from datetime import datetime
from typing import Literal

import aiohttp
import msgspec
from aiohttp import web

from bot.sandbox.slack.apps import App
from bot.sandbox.slack.deliveries import Attempt, Delivery, Json, Reason
from bot.sandbox.slack.ids import secret
from bot.sandbox.slack.refusals import Refused

MOST_CONNECTIONS = 10
CLOSE_SECONDS = 0.1  # a client that does not answer a close is not waited for
Parting = Literal["warning", "refresh_requested", "link_disabled"]


class Connection:
    """One websocket. `leaving`: it was told to go and gets nothing new."""

    def __init__(self, app: App, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.app = app
        self.socket = socket
        self.transport = transport
        self.leaving = False
        self.waiting: dict[str, asyncio.Future[bytes]] = {}

    async def ask(self, envelope: Json) -> bytes:
        """Send an envelope and wait for its ack; returns the payload in it. Raises ConnectionError."""
        key = str(envelope["envelope_id"])
        self.waiting[key] = asyncio.get_running_loop().create_future()
        try:
            await self.socket.send_str(msgspec.json.encode(envelope).decode())
            return await self.waiting[key]
        finally:
            self.waiting.pop(key, None)

    def acked(self, message: Json) -> None:
        """An ack that nobody waits for any more is passed over."""
        future = self.waiting.get(str(message["envelope_id"]))
        if future is not None and not future.done():
            payload = message.get("payload")
            future.set_result(msgspec.json.encode(payload) if payload else b"")

    def lost(self) -> None:
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(ConnectionResetError())


class Sockets:
    """All connections of all apps."""

    def __init__(self) -> None:
        self.origin = ""
        self.connections: list[Connection] = []
        self.acked: list[str] = []  # envelope ids, in the order of their acks
        self._tickets: dict[str, App] = {}
        self._changed = asyncio.Event()

    def ticket(self, app: App) -> str:
        """An address that opens one connection, once."""
        if len(self.of(app)) >= MOST_CONNECTIONS:
            raise Refused("too_many_websockets")
        ticket = secret(32)
        self._tickets[ticket] = app
        return f"ws{self.origin.removeprefix('http')}/link/?ticket={ticket}&app_id={app.id}"

    def of(self, app: App) -> list[Connection]:
        return [each for each in self.connections if each.app is app]

    async def connected(self, app: App, many: int = 1) -> None:
        """Wait until an app has this many connections that take envelopes."""
        while len([each for each in self.of(app) if not each.leaving]) < many:
            await self._changed.wait()

    # The server's side

    async def serve(self, request: web.Request) -> web.StreamResponse:
        app = self._tickets.pop(request.query.get("ticket", ""), None)
        if app is None:
            return web.Response(status=404)
        socket = web.WebSocketResponse(timeout=CLOSE_SECONDS)
        await socket.prepare(request)
        if not app.socket_mode:
            await socket.send_str(msgspec.json.encode(parting("link_disabled")).decode())
            return socket
        connection = Connection(app, socket, request.transport)
        await socket.send_str(msgspec.json.encode(self._hello(app)).decode())
        self.connections.append(connection)
        self._tell()
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._hear(connection, message.data)
        finally:
            self.connections.remove(connection)
            connection.lost()
            self._tell()
        return socket

    def _hear(self, connection: Connection, text: str) -> None:
        """Anything but an ack is passed over."""
        try:
            message = msgspec.json.decode(text)
        except msgspec.DecodeError:
            return
        if isinstance(message, dict) and "envelope_id" in message:
            self.acked.append(str(message["envelope_id"]))
            connection.acked(message)

    def _hello(self, app: App) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.of(app)) + 1,
            "debug_info": {"host": "applink-sandbox", "build_number": 10, "approximate_connection_time": 18060},
            "connection_info": {"app_id": app.id},
        }

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def stop(self) -> None:
        await asyncio.gather(*(each.socket.close() for each in self.connections))

    # Sending

    async def send(self, delivery: Delivery, *, now: datetime, seconds: float, retry: tuple[int, Reason]) -> Attempt:
        """To one connection; when it is lost before the ack, to the next one."""
        envelope = envelope_of(delivery, retry)
        try:
            async with asyncio.timeout(seconds):
                body = await self._ask(delivery.app, envelope)
        except TimeoutError:
            reason: Reason = "http_timeout" if self.of(delivery.app) else "connection_failed"
            return Attempt(number=retry[0], at=now, reason=reason)
        return Attempt(number=retry[0], at=now, reason="", status=200, body=body)

    async def _ask(self, app: App, envelope: Json) -> bytes:
        while True:
            connection = await self._next(app)
            try:
                return await connection.ask(envelope)
            except ConnectionError:
                connection.leaving = True

    async def _next(self, app: App) -> Connection:
        """The one that has not been asked for longest."""
        await self.connected(app)
        connection = next(each for each in self.of(app) if not each.leaving)
        self.connections.remove(connection)
        self.connections.append(connection)
        return connection

    # Going away

    async def disconnect(self, reason: Parting = "refresh_requested", *, app: App | None = None) -> None:
        """Tell every connection (of an app) that it ends soon. Nothing new goes there; closing is the client's part."""
        for connection in list(self.connections):
            if app is None or connection.app is app:
                connection.leaving = reason != "warning"
                await connection.socket.send_str(msgspec.json.encode(parting(reason)).decode())

    def cut(self) -> None:
        """Every connection breaks without a word."""
        for connection in self.connections:
            connection.leaving = True
            connection.lost()
            if connection.transport is not None:
                connection.transport.abort()


def parting(reason: Parting) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}


def envelope_of(delivery: Delivery, retry: tuple[int, Reason]) -> Json:
    """Only what can be answered says so; only events tell that they come again."""
    envelope: Json = {"envelope_id": str(uuid.uuid4()), "payload": delivery.payload, "type": delivery.kind}
    answerable = delivery.kind == "slash_commands" or delivery.payload.get("type") == "view_submission"
    envelope["accepts_response_payload"] = answerable
    if delivery.kind == "events_api":
        envelope |= {"retry_attempt": retry[0], "retry_reason": retry[1].removeprefix("http_")}
    return envelope
