"""Owns webhook delivery: one background sender, in order, signed, recorded, never retried by itself."""

import asyncio
import hmac
import time
import uuid
from collections import deque
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.github.apps import App
from bot.sandbox.github.deliveries import Answered, Delivery, Letter, Mishap

if TYPE_CHECKING:
    from bot.sandbox.github.world import World

CLOUD_TIMEOUT_SECONDS = 10
ENTERPRISE_TIMEOUT_SECONDS = 30
CLOUD_RETENTION = timedelta(days=3)
ENTERPRISE_RETENTION = timedelta(days=7)
RESPONSE_LIMIT = 65_536


class Webhooks:
    """The post office. Letters wait in line; what went out is in `deliveries`, oldest first."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.deliveries: list[Delivery] = []
        self.delay = 0.0  # seconds before each one, for a demo that should feel like the real thing
        self.timeout: float = ENTERPRISE_TIMEOUT_SECONDS if world.enterprise else CLOUD_TIMEOUT_SECONDS
        self._line: deque[Letter] = deque()
        self._held: deque[Letter] = deque()
        self._holding: set[str | None] = set()
        self._mishaps: list[Mishap] = []
        self._switched_on = True
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._sender: asyncio.Task[None] | None = None

    # Failures on demand

    def off(self) -> None:
        """Nothing is sent and nothing is recorded, as with an inactive webhook."""
        self._switched_on = False

    def on(self) -> None:
        self._switched_on = True

    def hold(self, event: str | None = None) -> None:
        """Keep events (of one kind, or all) back until `release`: they arrive late."""
        self._holding.add(event)

    async def release(self, *, backwards: bool = False) -> None:
        """Send what was held, newest first when `backwards`; returns when all of it was answered."""
        self._holding.clear()
        letters = list(self._held)
        self._held.clear()
        for letter in reversed(letters) if backwards else letters:
            self._queue(letter)
        await self.settled()

    def lose(self, event: str | None = None, action: str | None = None, *, times: int = 1) -> None:
        """The next matching ones do not get through; GitHub lists them as failed and can send them again."""
        self._mishaps.append(Mishap("lose", event, action, times))

    def drop(self, event: str | None = None, action: str | None = None, *, times: int = 1) -> None:
        """The next matching ones vanish without a trace."""
        self._mishaps.append(Mishap("drop", event, action, times))

    def duplicate(self, event: str | None = None, action: str | None = None, *, times: int = 1) -> None:
        """The next matching ones arrive twice, with the same GUID."""
        self._mishaps.append(Mishap("duplicate", event, action, times))

    # Sending

    def send(self, app: App, event: str, payload: dict[str, object]) -> None:
        """Put an event in line for an app; the body is fixed now, however late it leaves."""
        if not self._switched_on or app.webhook_url is None or self._sender is None:
            return
        letter = Letter.of(app, event, payload, guid=str(uuid.uuid4()))
        fate = self._fate(letter)
        if fate == "drop":
            return
        letter = replace(letter, lost=fate == "lose")
        for copy in (letter, letter) if fate == "duplicate" else (letter,):
            if self._holding & {None, event}:
                self._held.append(copy)
            else:
                self._queue(copy)

    def redeliver(self, delivery: Delivery) -> None:
        """The same GUID and the same bytes once more, as GitHub does on request."""
        if self._sender is not None:
            self._queue(replace(delivery.letter, redelivery=True, lost=False))

    def _fate(self, letter: Letter) -> str | None:
        for mishap in self._mishaps:
            if mishap.strikes(letter):
                return mishap.kind
        return None

    def _queue(self, letter: Letter) -> None:
        self._line.append(letter)
        self._idle.clear()
        self._arrived.set()

    async def settled(self) -> None:
        """Every letter in line was delivered and answered, or failed. Held ones do not count."""
        if self._sender is not None:
            await self._idle.wait()

    def recent(self) -> list[Delivery]:
        """What GitHub still remembers, newest first."""
        retention = ENTERPRISE_RETENTION if self.world.enterprise else CLOUD_RETENTION
        horizon = self.world.clock() - retention
        return [each for each in reversed(self.deliveries) if each.delivered_at >= horizon]

    # The background task

    def start(self) -> None:
        self._sender = asyncio.create_task(self._run(), name="sandbox-github-webhooks")

    async def stop(self) -> None:
        if self._sender is not None:
            self._sender.cancel()
            with suppress(asyncio.CancelledError):
                await self._sender
        self._sender = None
        self._line.clear()
        self._idle.set()

    async def _run(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.timeout)) as session:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                while self._line:
                    await self._deliver(session, self._line[0])
                    self._line.popleft()
                self._idle.set()

    async def _deliver(self, session: aiohttp.ClientSession, letter: Letter) -> None:
        await asyncio.sleep(self.delay)
        begun = time.perf_counter()
        headers = self._headers(letter)
        answered = (
            Answered.failed(502, "failed to connect to host") if letter.lost else await post(session, letter, headers)
        )
        delivery = Delivery(
            id=self.world.ids.new(),
            letter=letter,
            delivered_at=self.world.clock(),
            duration=round(time.perf_counter() - begun, 3),
            request_headers=headers,
            answered=answered,
        )
        self.deliveries.append(delivery)

    def _headers(self, letter: Letter) -> dict[str, str]:
        headers = {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/5a4cb1c",
            "X-GitHub-Delivery": letter.guid,
            "X-GitHub-Event": letter.event,
            "X-GitHub-Hook-ID": str(letter.app.hook_id),
            "X-GitHub-Hook-Installation-Target-ID": str(letter.app.id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
        }
        if self.world.enterprise:
            headers |= {"X-GitHub-Enterprise-Host": "127.0.0.1", "X-GitHub-Enterprise-Version": self.world.version}
        if letter.app.webhook_secret:
            headers["X-Hub-Signature"] = f"sha1={sign(letter, 'sha1')}"
            headers["X-Hub-Signature-256"] = f"sha256={sign(letter, 'sha256')}"
        return headers


def sign(letter: Letter, digest: str) -> str:
    return hmac.new(letter.app.webhook_secret.encode(), letter.body, digest).hexdigest()


async def post(session: aiohttp.ClientSession, letter: Letter, headers: dict[str, str]) -> Answered:
    """No redirect is followed: GitHub counts a 302 as a failure."""
    try:
        async with session.post(letter.url, data=letter.body, headers=headers, allow_redirects=False) as response:
            text = (await response.content.read(RESPONSE_LIMIT)).decode(errors="replace")
            status = "OK" if response.status < 300 else f"Invalid HTTP Response: {response.status}"
            return Answered(response.status, status, dict(response.headers), text)
    except TimeoutError:
        return Answered.failed(504, "timed out")
    except (aiohttp.ClientError, ConnectionError, OSError):
        return Answered.failed(502, "failed to connect to host")
