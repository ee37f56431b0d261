"""What Slack would make of blocks: the sequences that it acts on, and what it would find in the text by itself.

It is stricter than Slack, which leaves code spans and `verbatim` text alone where names and addresses stand bare.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.model.message import SlackText

_FENCED: Final = re.compile(r"```\n(.*?)\n```", re.DOTALL)
_CODE: Final = re.compile(r"`([^`\n]+)`")
_SPECIAL: Final = re.compile(r"<([^<>\n]*)>")

LIVE: Final = {
    "mention": re.compile(r"@[^\W_]"),
    "channel": re.compile(r"#(?!\d+\b)\w"),
    "address": re.compile(r"\w://|\bwww\.|(?<=[\w-])\.[^\W\d_]{2}", re.IGNORECASE),
    "emoji": re.compile(r":[\w+'-]+:"),
}
_MARKED: Final = re.compile(r"(?<![A-Za-z0-9])([*_~])(?!\s)([^\n]*?)(?<!\s)\1(?![A-Za-z0-9])")


@dataclass(frozen=True)
class Seen:
    """A message as people see it."""

    kinds: tuple[str, ...]
    """The types of its blocks, in order."""
    specials: tuple[str, ...]
    """Everything between angle brackets, up to the label."""
    pieces: Counter[str]
    """How many fenced blocks, code spans and marked words there are."""
    live: tuple[tuple[str, str], ...]
    """What Slack would link, tell people of or paint."""
    bare: tuple[str, ...]
    """Signs that have a meaning and stand alone: `<`, `>`, `&`, a backtick."""


def seen(said: SlackText) -> Seen:
    """Read the blocks."""
    texts = [text for block in said.blocks for text in mrkdwn(block)]
    read = [_read(text) for text in texts]
    return Seen(
        kinds=tuple(block["type"] for block in said.blocks),
        specials=tuple(one for part in read for one in part.specials),
        pieces=sum((part.pieces for part in read), Counter()),
        live=tuple(one for part in read for one in part.live),
        bare=tuple(one for part in read for one in part.bare),
    )


def seen_text(text: str) -> Seen:
    """Read one text, such as the one for notifications."""
    return _read(text)


def mrkdwn(block: Mapping[str, Any]) -> Sequence[str]:
    """The texts of a block that Slack reads as mrkdwn."""
    if block["type"] == "section":
        return [block["text"]["text"]]
    return [element["text"] for element in block["elements"]] if block["type"] == "context" else []


def _read(text: str) -> Seen:
    specials = tuple(found[1].split("|")[0] for found in _SPECIAL.finditer(text))
    labels = _SPECIAL.sub(lambda found: found[1].partition("|")[2], text)
    fenced = len(_FENCED.findall(labels))
    left = _FENCED.sub("", labels)
    spans = len(_CODE.findall(left))
    left = _CODE.sub("x", left)
    marked = len(_MARKED.findall(left))
    live = tuple((kind, hit[0]) for kind, sign in LIVE.items() for hit in sign.finditer(left))
    bare = re.findall(r"[<>`]|&(?!(?:amp|lt|gt);)", _FENCED.sub("", left)) + re.findall(
        r"[<>]|&(?!(?:amp|lt|gt);)", labels
    )
    return Seen((), specials, Counter(fenced=fenced, code=spans, marked=marked), live, tuple(bare))
