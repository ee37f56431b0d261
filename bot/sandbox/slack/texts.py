"""Owns what Slack does to the words people type: escaping, and names that become ids."""

import re
from collections.abc import Callable, Iterator

from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.people import Person

Json = dict[str, object]
NAMED = re.compile(r"(?<![\w<])([@#])([a-z0-9][a-z0-9._-]*)", re.IGNORECASE)
SPOKEN = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>|<#([A-Z0-9]+)(?:\|[^>]*)?>")
BROADCAST = {"here": "<!here>", "channel": "<!channel>", "everyone": "<!everyone>"}

FindPerson = Callable[[str], Person | None]
FindChannel = Callable[[str], Channel | None]


def escaped(text: str) -> str:
    """https://docs.slack.dev/messaging/formatting-message-text#escaping"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def with_ids(text: str, person: FindPerson, channel: FindChannel, *, labels: bool) -> str:
    """`@name` and `#channel` as ids; `labels` adds the names, as slash commands with `should_escape` do."""

    def replaced(match: re.Match[str]) -> str:
        sign, name = match[1], match[2]
        trailing = name[len(name.rstrip(".-")) :]
        name = name.rstrip(".-")
        if sign == "#":
            found = channel(name)
            return f"<#{found.id}|{found.name if found.kind == 'public' else ''}>{trailing}" if found else match[0]
        if name in BROADCAST:
            return BROADCAST[name] + trailing
        who = person(name)
        if who is None:
            return match[0]
        return f"<@{who.id}|{who.name}>{trailing}" if labels else f"<@{who.id}>{trailing}"

    return NAMED.sub(replaced, escaped(text))


def rich_text(text: str, block_id: str) -> Json:
    """The block that Slack's own editor makes of a typed message."""
    section: Json = {"type": "rich_text_section", "elements": list(pieces(text))}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


def pieces(text: str) -> Iterator[Json]:
    at = 0
    for match in SPOKEN.finditer(text):
        if match.start() > at:
            yield {"type": "text", "text": unescaped(text[at : match.start()])}
        if match[1]:
            yield {"type": "user", "user_id": match[1]}
        else:
            yield {"type": "channel", "channel_id": match[2]}
        at = match.end()
    if at < len(text):
        yield {"type": "text", "text": unescaped(text[at:])}
