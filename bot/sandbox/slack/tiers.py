"""Owns Slack's rate limits by method and workspace; they count only when they are switched on.

https://docs.slack.dev/apis/web-api/rate-limits
"""

from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import Literal

from bot.sandbox.slack.ids import Clock
from bot.sandbox.slack.refusals import Refused

Tier = Literal[1, 2, 3, 4]
PER_MINUTE: dict[Tier, int] = {1: 1, 2: 20, 3: 50, 4: 100}
MINUTE = timedelta(minutes=1)
BURST = 3  # short bursts go through, as long as it is one a second on the whole


class Tiers:
    """`switched_on` makes a client that does not pace itself run into 429."""

    def __init__(self, clock: Clock) -> None:
        self.switched_on = False
        self._clock = clock
        self._past: dict[tuple[str, ...], deque[datetime]] = defaultdict(deque)

    def count(self, method: str, workspace: str, tier: Tier, channel: str | None) -> None:
        """`chat.postMessage` has a rule of its own: about one message a second in each channel."""
        if not self.switched_on:
            return
        if method == "chat.postMessage" and channel is not None:
            self._spend((method, workspace, channel), BURST, timedelta(seconds=BURST))
        else:
            self._spend((method, workspace), PER_MINUTE[tier], MINUTE)

    def _spend(self, key: tuple[str, ...], most: int, window: timedelta) -> None:
        past, now = self._past[key], self._clock()
        while past and past[0] <= now - window:
            past.popleft()
        if len(past) >= most:
            left = (past[0] + window - now).total_seconds()
            raise Refused("ratelimited", status=429, headers={"Retry-After": str(max(1, -int(-left // 1)))})
        past.append(now)
