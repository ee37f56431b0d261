"""Owns what an answer of GitHub that is no success means: one of the four kinds of `UpstreamError`.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
import msgspec

from bot.errors import NotFound, RateLimited, Refused, Unreachable, Unwelcome, UpstreamError
from bot.log import Masking

WAIT_SECONDS: Final = 60.0
"""GitHub's advice where it names no time."""
LONGEST_WAIT_SECONDS: Final = 2 * 3600.0
"""GitHub's limits begin anew each hour. A longer wait is a proxy's mistake, and would be as good as forgetting."""
LONGEST_MESSAGE: Final = 500


class _Fault(msgspec.Struct):
    message: str = ""
    field: str = ""
    code: str = ""


class _Body(msgspec.Struct):
    message: str = ""
    errors: list[_Fault | str] | str | None = None


def failure(response: httpx.Response, now: datetime, secrets: Iterable[str] = ()) -> UpstreamError:
    """The error for a response that is neither a success nor a 304; its text is GitHub's own, without `secrets`."""
    status = response.status_code
    message = Masking(secrets).text(_message(response))
    if status >= 500:
        return Unreachable(message, status=status)
    if _told_to_wait(response, message):
        return RateLimited(message, status=status, retry_after=_seconds(response, now))
    if status == 404:
        return NotFound(message, status=status)
    if status == 401:
        return Unwelcome(message, status=status)
    if response.is_redirect:
        return Refused("What was asked for has moved; nothing was followed.", status=status)
    needs = response.headers.get("x-accepted-github-permissions")  # on every answer, so it explains only this one
    if status == 403 and needs and "not accessible" in message.lower():
        message = f"{message} (needs {' '.join(needs.split())[:LONGEST_MESSAGE]})"
    return Refused(message, status=status)


def _told_to_wait(response: httpx.Response, message: str) -> bool:
    if response.status_code == 429:
        return True
    if response.status_code != 403:
        return False
    headers = response.headers
    spent = headers.get("x-ratelimit-remaining") == "0"
    return spent or "retry-after" in headers or "secondary rate limit" in message.lower()


def _seconds(response: httpx.Response, now: datetime) -> float:
    """`retry-after` first; then, when the hour's limit is spent, its reset; else a minute. Never beyond two hours."""
    headers, seconds = response.headers, WAIT_SECONDS
    try:
        if after := headers.get("retry-after"):
            seconds = float(after) if after.strip().isdigit() else _until(parsedate_to_datetime(after), now)
        elif headers.get("x-ratelimit-remaining") == "0":
            seconds = _until(datetime.fromtimestamp(int(headers["x-ratelimit-reset"]), UTC), now)
    except (KeyError, ValueError, OverflowError):
        seconds = WAIT_SECONDS
    return min(max(1.0, seconds), LONGEST_WAIT_SECONDS)


def _until(moment: datetime, now: datetime) -> float:
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()


def _message(response: httpx.Response) -> str:
    try:
        body = msgspec.json.decode(response.content, type=_Body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        body = _Body()
    parts = [body.message or f"GitHub answered {response.status_code}"]
    faults = [body.errors] if isinstance(body.errors, str) else body.errors or []
    parts += [each if isinstance(each, str) else _fault(each) for each in faults]
    return " ".join("; ".join(filter(None, parts)).split())[:LONGEST_MESSAGE]


def _fault(fault: _Fault) -> str:
    return fault.message or " ".join(filter(None, (fault.field, fault.code)))
