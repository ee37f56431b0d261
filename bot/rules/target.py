"""Owns what a command in Slack is about: the first word after the verb, when it has the shape of a target.

Only that word can be one, and then it always is (DESIGN section 5): a positional value of that shape needs
`name=value`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot.rules.normalise import normalise

# https://docs.github.com/en/get-started/using-github/github-glossary: owners have up to 39 characters, and an
# underscore where an enterprise manages them; names of repositories have up to 100.
_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}/[A-Za-z0-9._-]{1,100}"
_TARGET: Final = re.compile(rf"(?P<name>{_NAME})?(?:#(?P<number>[1-9][0-9]{{0,9}}))?")
_FIRST: Final = re.compile(r"(?P<verb>\S+)(?: +(?P<word>\S+)(?: +(?P<rest>.*))?)?", re.DOTALL)

INNER: Final = "explain"
"""The command about a command: what it is about stands after the inner verb as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A target as typed; at least one of the two is there."""

    name: str | None
    """`owner/repo`."""
    number: int | None

    @property
    def words(self) -> str:
        """As typed."""
        return f"{self.name or ''}{f'#{self.number}' if self.number else ''}"


def split(words: str) -> tuple[str, Named | None]:
    """The words without their target, and the target. `words` begin with the verb."""
    text = normalise(words)
    first = _FIRST.fullmatch(text)
    if first is None or first["word"] is None:
        return text, None
    verb, rest = first["verb"], first["rest"] or ""
    if named := _read(first["word"]):
        return f"{verb} {rest}".strip(), named
    if verb.lower() != INNER:
        return text, None
    inner, named = split(f"{first['word'].lstrip('/')} {rest}".strip())
    return f"{verb} {inner}", named


def _read(word: str) -> Named | None:
    match = _TARGET.fullmatch(word)
    if match is None or not word:
        return None
    name = match["name"]
    if name is not None and (name.endswith("/.") or name.endswith("/..")):
        return None
    return Named(name=name, number=int(match["number"]) if match["number"] else None)
