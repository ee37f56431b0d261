"""Owns webhook delivery: one background sender, in order unless told otherwise, signed, recorded, never retried."""

import asyncio
import time
import uuid
from collections import deque
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

import aiohttp

from bot.sandbox.github.apps import App
from bot.sandbox.github.courier import headers_of, post
from bot.sandbox.github.deliveries import Answered, Delivery, Letter, Mishap

if TYPE_CHECKING:
    from bot.sandbox.github.world import World

CLOUD_TIMEOUT_SECONDS = 10
ENTERPRISE_TIMEOUT_SECONDS = 30
CLOUD_RETENTION = timedelta(days=3)
ENTERPRISE_RETENTION = timedelta(days=7)


class Webhooks:
    """The post office. Letters wait in line; what went out is in `deliveries`, oldest first."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.deliveries: list[Delivery] = []
        self.delay = 0.0  # seconds before each one, for a demo that should feel like the real thing
        self.at_once = 1  # how many are on their way together; more than one, and they arrive in any order
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

    def lose(
        self, event: str | None = None, action: str | None = None, *, times: int = 1, status_code: int = 502
    ) -> None:
        """The next matching ones do not get through; GitHub lists them as failed and can send them again.

        502 is nobody there, 504 silence, anything else the answer of something in between. Redeliveries count too.
        """
        self._mishaps.append(Mishap("lose", event, action, times, Answered.without_us(status_code)))

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
        if fate is not None and fate.kind == "drop":
            return
        twice = fate is not None and fate.kind == "duplicate"
        letter = replace(letter, lost=fate.answered if fate else None)
        for copy in (letter, letter) if twice else (letter,):
            if self._holding & {None, event}:
                self._held.append(copy)
            else:
                self._queue(copy)

    def redeliver(self, delivery: Delivery) -> None:
        """The same GUID and the same bytes once more, as GitHub does on request; to where the app is by now."""
        if self._sender is not None:
            fate = next((each for each in self._mishaps if each.kind == "lose" and each.strikes(delivery.letter)), None)
            lost = fate.answered if fate else None
            url = delivery.letter.app.webhook_url or delivery.letter.url
            self._queue(replace(delivery.letter, url=url, redelivery=True, lost=lost))

    def _fate(self, letter: Letter) -> Mishap | None:
        return next((mishap for mishap in self._mishaps if mishap.strikes(letter)), None)

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
        # Should the sender ever break, nobody waits for it forever; `stop` raises what broke it.
        self._sender.add_done_callback(lambda _: self._idle.set())

    async def stop(self) -> None:
        if self._sender is not None:
            self._sender.cancel()
            with suppress(asyncio.CancelledError):
                await self._sender
        self._sender = None
        self._line.clear()
        self._idle.set()

    async def _run(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                while self._line:
                    letters = list(islice(self._line, self.at_once))
                    await asyncio.gather(*(self._deliver(session, letter) for letter in letters))
                    for _ in letters:
                        self._line.popleft()
                self._idle.set()

    async def _deliver(self, session: aiohttp.ClientSession, letter: Letter) -> None:
        await asyncio.sleep(self.delay)
        begun = time.perf_counter()
        headers = headers_of(letter, enterprise_version=self.world.version if self.world.enterprise else None)
        answered = letter.lost or await post(session, letter, headers, self.timeout)
        delivery = Delivery(
            id=self.world.ids.new(),
            letter=letter,
            delivered_at=self.world.clock(),
            duration=round(time.perf_counter() - begun, 3),
            request_headers=headers,
            answered=answered,
        )
        self.deliveries.append(delivery)
