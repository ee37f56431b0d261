"""Owns how much may be asked of GitHub in the name of each installation, and when GitHub wants to be left in peace.

A call that would come too soon does not go out: it is `RateLimited` without a status, and the job that wanted it comes
back by itself. What must not wait (a dispatch, a final state) has the last part of every limit for itself. Only a host
that tells its limits in its answers is spared; on GitHub Enterprise Server they are off as shipped.
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from random import random
from typing import Final

from bot.clock import Clock
from bot.errors import RateLimited
from bot.windows import Window

APP: Final = 0
"""No installation has this number: what the App does in its own name. Nothing of it is counted beforehand, for a server
with many repositories asks for many tokens at once; but when GitHub says no, it rests."""
MOST_ACCOUNTS: Final = 2_000
"""Beyond that, installations of which nothing counts any more are forgotten. Those of which something does, stay,
however many they are: a limit that GitHub has told us of is not ours to forget."""
HOUR: Final = timedelta(hours=1)
LATER_PER_CENT: Final = 10
"""Of the hour's calls, this last part is not for what can wait."""
LAST_PER_CENT: Final = 2
"""And this one is for what can not wait alone."""
LONGEST_PAUSE: Final = timedelta(hours=2)
JITTER: Final = 0.05


class Turn(IntEnum):
    """Who goes before whom, when not everything can go."""

    LATER = 0
    """An edit that tells of progress, a reaction."""
    NORMAL = 1
    """What somebody waits for."""
    FIRST = 2
    """A dispatch, a cancellation, a final state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So much within any such stretch of time."""

    within: timedelta
    rooms: tuple[int, int, int]
    """How far each turn may go. The last is less than GitHub's own limit: its clock is not ours."""


