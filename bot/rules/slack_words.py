"""Owns undoing what Slack does to typed text: entities, links it made by itself, people and channels as ids.

https://docs.slack.dev/messaging/formatting-message-text#escaping and
https://docs.slack.dev/interactivity/implementing-slash-commands#escaping
"""

from __future__ import annotations

import re
from typing import Final

_SPECIAL: Final = re.compile(r"<(?P<kind>[@#!]?)(?P<thing>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def plain(words: str) -> str:
    """What the person typed. A person stays `<@U123>`, because an id says who is meant and a name does not (T21)."""
    text = _SPECIAL.sub(_typed, words)
    for entity, sign in _ENTITIES:  # the ampersand last, or `&amp;lt;` would become a sign
        text = text.replace(entity, sign)
    return text


def without_call(words: str, command: str) -> str:
    """What follows the slash command, for those who type it in a message as well: `@signalbox /ops status`."""
    first, _, rest = words.partition(" ")
    return rest.strip() if first == command else words


def _typed(special: re.Match[str]) -> str:
    kind, thing, label = special["kind"], special["thing"], special["label"]
    if kind == "@":
        return f"<@{thing}>"
    if kind == "#":
        return f"#{label or thing}"
    return label or thing
