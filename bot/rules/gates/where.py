"""Owns the gate `where`: whether a configured command may be typed in this kind of place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, assert_never

from bot.model.config import Where
from bot.model.decision import Gate, Reason
from bot.model.origin import CheckOrigin, CommentOrigin, Origin, SlackOrigin
from bot.rules.wording import listed

NAMES: Final = {Where.SLACK: "Slack", Where.PULL_REQUEST: "a pull request", Where.ISSUE: "an issue"}


def place_of(origin: Origin) -> Where:
    """What kind of place it was typed in. A button, a form and a mention in Slack are Slack; a check run's button is
    where pull requests are reviewed."""
    match origin:
        case SlackOrigin():
            return Where.SLACK
        case CommentOrigin():
            return Where.PULL_REQUEST if origin.on_pull_request else Where.ISSUE
        case CheckOrigin():
            return Where.PULL_REQUEST
        case _:
            assert_never(origin)


def in_its_place(place: Where, *, allowed: Iterable[Where], verb: str, rule: str = "") -> Gate:
    """Whether `verb` may be typed there. No place at all is what two layers leave that agree on none."""
    may = frozenset(allowed)
    if place in may:
        return Gate(name="where", passed=True, seen=f"{verb} may be typed in {NAMES[place]}", rule=rule)
    others = listed((NAMES[each] for each in Where if each in may), last="or")
    return Gate(
        name="where",
        passed=False,
        seen=f"{verb} was typed in {NAMES[place]} and may be typed {f'only in {others}' if others else 'nowhere'}",
        reason=Reason.WHERE,
        next_step=f"Type it in {others}." if others else "Ask whoever keeps the configuration to name a place for it.",
        rule=rule,
    )
