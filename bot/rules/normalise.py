"""Owns undoing what keyboards and copy-paste do to a line: smart quotes, long dashes, odd spaces, invisible characters.

People never typed these on purpose where they change what a line means, so they are put back before anything is read.
What stands inside quotes is a value and keeps its quotes and dashes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

INVISIBLE: Final = frozenset("\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
"""Zero-width characters, the byte order mark, the soft hyphen and the plain direction marks. Direction *overrides*
are not here: they make a line read differently from what it says, so `bot.rules.line` refuses them."""

_DOUBLE = "\u201c\u201d\u201e\u201f"
_SINGLE = "\u2018\u2019\u201a\u201b"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"

_PIECE: Final = re.compile(
    rf"""
    (?P<kept> \\. | "(?:\\.|[^"\\])*" | '[^']*' )                           # escaped or quoted: as typed
    | [{_DOUBLE}] (?P<double> (?:\\.|[^{_DOUBLE}"\\])* ) [{_DOUBLE}"]
    | (?<![^\s=]) [{_SINGLE}] (?P<single> [^{_SINGLE}']* ) [{_SINGLE}']     # an apostrophe opens nothing
    | (?P<lone> [{_DOUBLE}{_SINGLE}] )
    | (?<!\S) (?P<dashes> -* [{_DASHES}] [-{_DASHES}]* ) (?P<digit> \d? )
    """,
    re.VERBOSE | re.DOTALL,
)


def normalise(line: str) -> str:
    """The line as its author meant it: without invisible characters, with plain spaces, quotes and dashes, trimmed.

    A long dash where a word starts is `--` (`—dry-run`), but `-` before a digit, as in a negative number.
    """
    visible = "".join(_space(char) for char in line if char not in INVISIBLE and char != "\r")
    return _PIECE.sub(_plain, visible).strip()


def _space(char: str) -> str:
    return " " if char == "\t" or unicodedata.category(char) in {"Zs", "Zl", "Zp"} else char


def _plain(piece: re.Match[str]) -> str:
    if piece["kept"] is not None:
        return piece[0]
    if piece["double"] is not None:
        return f'"{piece["double"]}"'
    if piece["single"] is not None:
        return f"'{piece['single']}'"
    if piece["lone"] is not None:
        return '"' if piece["lone"] in _DOUBLE else "'"
    return ("-" if piece["digit"] else "--") + piece["digit"]
