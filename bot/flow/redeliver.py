"""Owns deliveries that did not reach us: GitHub's list of failed ones is read, and each is asked for again.

Two kinds of jobs. `catch_up` reads one page of the list and writes down, in one transaction, what is to be asked for
and where the list goes on; how far it has come is a mark. `redeliver` asks for one delivery. A crash between asking and
writing that down asks twice, and that does no harm, for a delivery is kept once by its GUID (T20).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from bot.errors import NotFound, Refused, UpstreamError
from bot.flow.ports import Clock, HookDeliveries, Unit, Units
from bot.model.delivery import Attempt, Attempts
from bot.model.job import Job
from bot.rules import missed

log = logging.getLogger(__name__)

CATCH_UP: Final = "catch_up"
REDELIVER: Final = "redeliver"

ROUNDS: Final = 5
"""As many sweeps lie between two rounds."""

SETTLE: Final = timedelta(seconds=10)
"""From our start to the first round: a door behind a balancer opens a little later than ours."""

OVERLAP: Final = timedelta(minutes=2)
"""An attempt is listed when it is over, up to 30 seconds after it began, and perhaps below a newer one."""

REMEMBERED: Final = timedelta(days=7)
"""The longest that a host keeps its list: 3 days on github.com, 7 on GitHub Enterprise Server.

https://docs.github.com/en/enterprise-server@latest/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
"""

PAUSE: Final = timedelta(minutes=1)
"""When GitHub did not answer."""

PREFIX: Final = "redelivery:"
"""Of all marks here. Without them the next start is like the first."""

Count = Callable[[str], None]
"""Told what became of a delivery that failed: `asked`, `refused` or `given_up`; `unlisted` when there is no list."""


@dataclass(frozen=True, slots=True)
class Redeliver:
    """The jobs `catch_up` and `redeliver`."""

    units: Units
    deliveries: HookDeliveries
    clock: Clock
    connections: Sequence[UUID]
    count: Count

    async def begin(self) -> None:
        """Called at the start: have a round soon. On the very first one nothing before this moment is asked for."""
        now = self.clock.now()
        async with self.units.write(newest=True) as unit:  # replicas that start together race for these rows
            for connection in self.connections:
                if await unit.marks.value(_seen(connection)) is None:
                    await unit.marks.put(_seen(connection), _microseconds(now), now)
            await unit.enqueue(Job(kind=CATCH_UP, key="start", payload={"v": 1}, run_at=now + SETTLE))

    async def round(self, payload: Mapping[str, Any]) -> datetime | None:
        """The job `catch_up`: the newest page of each connection, or the further page that the payload names."""
        if "connection" in payload:
            until = _moment(payload["until"])
            return await self._page(UUID(payload["connection"]), payload["cursor"], until)
        again: list[datetime] = []
        for connection in self.connections:
            async with self.units.read() as unit:
                seen = await unit.marks.value(_seen(connection))
            later = await self._page(connection, None, self.clock.now() if seen is None else _moment(seen))
            again += [later] if later else []
        return min(again, default=None)

    async def ask(self, payload: Mapping[str, Any]) -> datetime | None:
        """The job `redeliver`: ask for one delivery, unless it came meanwhile. An outage makes it wait, never fail."""
        connection, guid, attempt = UUID(payload["connection"]), str(payload["guid"]), int(payload["attempt"])
        async with self.units.read() as unit:
            answered = await unit.marks.value(_answered(connection, guid)) or 0
            if answered >= attempt or await unit.deliveries.known(connection, [guid]):
                return None
        now, result = self.clock.now(), "asked"
        try:
            await self.deliveries.redeliver(connection, attempt)
        except (NotFound, Refused) as error:
            result = "refused"
            log.warning("GitHub does not send %s again: %s", guid, error, extra={"action": "redelivery_refused"})
        except UpstreamError as error:
            forgotten = now - _moment(payload["failed_at"]) > REMEMBERED
            return None if forgotten else now + _pause(error)
        self.count(result)
        async with self.units.write(newest=True) as unit:  # or a lost race would ask for it once more
            await unit.marks.put(_answered(connection, guid), attempt, now)
            await unit.marks.bump(_times(connection, guid), now)
        return None

    async def _page(self, connection: UUID, cursor: str | None, until: datetime) -> datetime | None:
        now = self.clock.now()
        try:
            page = await self.deliveries.failed(connection, cursor)
        except (NotFound, Refused) as error:
            await self._unlisted(connection, cursor, until, error)
            return None
        except UpstreamError as error:
            log.info("Failed deliveries are not told: %s", error, extra={"action": "deliveries_not_told"})
            return now + _pause(error)
        fresh = [each for each in page.newest_first if each.delivered_at >= until]
        async with self.units.write() as unit:
            plan = missed.plan(fresh, *await self._known(unit, connection, fresh), now)
            for ask in plan.asks:
                await unit.enqueue(_job(connection, ask))
            for attempt in plan.given_up:
                await self._give_up(unit, connection, attempt, now)
            if cursor is None:
                await self._advance(unit, connection, fresh, until, now)
            if page.next is not None and len(fresh) == len(page.newest_first):
                await unit.enqueue(_further(connection, page, until, now + missed.PACE * (len(plan.asks) + 1)))
        return None

    async def _known(
        self, unit: Unit, connection: UUID, attempts: Sequence[Attempt]
    ) -> tuple[frozenset[str], Mapping[str, missed.Asked]]:
        guids = {each.guid for each in attempts}
        if not guids:
            return frozenset(), {}
        known = await unit.deliveries.known(connection, guids)
        answered = {_answered(connection, guid): guid for guid in guids - known}
        attempt = await unit.marks.values(answered)
        times = await unit.marks.values([_times(connection, guid) for guid in guids - known])
        asked = {
            guid: missed.Asked(attempt=attempt[name], times=times.get(_times(connection, guid), 1))
            for name, guid in answered.items()
            if name in attempt
        }
        return known, asked

    async def _advance(
        self, unit: Unit, connection: UUID, fresh: Sequence[Attempt], until: datetime, now: datetime
    ) -> None:
        """The next round reads back to here; all that is older is in jobs now. By GitHub's clock alone."""
        newest = max((each.delivered_at for each in fresh), default=until)
        await unit.marks.put(_seen(connection), _microseconds(max(until, newest - OVERLAP)), now)
        await unit.marks.forget(PREFIX, now - REMEMBERED - timedelta(days=1))
        await unit.marks.forget(_without_list(connection), now + timedelta(days=1))  # it is told now

    async def _give_up(self, unit: Unit, connection: UUID, attempt: Attempt, now: datetime) -> None:
        await unit.marks.put(_answered(connection, attempt.guid), attempt.id, now)
        self.count("given_up")
        log.error(
            "Delivery %s failed %d times and is not asked for any more", attempt.guid, missed.MOST_ASKED + 1,
            extra={"action": "redelivery_given_up", "delivery": attempt.guid},
        )  # fmt: skip

    async def _unlisted(self, connection: UUID, cursor: str | None, until: datetime, error: UpstreamError) -> None:
        """There is no list, or not for us: no fault of a job, and the metric tells each time. The log tells once."""
        self.count("unlisted")
        now = self.clock.now()
        async with self.units.write() as unit:
            if cursor is not None:
                await unit.marks.put(_seen(connection), _microseconds(until), now)  # read that part anew
            first = await unit.marks.bump(_without_list(connection), now) == 1
        if first:
            log.warning(
                "GitHub does not list its failed deliveries: %s", error, extra={"action": "deliveries_unlisted"}
            )


