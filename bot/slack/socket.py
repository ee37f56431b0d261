"""Owns Socket Mode: that one connection to Slack is always open, and that the next is up before the last one goes.

The client of slack_sdk is not used. It closes the old connection before it opens the next, so that envelopes and acks
of that moment are lost; it tries the same one-use address for ever; it logs that address; its tasks belong to nobody.
https://github.com/slackapi/python-slack-sdk/issues/1110 and 1446, 1913, 1922 there.
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from bot.errors import Refused, Unreachable, UpstreamError
from bot.slack import failures
from bot.slack.line import Hear, Line
from bot.slack.wire import CALL_SECONDS, Wire, is_loopback

log = logging.getLogger(__name__)

OPEN = "apps.connections.open"
"""Needs the app-level scope `connections:write`. https://docs.slack.dev/reference/methods/apps.connections.open"""

OPEN_SECONDS: Final = 10.0
PING_SECONDS: Final = 10.0
"""aiohttp ends a connection on which a ping stays without answer for half of this."""
CLOSE_SECONDS: Final = 2.0
LINGER_SECONDS: Final = 10.0
"""Slack gives so much notice; until then envelopes may still come by the old connection."""
STEADY_SECONDS: Final = 30.0
"""A connection that lasted so long was a good one."""
LONGEST_WAIT_SECONDS: Final = 60.0

Pause = Callable[[float], Awaitable[None]]


class SocketMode:
    """Hears Slack without being reachable from outside."""

    def __init__(
        self,
        *,
        api_url: str,
        app_token: str,
        hear: Hear,
        user_agent: str = "signalbox",
        pause: Pause = asyncio.sleep,
        linger_seconds: float = LINGER_SECONDS,
    ) -> None:
        """`app_token` starts with `xapp-`; `hear` is `SlackDoor.hear`; `pause` waits between tries."""
        self._api_url = api_url
        self._token = app_token
        self._hear = hear
        self._agent = user_agent
        self._pause = pause
        self._linger = linger_seconds
        self._line: Line | None = None

    def __repr__(self) -> str:
        return f"<SocketMode at {self._api_url}>"

    @property
    def connected(self) -> bool:
        """Whether a connection is up that Slack does not mean to close."""
        return self._line is not None and not self._line.leaving.is_set()

    async def run(self) -> None:
        """Stay connected until cancelled; what came in by then is recorded and acknowledged. Raises nothing else."""
        wire = Wire(self._api_url, self._agent, CALL_SECONDS)
        session = aiohttp.ClientSession(trust_env=not is_loopback(self._api_url), cookie_jar=aiohttp.DummyCookieJar())
        try:
            async with session, asyncio.TaskGroup() as lines:
                await self._stay(wire, session, lines)
        finally:
            await wire.aclose()

    async def _stay(self, wire: Wire, session: aiohttp.ClientSession, lines: asyncio.TaskGroup) -> None:
        short = 0
        while True:
            line = await self._open(wire, session, short)
            lines.create_task(line.serve())
            if self._line is not None:
                lines.create_task(self._line.retire(self._linger))
            self._line, since = line, asyncio.get_running_loop().time()
            log.info("Connected to Slack", extra={"action": "socket_opened"})
            await line.leaving.wait()
            lasted = asyncio.get_running_loop().time() - since
            short = 0 if lasted >= STEADY_SECONDS else short + 1

    async def _open(self, wire: Wire, session: aiohttp.ClientSession, tries: int) -> Line:
        """The next connection, however long it takes; `tries` were in vain or did not last just before."""
        wait = _wait(tries)
        while True:
            if wait:
                await self._pause(wait)
            try:
                return await self._connect(await self._address(wire), session)
            except UpstreamError as error:
                log.error("Could not connect to Slack: %s", error, extra={"action": "socket_not_opened"})
                tries += 1
                wait = max(_wait(tries + 1), error.retry_after or 0.0)

    async def _address(self, wire: Wire) -> str:
        """Where to connect: good for one connection, and as secret as a token. Raises `UpstreamError`."""
        answer = await wire.send(OPEN, self._token, {})
        url = answer.body.get("url")
        if answer.status != 200 or answer.body.get("ok") is not True or not isinstance(url, str):
            raise failures.failure(
                OPEN, answer.status, answer.headers, answer.body, token="SLACK_APP_TOKEN", secrets=(self._token,)
            )
        if urlsplit(url).scheme != ("ws" if urlsplit(self._api_url).scheme == "http" else "wss"):
            raise Refused("Slack named an address for Socket Mode that is not encrypted")
        return url

    async def _connect(self, url: str, session: aiohttp.ClientSession) -> Line:
        """Open and be greeted. Raises `Unreachable`."""
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                socket = await session.ws_connect(
                    url, heartbeat=PING_SECONDS, timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS)
                )
                return await self._greeted(socket)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # without its cause, which names the address
            raise Unreachable(f"The connection failed ({type(error).__name__})") from None

    async def _greeted(self, socket: aiohttp.ClientWebSocketResponse) -> Line:
        line = Line(socket, self._hear)
        try:
            await line.greeted()
        except BaseException:
            await socket.close()
            raise
        return line


def _wait(tries: int) -> float:
    """Seconds before the next try: none after one that did not last, then more and more, never all at once."""
    if tries <= 1:
        return 0.0
    return min(LONGEST_WAIT_SECONDS, 2.0 ** (tries - 1)) * random.uniform(0.5, 1.0)
