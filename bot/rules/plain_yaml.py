"""Owns writing text into YAML: plain where everybody reads it as text, else in double quotes.

Our own because rules take no third party, and because people read the file: libraries quote too much or too little.
"""

from __future__ import annotations

import re
from typing import Final

LONGEST_PROSE: Final = 500

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Booleans and null in some version of YAML."""


def written(text: str) -> str:
    """The text as a value, or as a key; its characters are printable."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def prose(text: str) -> str:
    """A description in one line, without what can not be seen."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:LONGEST_PROSE].strip()


def comment(text: str) -> str:
    """A name inside a comment: what can not be seen may not end the line."""
    return prose(text)[:100]