LIMITS: Final[Mapping[str, Limit]] = {
    "points": Limit(within=timedelta(minutes=1), rooms=(600, 780, 880)),  # GitHub's limit: 900
    "content_minute": Limit(within=timedelta(minutes=1), rooms=(50, 66, 78)),  # 80
    "content_hour": Limit(within=HOUR, rooms=(350, 430, 490)),  # 500
}
PRIMARY: Final = "hour"
NAMES: Final = (*LIMITS, PRIMARY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Primary:
    """What GitHub said last about the hour's calls. It counts all who use the installation, other replicas too."""

    limit: int
    remaining: int
    reset: datetime


class _Account:
    """One installation's."""

    def __init__(self) -> None:
        self.windows = {name: Window(limit.within) for name, limit in LIMITS.items()}
        self.primary: Primary | None = None
        self.paused_until: datetime | None = None
        self.pauses = 0  # in a row, with nothing that worked in between
        self.used_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Whether it would be treated otherwise than one of which nothing is known.

        A pause counts for as long again as the longest one: when it did not help, the next one is longer.
        """
        used = self.used_at is not None and self.used_at > now - HOUR
        told = self.primary is not None and self.primary.reset > now
        return used or told or (self.paused_until is not None and self.paused_until > now - LONGEST_PAUSE)


class Budget:
    """What was asked lately, of one host, by installation."""

    def __init__(self, clock: Clock, *, jitter: Callable[[], float] = random) -> None:
        """`jitter` gives numbers in 0..1."""
        self._clock = clock
        self._jitter = jitter
        self._accounts: dict[int, _Account] = {}
        self._limited = False  # whether this host has told of limits
        self._most = MOST_ACCOUNTS

    def take(self, installation: int, method: str, turn: Turn, *, content: bool) -> None:
        """Count a call that goes out now; `content` for what people see. Raises `RateLimited`, and counts nothing."""
        self.rest(installation)
        now, account = self._clock.now(), self._account(installation)
        costs = {"points": 1 if method in ("GET", "HEAD", "OPTIONS") else 5}
        if content:
            costs |= {"content_minute": 1, "content_hour": 1}
        if self._limited:
            self._check(account, costs, turn, now)
        account.used_at = now
        for name, cost in costs.items():
            account.windows[name].spend(now, cost)

    def rest(self, installation: int) -> None:
        """Raises `RateLimited` while GitHub wants to be left in peace; nothing is counted."""
        now, until = self._clock.now(), self._account(installation).paused_until
        if until is not None and until > now:
            raise _too_soon("GitHub asked us to wait", until - now)

    def hear(self, installation: int, headers: Mapping[str, str]) -> None:
        """Take in what an answer that worked says about the hour's limit."""
        account = self._account(installation)
        account.pauses = 0
        told = _primary(headers)
        if told is None:
            return
        self._limited = True
        known = account.primary
        if known is not None and known.reset == told.reset and known.remaining < told.remaining:
            return  # answers overtake each other
        account.primary = told

    def pause(self, installation: int, seconds: float) -> None:
        """GitHub told us to wait: nobody asks for so long, and ever longer when it says so again and again.

        https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
        """
        account, now = self._account(installation), self._clock.now()
        until, times = account.paused_until or now, 1
        if until <= now:  # else it is said to a call that was out already, and says nothing new
            times = 2 ** min(account.pauses, 6)
            account.pauses += 1
        wait = timedelta(seconds=seconds * times * (1 + JITTER * self._jitter()))
        account.paused_until = max(until, now + min(wait, LONGEST_PAUSE))

    def left(self, name: str) -> float:
        """Of the budget with that name, what is left to the installation that has the least; the whole of it, where
        nobody has asked for anything. NaN where GitHub has told nothing."""
        now = self._clock.now()
        if name == PRIMARY:
            known = [each.primary for each in self._accounts.values() if each.primary and each.primary.reset > now]
            return min((float(each.remaining) for each in known), default=float("nan"))
        most = LIMITS[name].rooms[Turn.FIRST]
        return float(min((most - each.windows[name].spent(now) for each in self._accounts.values()), default=most))

    def _check(self, account: _Account, costs: Mapping[str, int], turn: Turn, now: datetime) -> None:
        primary = account.primary
        if primary is not None and primary.reset > now and primary.remaining <= _kept(primary.limit, turn):
            raise _too_soon("The hour's calls are spent", primary.reset - now)
        for name, cost in costs.items():
            window, room = account.windows[name], LIMITS[name].rooms[turn]
            wait = window.wait(now, room, cost) if turn is Turn.FIRST else window.queue(now, room, cost)
            if wait is not None:
                raise _too_soon("This call has to wait for its turn", wait)

    def _account(self, installation: int) -> _Account:
        account = self._accounts.get(installation)
        if account is None:
            if len(self._accounts) >= self._most:
                self._forget()
            account = self._accounts[installation] = _Account()
        return account

    def _forget(self) -> None:
        """Those that count for nothing any more; those that are left are looked through when they are twice as many."""
        now = self._clock.now()
        self._accounts = {key: each for key, each in self._accounts.items() if each.counts(now)}
        self._most = max(MOST_ACCOUNTS, 2 * len(self._accounts))


def _kept(limit: int, turn: Turn) -> int:
    """How many of the hour's calls are not for this turn."""
    return {Turn.LATER: limit * LATER_PER_CENT // 100, Turn.NORMAL: limit * LAST_PER_CENT // 100, Turn.FIRST: 0}[turn]


def _primary(headers: Mapping[str, str]) -> Primary | None:
    if headers.get("x-ratelimit-resource", "core") != "core":
        return None
    try:
        return Primary(
            limit=int(headers["x-ratelimit-limit"]),
            remaining=int(headers["x-ratelimit-remaining"]),
            reset=datetime.fromtimestamp(int(headers["x-ratelimit-reset"]), UTC),
        )
    except (KeyError, ValueError, OverflowError):
        return None


def _too_soon(why: str, wait: timedelta) -> RateLimited:
    seconds = wait.total_seconds()
    return RateLimited(f"{why}, for {seconds:.1f} seconds by GitHub's limits", retry_after=seconds)
