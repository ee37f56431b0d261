"""Owns delivery to apps: over HTTP or a socket, within three seconds, events again when they did not arrive.

https://docs.slack.dev/apis/events-api#retries
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp

from bot.sandbox.slack.apps import App
from bot.sandbox.slack.courier import post
from bot.sandbox.slack.deliveries import Attempt, Delivery, Json, Kind, Reason
from bot.sandbox.slack.sockets import Sockets
from bot.sandbox.slack.world import World

PATIENCE_SECONDS = 3.0
# After the first failure at once, then by the clock.
RETRIES = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    at: datetime
    delivery: Delivery


class Outbox:
    """What went out is in `deliveries`, oldest first. `patience` is how long an app may take, in real seconds."""

    def __init__(self, world: World, sockets: Sockets) -> None:
        self.world = world
        self.sockets = sockets
        self.deliveries: list[Delivery] = []
        self.patience = PATIENCE_SECONDS
        self.waiting: list[Due] = []
        self._open: set[asyncio.Task[Delivery]] = set()
        self._session: aiohttp.ClientSession | None = None

    def start(self) -> None:
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def settled(self) -> None:
        """Everything under way was answered or failed; what is due later does not count."""
        while self._open:
            await asyncio.gather(*self._open)

    async def send(self, app: App, kind: Kind, payload: Json) -> Delivery:
        """Deliver now; returns when it was answered or failed, for an event after the first retry."""
        return await self._tracked(self._deliver(self._new(app, kind, payload)))

    def later(self, app: App, kind: Kind, payload: Json) -> None:
        """Deliver without waiting for it; `settled` does."""
        self._tracked(self._deliver(self._new(app, kind, payload)))

    async def again(self, delivery: Delivery, reason: Reason = "http_timeout") -> Delivery:
        """The same payload once more with retry headers, although it had arrived: the network loses answers, too."""
        return await self._tracked(self._once(delivery, reason))

    async def retry_due(self) -> list[Delivery]:
        """Send again what is due by the clock; returns what was sent."""
        now = self.world.clock()
        due = [each for each in self.waiting if each.at <= now]
        self.waiting = [each for each in self.waiting if each.at > now]
        return [await self._tracked(self._deliver(each.delivery)) for each in due]

    def _new(self, app: App, kind: Kind, payload: Json) -> Delivery:
        delivery = Delivery(app=app, kind=kind, payload=payload)
        self.deliveries.append(delivery)
        return delivery

    def _tracked(self, work: Coroutine[object, object, Delivery]) -> "asyncio.Task[Delivery]":
        task: asyncio.Task[Delivery] = asyncio.ensure_future(work)
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        return task

    async def _deliver(self, delivery: Delivery) -> Delivery:
        """One attempt, and what follows from its failure: commands and presses are never sent again."""
        attempt = await self._attempt(delivery)
        while not attempt.succeeded and delivery.kind == "events_api" and not attempt.forbids_retries:
            if len(delivery.attempts) > len(RETRIES):
                return delivery
            wait = RETRIES[len(delivery.attempts) - 1]
            if wait:
                self.waiting.append(Due(at=attempt.at + wait, delivery=delivery))
                return delivery
            attempt = await self._attempt(delivery)
        return delivery

    async def _once(self, delivery: Delivery, reason: Reason) -> Delivery:
        await self._attempt(delivery, reason)
        return delivery

    async def _attempt(self, delivery: Delivery, reason: Reason = "") -> Attempt:
        number = len(delivery.attempts)
        retry: tuple[int, Reason] = (number, reason or (delivery.attempts[-1].reason if number else ""))
        now = self.world.clock()
        if delivery.app.socket_mode:
            attempt = await self.sockets.send(delivery, now=now, seconds=self.patience, retry=retry)
        elif self._session is None:
            attempt = Attempt(number=number, at=now, reason="connection_failed")
        else:
            attempt = await post(self._session, delivery, now=now, seconds=self.patience, retry=retry)
        delivery.attempts.append(attempt)
        return attempt
