"""Owns ids and times: every id is handed out once, no two messages share a `ts`."""

import secrets
import string
from collections.abc import Callable
from datetime import datetime

DIGITS = string.digits + string.ascii_uppercase
FIRST = 36**5 * 7
STEP = 37
MICRO = 1_000_000

Clock = Callable[[], datetime]


class Ids:
    """`U`, `C` and `B` ids differ in more than their first letter, so that a mix-up is found."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next = FIRST
        self._last_ts = 0

    def new(self, prefix: str) -> str:
        number, digits = self._next, ""
        self._next += STEP
        while number:
            number, rest = divmod(number, len(DIGITS))
            digits = DIGITS[rest] + digits
        return f"{prefix}0{digits.rjust(8, '0')}"

    def ts(self) -> str:
        """Now, moved on by a microsecond when that one is taken."""
        now = self._clock()
        wanted = int(now.timestamp()) * MICRO + now.microsecond
        self._last_ts = max(wanted, self._last_ts + 1)
        return spelled(self._last_ts)


def spelled(micros: int) -> str:
    return f"{micros // MICRO}.{micros % MICRO:06d}"


def secret(length: int = 24) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


def short() -> str:
    """What Slack invents for blocks and elements that were sent without an id."""
    return secret(5)
