"""Owns the filters that templates for Slack use: people, channels, links, times in everybody's own zone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from jinja2 import pass_context
from jinja2.runtime import Context

from bot.render.filters import KEPT_IN_URLS, duration, leads, short_sha
from bot.render.filters import moment as in_utc
from bot.render.markdown import Safe
from bot.render.mrkdwn import block, code, entities, escape
from bot.render.prose import prose

_USER: Final = re.compile(r"[UW][A-Z0-9]{2,20}")
_CHANNEL: Final = re.compile(r"[CG][A-Z0-9]{2,20}")
_LONGEST_URL: Final = 1_500


def person(user: object) -> Safe:
    """`<@U123>`, which Slack shows as the person's name and tells them; anything that is no user id is only text."""
    known = isinstance(user, str) and _USER.fullmatch(user)
    return Safe(f"<@{user}>") if known else escape(user)


def channel(place: object) -> Safe:
    """`<#C123>`, which Slack shows as the channel's name; anything that is no channel id is only text."""
    known = isinstance(place, str) and _CHANNEL.fullmatch(place)
    return Safe(f"<#{place}>") if known else escape(place)


def moment(when: object) -> Safe:
    """A time that Slack shows in the reader's zone, with UTC for clients that can not; empty for anything else.

    https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    if not isinstance(when, datetime):
        return Safe("")
    return Safe(f"<!date^{int(when.timestamp())}^{{date_short_pretty}} at {{time}}|{in_utc(when)}>")


@pass_context
def link(context: Context, text: object, url: object) -> Safe:
    """`text` as a link, if `url` lies on a host that the message may lead to: see `bot.render.filters.leads`."""
    shown = escape(text) or Safe("link")
    if not isinstance(url, str) or not leads(context, url):
        return shown
    target = entities(quote(url, safe=KEPT_IN_URLS))
    return Safe(f"<{target}|{shown}>") if len(target) <= _LONGEST_URL else shown


SLACK_FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "block": block,
    "channel": channel,
    "code": code,
    "duration": duration,
    "link": link,
    "mention": escape,
    "moment": moment,
    "person": person,
    "prose": prose(escape, code),
    "short_sha": short_sha,
}
"""`mention` is only text here: a GitHub login says nothing to Slack."""
