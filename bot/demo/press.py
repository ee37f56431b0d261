"""Owns finding what can be pressed in Slack: by the words on it, as a person does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from bot.demo.company import Company
from bot.sandbox.slack import Impossible, Message, View

LINK: Final = "/link/slack/"

Block = dict[str, Any]


def buttons(blocks: Iterable[Block]) -> Iterator[Block]:
    """The buttons of a message or view, in order."""
    for block in blocks:
        for element in (block.get("accessory"), *block.get("elements", ())):
            if isinstance(element, dict) and element.get("type") == "button":
                yield element


def button(blocks: Iterable[Block], label: str) -> Block:
    """The button with these words on it, however they are written. Raises `Impossible` when there is none."""
    for each in buttons(blocks):
        if each["text"]["text"].casefold() == label.casefold():
            return each
    raise Impossible(f"there is no button “{label}”")


def within_reach(company: Company, who: str) -> Sequence[Message | View]:
    """Where this person could press something, the newest first; their Home last."""
    person = company.slack.person(who)
    seen = [
        message
        for channel in company.slack.world.channels.values()
        if channel.known_to(person)
        for message in channel.messages
        if message.to in (None, person)
    ]
    home = company.slack.home_of(person)
    return [*sorted(seen, key=lambda each: each.ts, reverse=True), *([home] if home else [])]


def link_address(company: Company, who: str) -> str | None:
    """What the newest link button before this person leads to."""
    addresses = (each.get("url", "") for place in within_reach(company, who) for each in buttons(place.wire))
    return next((address for address in addresses if LINK in address), None)
