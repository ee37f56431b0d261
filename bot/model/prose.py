"""Owns how a command stands inside a sentence: between backticks, as people write one, whatever the command holds.

Rules and steps write such sentences; Slack's dialect, the renderers and the pages find the commands in them again.
Backticks around anything else are text like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

COMMAND: Final = re.compile(r"(?<!`)(?P<fence>`+) ?(?P<line>/.*?) ?(?P=fence)(?!`)", re.DOTALL)
"""A line to type inside a sentence."""

_BACKTICKS: Final = re.compile("`+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a sentence."""

    text: str
    command: bool
    """Whether it is a line to type; its backticks are gone then."""


def marked(line: str) -> str:
    """A line to type, which starts with a slash, as it stands in a sentence.

    The fence is longer than any run of backticks inside: https://spec.commonmark.org/0.31.2/#code-spans
    """
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(line)), default=0))
    pad = " " if line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def pieces(sentence: str) -> Iterator[Piece]:
    """The sentence in pieces, none of them empty: what is read, and what is typed."""
    end = 0
    for found in COMMAND.finditer(sentence):
        if before := sentence[end : found.start()]:
            yield Piece(text=before, command=False)
        yield Piece(text=found["line"], command=True)
        end = found.end()
    if rest := sentence[end:]:
        yield Piece(text=rest, command=False)
