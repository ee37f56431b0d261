"""Owns how often each method may be called, so that Slack need not tell us to wait. Nothing sleeps here.

A call that would come too soon is `RateLimited`, and whoever wanted it comes back by itself.
https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.errors import RateLimited

MOST_KEYS: Final = 1_000


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

    def __init__(self, clock: Clock, paces: Mapping[str, Pace] = PACES) -> None:
        """`clock` tells the time."""
        self._clock = clock
        self._paces = paces
        self._past: dict[tuple[str, str], deque[datetime]] = {}
        self._held: dict[str, datetime] = {}

    def take(self, method: str, channel: str = "", *, urgent: bool = False) -> None:
        """Count a call that goes out now. Raises `RateLimited` when it may not, and then it is not counted."""
        pace, now = self._paces[method], self._clock.now()
        if (until := self._held.get(method, now)) > now:
            raise _too_soon(method, until - now)
        past = self._lately((method, channel if pace.per_channel else ""), now - pace.within, now)
        most = pace.most if urgent else pace.most - pace.reserved
        if len(past) >= most:
            raise _too_soon(method, past[len(past) - most] + pace.within - now)
        past.append(now)

    def hold(self, method: str, seconds: float) -> None:
        """Slack said to wait: nobody calls this method for so long."""
        self._held[method] = self._clock.now() + timedelta(seconds=seconds)

    def _lately(self, key: tuple[str, str], since: datetime, now: datetime) -> deque[datetime]:
        """The calls since then; what lies ahead of now was counted before the clock was set back."""
        if key not in self._past and len(self._past) >= MOST_KEYS:
            self._forget(now)
        past = self._past.setdefault(key, deque())
        while past and not since < past[0] <= now:
            past.popleft()
        return past

    def _forget(self, now: datetime) -> None:
        old = [key for key, past in self._past.items() if not past or past[-1] <= now - self._paces[key[0]].within]
        for key in old:
            del self._past[key]


def _too_soon(method: str, wait: timedelta) -> RateLimited:
    seconds = wait.total_seconds()
    return RateLimited(f"{method} has to wait {seconds:.1f} seconds, by Slack's limits", retry_after=seconds)
