"""Owns the primary rate limit as headers tell it; nobody runs out of it unless a fault says so."""

from datetime import datetime, timedelta

LIMIT = 5000


def reset_at(now: datetime) -> int:
    return int((now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)).timestamp())


def headers(now: datetime, used: int) -> dict[str, str]:
    used %= LIMIT
    return {
        "X-RateLimit-Limit": str(LIMIT),
        "X-RateLimit-Remaining": str(LIMIT - used),
        "X-RateLimit-Used": str(used),
        "X-RateLimit-Reset": str(reset_at(now)),
        "X-RateLimit-Resource": "core",
    }
