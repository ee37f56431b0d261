"""Owns escaping for Slack's mrkdwn: text from people shows as it was written and does nothing (T6, T22).

Slack knows three entities and no other escape (https://docs.slack.dev/messaging/formatting-message-text#escaping), so
the rest is done in two ways. Signs that would be markup become look-alikes, because a zero-width character beside them
does not stop Slack from reading them. Names, addresses and emoji codes, which Slack looks for in the finished text, are
taken apart by a word joiner (U+2060, invisible, without width).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from bot.render.markdown import JOINER, Safe, shortened, visible

LONGEST_TEXT: Final = 600
"""Characters of one printed value as it is sent: a section has room for 3,000."""

LONGEST_CODE: Final = 1_200
LONGEST_BLOCK: Final = 2_800

EMPTY_CODE: Final = "''"
"""Slack shows no code span without anything in it; a shell writes an empty word so."""

LOOK_ALIKE: Final = {"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb"}

FENCE: Final = "```"

_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL: Final = re.compile("[&<>]")
_MARKUP: Final = re.compile(r"(?<![A-Za-z0-9])[*_~]|[*_~](?![A-Za-z0-9])|`")
_LIVE: Final = re.compile(
    r"""
    @(?=\w|\Z) | \#(?=\w|\Z)(?!\d+\b)       # a person, everybody; a channel, but acme/shop#7 is none
    | :(?=//) | (?<![A-Za-z0-9])www(?=\.)   # an address
    | (?<=[\w-])\.(?=[^\W\d_]{2})           # evil.example, which Slack links as well
    | :(?=[^\s:]+(?::|\Z))                  # :tada:, also where the template goes on with a colon
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LINE_START: Final = re.compile(r"\A(?=&gt;|>|-\#)")
"""A quotation, and the mark of our own small print."""

_HALF: Final = re.compile(r"(?:&[a-z]{0,3}|<[^<>]*)\Z")
"""An entity or a link that a cut went through."""


def escape(value: object) -> Safe:
    """One line of mrkdwn that shows `value` and nothing else. `Safe` values pass as they are, None is empty."""
    if isinstance(value, Safe):
        return value
    text = shortened(" ".join(visible(value).split()), LONGEST_TEXT)
    return Safe(_LINE_START.sub(JOINER, inert(cut_line(entities(text), LONGEST_TEXT))))


def code(value: object) -> Safe:
    """A code span that shows `value`, backticks in it as look-alikes; never empty."""
    text = entities(shortened(visible(value).strip().replace("`", LOOK_ALIKE["`"]), LONGEST_CODE))
    return Safe(f"`{cut_line(text, LONGEST_CODE) or EMPTY_CODE}`")


def block(value: object) -> Safe:
    """A fenced block and a paragraph of its own. Of a list of lines the last ones that fit are shown."""
    lines = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
    kept: list[str] = []
    room = LONGEST_BLOCK
    for line in reversed([line for line in map(_block_line, lines) if line]):
        room -= len(line) + 1
        if room < 0:
            kept.append("…")
            break
        kept.append(line)
    return Safe("\n\n{0}\n{1}\n{0}\n\n".format(FENCE, "\n".join(reversed(kept)) or EMPTY_CODE))


def entities(text: str) -> str:
    """The text with `&`, `<` and `>` as Slack wants them."""
    return _SPECIAL.sub(lambda sign: _ENTITIES[sign[0]], text)


def inert(text: str) -> str:
    """The text, whose entities are in place, without markup, mentions, addresses and emoji codes."""
    plain = _MARKUP.sub(lambda sign: LOOK_ALIKE[sign[0]], text)
    return _LIVE.sub(lambda sign: sign[0] + JOINER, plain)


def cut_line(line: str, longest: int) -> str:
    """The mrkdwn line, cut if it is longer than `longest`: no entity or link is left half, no code span open."""
    if len(line) <= longest:
        return line
    kept = _HALF.sub("", line[: longest - 2])
    return f"{kept}…`" if kept.count("`") % 2 else f"{kept}…"


def _block_line(line: object) -> str:
    text = visible(line).rstrip().replace("`", LOOK_ALIKE["`"])
    return cut_line(entities(text), LONGEST_BLOCK - 10)
