"""What will be said: the name of a template and its fields. Words live in templates, escaping in render."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class ButtonStyle(enum.StrEnum):
    """Slack's two colours; a button without one is neutral.

    https://docs.slack.dev/reference/block-kit/block-elements/button-element
    """

    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Something to press below a message, on surfaces that have buttons. It decides nothing: pressing it is asking."""

    action: str
    """What is asked for, as one word: `cancel`, `rerun`, `link`, `show`."""
    label: str
    value: str = ""
    """What it is about: a request's id, as the press comes back with it."""
    url: str | None = None
    """Where it leads, when it only opens a page."""
    style: ButtonStyle | None = None
    confirm: str | None = None
    """The question that has to be answered with yes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`name` is `<noun>_<past event>`; `templates/<surface>/<name>.<format>.j2` renders it."""

    name: str
    fields: Mapping[str, object]
    buttons: tuple[Button, ...] = ()
    remarks: tuple[str, ...] = ()
    """Whole sentences that stand below whatever it is: the configuration is broken, or waits for a second person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackText:
    """A rendered message for Slack, within all its limits."""

    text: str
    """For notifications and screen readers: the first line in plain words."""
    blocks: tuple[Mapping[str, Any], ...]
    """Block Kit, plain JSON. https://docs.slack.dev/reference/block-kit/blocks"""
