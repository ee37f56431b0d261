"""Owns the filters that templates use: mentions, links, times, the short form of a commit."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

from jinja2 import pass_context
from jinja2.runtime import Context

from bot.render.markdown import Safe, block, cell, code, escape
from bot.render.prose import prose

_LOGIN: Final = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}(?:_[A-Za-z0-9]{1,16})?")
_TEAM: Final = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}/[a-z0-9](?:[-_]?[a-z0-9]){0,99}")
"""GitHub's rule for new names; the part after an underscore marks accounts that an enterprise manages."""

_SHA: Final = re.compile(r"[0-9a-f]{7,64}")
SHORT_SHA: Final = 7
_UNITS: Final = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEVER_IN_URLS: Final = re.compile(r"[\s\\\x00\ud800-\udfff]")
"""The last ones are halves of characters, which can not be sent."""

KEPT_IN_URLS: Final = "/:?#&=%~.-_+,@"


def mention(login: object) -> Safe:
    """`@alice`, which tells alice, or `@acme/release`; anything that is no GitHub login and no team is only text, so
    nobody else can be told."""
    known = isinstance(login, str) and (_LOGIN.fullmatch(login) or _TEAM.fullmatch(login))
    return Safe(f"@{login}") if known else escape(login)


def duration(seconds: object) -> str:
    """`1 m 42 s`, the two largest units that are not zero; empty when it is not known."""
    if not isinstance(seconds, int | float):
        return ""
    left = max(0, round(seconds))
    for (large, size), (small, part) in itertools.pairwise(_UNITS):
        if left >= size:
            rest = left % size // part
            return f"{left // size} {large} {rest} {small}" if rest else f"{left // size} {large}"
    return f"{left} s"


def moment(when: object) -> str:
    """`1 Jan 2026, 12:00 UTC`; empty for anything that is no time."""
    if not isinstance(when, datetime):
        return ""
    utc = when.astimezone(UTC)
    return f"{utc.day} {_MONTHS[utc.month - 1]} {utc:%Y, %H:%M} UTC"


def short_sha(sha: object) -> str:
    """The first seven characters of a commit's SHA; other text is left as it is."""
    text = str(sha)
    return text[:SHORT_SHA] if _SHA.fullmatch(text) else text


@pass_context
def link(context: Context, text: object, url: object) -> Safe:
    """`text` as a link, if `url` lies on a host that the message may lead to: see `leads`."""
    shown = escape(text) or Safe("link")
    if not isinstance(url, str) or not leads(context, url):
        return shown
    return Safe(f"[{shown}]({quote(url, safe=KEPT_IN_URLS)})")


def leads(context: Context, url: str) -> bool:
    """Whether `url` is on the GitHub host that the message is about (its field `server_url`), on our own pages
    (`public_url`), or in the Slack workspace where it is shown too (`slack_url`)."""
    bases = (context.get("server_url"), context.get("public_url"), context.get("slack_url"))
    return any(isinstance(base, str) and base and lies_under(url, base) for base in bases)


def lies_under(url: str, base: str) -> bool:
    """Whether `url` is an http or https address on the host of `base`, and below its path."""
    try:
        there, here = urlsplit(url), urlsplit(base)
    except ValueError:
        return False
    if there.scheme not in {"http", "https"} or (there.scheme, there.netloc) != (here.scheme, here.netloc):
        return False
    if _NEVER_IN_URLS.search(url) or ".." in there.path.split("/"):
        return False
    return there.path.startswith(here.path.rstrip("/") + "/")


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "block": block,
    "cell": cell,
    "code": code,
    "duration": duration,
    "link": link,
    "mention": mention,
    "moment": moment,
    "prose": prose(escape, code),
    "short_sha": short_sha,
}
