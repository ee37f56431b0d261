"""Owns response URLs: which of them may be used (T18), and whether a message got through by one.

They work five times and for thirty minutes, also where the bot is in no channel. Whoever has one can use it.
https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from bot.errors import RateLimited, Unreachable
from bot.slack.failures import wait_seconds
from bot.slack.wire import is_loopback

SLACK: Final = ("https", "hooks.slack.com")


class _Said(msgspec.Struct):
    ok: bool = True


def is_trusted(url: str, api_url: str) -> bool:
    """Whether the address is Slack's own, or that of the sandbox that SLACK_API_URL names on this machine.

    The whole authority is compared, so that no user name, port or backslash can make another host look like it.
    """
    try:
        parts, api = urlsplit(url), urlsplit(api_url)
    except ValueError:
        return False
    place = (parts.scheme, parts.netloc)
    return place == SLACK or (is_loopback(api_url) and place == (api.scheme, api.netloc))


def delivered(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether Slack showed the message; False when the address is used up, expired or of no use here.

    Raises `Unreachable` when Slack is out of order, and `RateLimited`.
    """
    if status == 429:
        raise RateLimited("Slack asks to wait with a response URL", status=status, retry_after=wait_seconds(headers))
    if status >= 500:
        raise Unreachable(f"Slack is out of order: {status}", status=status)
    if not 200 <= status < 300:
        return False
    try:
        return msgspec.json.decode(body, type=_Said).ok
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return True  # it also answers with the two letters
