"""Owns the rate limits: the primary one as headers tell it, and the secondary ones where they are switched on.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.sandbox.github.refusals import Refused

LIMIT = 5000
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
POINTS, CONTENT, CONTENT_HOUR = 900, 80, 500
READS = ("GET", "HEAD", "OPTIONS")


class Limits:
    """`switched_on` makes a client that does not spare us run into the secondary limits; `told` names the primary one
    in every answer, as github.com does and a server with its limits off does not. Nobody runs out of that one."""

    def __init__(self, clock: Callable[[], datetime], *, told: bool) -> None:
        self.told = told
        self.switched_on = False
        self._clock = clock
        self._past: dict[tuple[int, timedelta, str], deque[tuple[datetime, int]]] = defaultdict(deque)

    def count(self, installation: int, method: str, *, content: bool) -> None:
        """Raises GitHub's refusal, without a time to wait for, as it often comes."""
        if not self.switched_on:
            return
        self._spend((installation, MINUTE, "points"), 1 if method in READS else 5, POINTS)
        if content:
            self._spend((installation, MINUTE, "content"), 1, CONTENT)
            self._spend((installation, HOUR, "content"), 1, CONTENT_HOUR)

    def headers(self, requests: int) -> dict[str, str]:
        """Of which half is never used up."""
        if not self.told:
            return {}
        used = min(requests, LIMIT // 2)
        return {
            "X-RateLimit-Limit": str(LIMIT),
            "X-RateLimit-Remaining": str(LIMIT - used),
            "X-RateLimit-Used": str(used),
            "X-RateLimit-Reset": str(reset_at(self._clock())),
            "X-RateLimit-Resource": "core",
        }

    def _spend(self, key: tuple[int, timedelta, str], cost: int, most: int) -> None:
        past, now = self._past[key], self._clock()
        while past and past[0][0] <= now - key[1]:
            past.popleft()
        if sum(each for _, each in past) + cost > most:
            raise Refused(
                403, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
            )
        past.append((now, cost))


def reset_at(now: datetime) -> int:
    return int((now.replace(minute=0, second=0, microsecond=0) + HOUR).timestamp())
