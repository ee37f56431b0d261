"""Owns how often each method may be called, so that Slack need not tell us to wait. Nothing sleeps here.

A call that would come too soon is `RateLimited`, and whoever wanted it comes back by itself, one after the other.
https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import random
from typing import Final

from bot.clock import Clock
from bot.errors import RateLimited
from bot.windows import Window

MOST_KEYS: Final = 1_000
JITTER: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """So many calls within any such stretch of time, per workspace or, where it says so, per channel."""

    most: int
    within: timedelta = timedelta(minutes=1)
    reserved: int = 0
    """Of `most`, how many are for urgent calls alone."""
    per_channel: bool = False


_TIER_3: Final = Pace(most=50)
_TIER_4: Final = Pace(most=100)
_SPECIAL: Final = Pace(most=300)
"""Slack names no number, but says "hundreds per minute"."""

PACES: Final[Mapping[str, Pace]] = {
    "auth.revoke": _TIER_3,
    "auth.test": _SPECIAL,
    "chat.getPermalink": _SPECIAL,
    "chat.postEphemeral": _TIER_4,
    "chat.postMessage": Pace(most=3, within=timedelta(seconds=3), per_channel=True),
    "chat.update": Pace(most=50, reserved=10),
    "conversations.history": _TIER_3,
    "conversations.info": _TIER_3,
    "conversations.members": _TIER_4,
    "conversations.open": _TIER_3,
    "conversations.replies": _TIER_3,
    "openid.connect.token": _TIER_3,
    "openid.connect.userInfo": _TIER_3,
    "users.info": _TIER_4,
    "views.open": _TIER_4,
    "views.publish": _TIER_4,
}
"""By method; `chat.postMessage` is "about one a second in each channel", with short bursts."""


class Pacing:
    """What was called lately, of one app in one workspace."""

    def __init__(
        self, clock: Clock, paces: Mapping[str, Pace] = PACES, *, jitter: Callable[[], float] = random
    ) -> None:
        """`clock` tells the time, `jitter` gives numbers in 0..1."""
        self._clock = clock
        self._paces = paces
        self._jitter = jitter
        self._past: dict[tuple[str, str], Window] = {}
        self._held: dict[str, datetime] = {}

    def take(self, method: str, channel: str = "", *, urgent: bool = False) -> None:
        """Count a call that goes out now. Raises `RateLimited` when it may not, and then it is not counted."""
        pace, now = self._paces[method], self._clock.now()
        if (until := self._held.get(method, now)) > now:
            raise _too_soon(method, until - now)
        window = self._window((method, channel if pace.per_channel else ""), now)
        wait = window.wait(now, pace.most) if urgent else window.queue(now, pace.most - pace.reserved)
        if wait is not None:
            raise _too_soon(method, wait)
        window.spend(now)

    def hold(self, method: str, seconds: float) -> None:
        """Slack said to wait: nobody calls this method for so long, and not everybody at the moment when that ends."""
        self._held[method] = self._clock.now() + timedelta(seconds=seconds * (1 + JITTER * self._jitter()))

    def _window(self, key: tuple[str, str], now: datetime) -> Window:
        window = self._past.get(key)
        if window is None:
            if len(self._past) >= MOST_KEYS:
                self._forget(now)
            window = self._past[key] = Window(self._paces[key[0]].within)
        return window

    def _forget(self, now: datetime) -> None:
        for key in [key for key, window in self._past.items() if not window.spent(now)]:
            del self._past[key]


def _too_soon(method: str, wait: timedelta) -> RateLimited:
    seconds = wait.total_seconds()
    return RateLimited(f"{method} has to wait {seconds:.1f} seconds, by Slack's limits", retry_after=seconds)
