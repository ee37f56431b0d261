"""Owns what an answer of Slack that is no success means: one of the four kinds of `UpstreamError`.

Slack says no with status 200 and a word. https://docs.slack.dev/apis/web-api/using-the-web-api#errors
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from bot.errors import NotFound, RateLimited, Refused, Unreachable, Unwelcome, UpstreamError
from bot.log import Masking

WAIT_SECONDS: Final = 30.0
"""Where Slack names no time."""
LONGEST_WAIT_SECONDS: Final = 3600.0
"""A longer wait is a proxy's mistake, and would be as good as forgetting."""
LONGEST_MESSAGE: Final = 500

BROKEN: Final = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
WAITING: Final = frozenset({"rate_limited", "ratelimited"})
MISSING: Final = frozenset(
    {
        "cant_update_message",
        "channel_not_found",
        "is_archived",
        "message_not_found",
        "not_in_channel",
        "thread_not_found",
        "user_not_found",
        "user_not_in_channel",
        "users_not_found",
    }
)
"""What was named is not there, or not for us."""
DEAD_TOKEN: Final = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})

_WORD: Final = re.compile(r"[a-z0-9_:.\-]{1,80}", re.ASCII)


class _Details(msgspec.Struct):
    messages: list[str] = []


class _Body(msgspec.Struct):
    error: str = ""
    needed: str = ""
    response_metadata: _Details | None = None


def failure(
    method: str,
    status: int,
    headers: Mapping[str, str],
    body: Mapping[str, Any],
    token: str,
    secrets: Iterable[str] = (),
) -> UpstreamError:
    """The error for an answer that is not `ok`: Slack's own word, without `secrets`; `token` names the one used."""
    facts = _read(body)
    said = facts.error
    if status == 429 or said in WAITING:
        return RateLimited(f"Slack asks to wait with {method}", status=status, retry_after=wait_seconds(headers))
    if status >= 500 or said in BROKEN:
        return Unreachable(f"Slack is out of order: {said or status}", status=status)
    if not said:
        return _not_slack(status)
    if said in MISSING:
        return NotFound(f"Slack knows no such thing for {method}: {said}", status=status)
    kind = Unwelcome if said in DEAD_TOKEN else Refused
    return kind(Masking(secrets).text(_refusal(method, facts, token)), status=status)


def word(body: Mapping[str, Any]) -> str:
    """Slack's error word for counting; empty when it said none."""
    return _read(body).error


def _read(body: Mapping[str, Any]) -> _Body:
    try:
        facts = msgspec.convert(body, _Body)
    except msgspec.ValidationError:
        said = body.get("error")
        facts = _Body(error=said if isinstance(said, str) else "")
    if facts.error and not _WORD.fullmatch(facts.error):
        facts.error = "unknown_error"
    return facts


def _not_slack(status: int) -> UpstreamError:
    """Something else than Slack's API speaks: a proxy, a login page, a wrong SLACK_API_URL."""
    if 300 <= status < 400:
        return Refused("Slack points to another address, which is not followed.", status=status)
    if 400 <= status < 500:
        return Refused(f"Slack answered {status} without saying why; is SLACK_API_URL right?", status=status)
    return Unreachable("The answer does not have Slack's shape", status=status)


def _refusal(method: str, facts: _Body, token: str) -> str:
    if facts.error in DEAD_TOKEN:
        return f"Slack no longer takes {token} ({facts.error})"
    if facts.error == "missing_scope":
        return f"Slack refused {method}: the app was installed without the scope {facts.needed[:LONGEST_MESSAGE]}"
    details = facts.response_metadata.messages if facts.response_metadata else []
    return " ".join(f"Slack refused {method}: {'; '.join((facts.error, *details))}".split())[:LONGEST_MESSAGE]


def wait_seconds(headers: Mapping[str, str]) -> float:
    """How long Slack wants to be left in peace, within bounds."""
    after = headers.get("Retry-After", "").strip()
    seconds = float(after) if after.isascii() and after.isdigit() else WAIT_SECONDS
    return min(max(1.0, seconds), LONGEST_WAIT_SECONDS)
