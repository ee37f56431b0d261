"""Owns escaping for GitHub's Markdown: text from people shows as it was written and does nothing (T6, T22).

Escaping works on two levels. Backslashes keep punctuation from being Markdown or HTML, but only where it could be, so
that the text stays readable in mail (https://spec.commonmark.org/0.31.2/#backslash-escapes). Mentions, references and
bare addresses are found by GitHub later, in the finished text, where no backslash and no character entity is left to
stop it; there a word joiner (U+2060, invisible, without width) takes the sign apart from what follows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final


class Safe(str):
    """Markdown that shows as meant: templates print it as it is.

    Whatever is done to it (`~`, `+`, a filter) gives a plain string, which is escaped again: mistakes look odd, and
    do no harm.
    """

    __slots__ = ()


LONGEST_TEXT: Final = 1_000
"""Characters of one printed value; a comment has room for many of these."""

LONGEST_CODE: Final = 4_200
"""A whole command line fits (bot/rules/line.py), so that it can be copied."""

JOINER: Final = "\u2060"
ZERO_WIDTH_JOINER: Final = "\u200d"
"""Holds emoji together."""

_MARKUP: Final = re.compile(
    r"""
    [\\`*\[\]<>&|~$]                             # wherever it stands
    | (?<![A-Za-z0-9])_ | _(?![A-Za-z0-9])       # but dry_run is a word
    | \A[-+=\#:] | \A(?P<number>\d+)(?=[.)])     # what a line could begin with
    """,
    re.VERBOSE,
)
_LIVE: Final = re.compile(
    r"""
    [@#$]                          # a person or team; an issue; mathematics
    | (?<![A-Za-z0-9])gh-(?=\d|$)  # an issue, as GH-12
    | :(?=//)                      # an address
    | (?<![A-Za-z0-9])www(?=\.)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PIPE: Final = re.compile(r"(?<!\\)\|")
_BACKTICKS: Final = re.compile("`+")


def escape(value: object) -> Safe:
    """One line of text that shows `value` and nothing else. `Safe` values pass as they are, None is empty."""
    if isinstance(value, Safe):
        return value
    text = shortened(" ".join(visible(value).split()), LONGEST_TEXT)
    return Safe(_LIVE.sub(lambda sign: sign[0] + JOINER, _MARKUP.sub(_literal, text)))


def code(value: object) -> Safe:
    """A code span that shows `value`: its fence is longer than any run of backticks inside, and it is never empty.

    https://spec.commonmark.org/0.31.2/#code-spans
    """
    text = shortened(visible(value), LONGEST_CODE) or " "
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    pad = " " if text.strip(" ") and (text[0] in "` " or text[-1] in "` ") else ""
    return Safe(f"{fence}{pad}{text}{pad}{fence}")


def block(value: object) -> Safe:
    """A fenced block of one line or a list of lines, which GitHub shows with a button to copy it. It begins a line."""
    lines = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
    text = "\n".join(shortened(visible(line), LONGEST_CODE) for line in lines)
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    return Safe(f"{fence}text\n{text}\n{fence}")


def cell(value: object) -> Safe:
    """`value` inside a table: no pipe in it ends the cell. https://github.github.com/gfm/#example-200"""
    return Safe(_PIPE.sub(r"\|", escape(value)))


def visible(value: object) -> str:
    """`value` as text without what can not be seen: controls and line breaks become spaces, direction overrides go."""
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "".join(map(_visible, text))


def shortened(text: str, longest: int) -> str:
    """The text, its end replaced by an ellipsis if it is longer than `longest`."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _literal(markup: re.Match[str]) -> str:
    return f"{markup[0]}\\" if markup["number"] else f"\\{markup[0]}"


def _visible(char: str) -> str:
    match unicodedata.category(char):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cs":
            return "\ufffd"  # half a character can not be sent at all
        case "Cf":
            return char if char == ZERO_WIDTH_JOINER else ""
        case _:
            return char