def _job(connection: UUID, ask: missed.Ask) -> Job:
    attempt = ask.attempt
    payload = {
        "v": 1,
        "connection": str(connection),
        "guid": attempt.guid,
        "attempt": attempt.id,
        "failed_at": _microseconds(attempt.delivered_at),
    }
    return Job(kind=REDELIVER, key=f"{connection}:{attempt.id}", payload=payload, run_at=ask.at)


def _further(connection: UUID, page: Attempts, until: datetime, at: datetime) -> Job:
    payload = {"v": 1, "connection": str(connection), "cursor": page.next, "until": _microseconds(until)}
    return Job(kind=CATCH_UP, key=f"{connection}:{page.next}", payload=payload, run_at=at)


def _pause(error: UpstreamError) -> timedelta:
    return max(PAUSE, timedelta(seconds=error.retry_after or 0))


def _seen(connection: UUID) -> str:
    """The mark of how far the list was read: microseconds since 1970, by GitHub's clock."""
    return f"{PREFIX}{connection}:seen"


def _answered(connection: UUID, guid: str) -> str:
    return f"{PREFIX}{connection}:{guid}:attempt"


def _times(connection: UUID, guid: str) -> str:
    return f"{PREFIX}{connection}:{guid}:times"


def _without_list(connection: UUID) -> str:
    return f"{PREFIX}{connection}:unlisted"


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
