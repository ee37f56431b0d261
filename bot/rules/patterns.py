"""Owns the patterns that a configuration gives for texts: which ones are taken, and whether a text matches one.

Whoever may change a configuration may write a pattern, and whoever may type a command gives it a text. Python's own
engine goes back and tries again, for hours on `(a|a)*b`; so a pattern is a small part of its language, and matching
follows all ways at once. That takes a time that grows with the text, whatever the pattern:
https://swtch.com/~rsc/regexp/regexp1.html
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 200
LONGEST_TEXT: Final = 1000
MOST_TIMES: Final = 255
"""What all counts of a pattern add up to, at most; a group counts as often as it has characters."""

MOST_KNOWN: Final = 1000

_COUNT: Final = re.compile(r"\{([0-9]{1,3})(,([0-9]{1,3})?)?\}")
_CLASS: Final = re.compile(r"\[\^?(\\.|[^\\\[\]])+\]")
_SETS: Final = re.compile(r"--|&&|~~|\|\|")
"""Python keeps these for operations on classes, and warns."""
_ESCAPES: Final = frozenset("dDwWsS")


@dataclass(frozen=True, slots=True)
class _One:
    """A single character: which ones match is what `known` remembers."""

    pattern: re.Pattern[str]
    known: dict[str, bool]

    def takes(self, char: str) -> bool:
        """Whether it matches; the answer for usual characters is remembered."""
        if (known := self.known.get(char)) is not None:
            return known
        found = self.pattern.fullmatch(char) is not None
        if len(self.known) < MOST_KNOWN:
            self.known[char] = found
        return found


@dataclass(frozen=True, slots=True)
class _Row:
    parts: tuple[_Part, ...]


@dataclass(frozen=True, slots=True)
class _Either:
    rows: tuple[_Row, ...]


@dataclass(frozen=True, slots=True)
class _Times:
    part: _Part
    least: int
    most: int | None


_Part = _One | _Row | _Either | _Times


class _NotTaken(Exception):
    pass


def problem(pattern: str) -> str | None:
    """Why a pattern is not taken, without a full stop; None when it is."""
    try:
        _read(pattern)
    except _NotTaken as error:
        return str(error)
    return None


def matches(pattern: str, text: str) -> bool:
    """Whether `text` as a whole matches; nothing does that is too long, or where the pattern is not taken."""
    try:
        return len(text) <= LONGEST_TEXT and len(text) in _ends(_read(pattern), text, {0})
    except _NotTaken:
        return False


def _ends(part: _Part, text: str, starts: set[int]) -> set[int]:
    """Every place where `part` can end, when it begins at any of `starts`."""
    match part:
        case _One():
            return {at + 1 for at in starts if at < len(text) and part.takes(text[at])}
        case _Row():
            for each in part.parts:
                starts = _ends(each, text, starts)
            return starts
        case _Either():
            return set().union(*(_ends(each, text, starts) for each in part.rows))
        case _Times():
            return _repeated(part, text, starts)


def _repeated(part: _Times, text: str, starts: set[int]) -> set[int]:
    for _ in range(part.least):
        starts = _ends(part.part, text, starts)
    seen, last = set(starts), starts
    rounds = len(text) if part.most is None else part.most - part.least
    while last and rounds > 0:
        ends = _ends(part.part, text, last)
        last = ends - seen if part.most is None else ends
        seen |= ends
        rounds -= 1
    return seen


@functools.lru_cache(maxsize=256)
def _read(pattern: str) -> _Either:
    if len(pattern) > LONGEST:
        raise _NotTaken(f"the pattern is longer than {LONGEST} characters")
    reader = _Reader(pattern.removeprefix("^"))
    found = reader.either()
    if reader.rest:
        raise _NotTaken("the pattern closes a group that is not open")
    return found


class _Reader:
    """Reads a pattern from the left; `rest` is what is not read yet."""

    def __init__(self, pattern: str) -> None:
        self.rest = pattern
        self.times = 0

    def either(self) -> _Either:
        rows = [self._row()]
        while self.rest.startswith("|"):
            self._skip(1)
            rows.append(self._row())
        return _Either(tuple(rows))

    def _row(self) -> _Row:
        parts: list[_Part] = []
        while self.rest and self.rest[0] not in "|)":
            if self.rest == "$":
                self._skip(1)
                break
            parts.append(self._counted(self._atom()))
        return _Row(tuple(parts))

    def _atom(self) -> _Part:
        first = self.rest[0]
        if first == "(":
            return self._group()
        if first == "[":
            return self._class()
        if first == "\\":
            return self._escape()
        if first in "*+?{}])^$":
            raise _NotTaken(f"the pattern has a {first} where none can be; a \\ in front makes it a character")
        return _one(self._skip(1) if first == "." else re.escape(self._skip(1)))

    def _group(self) -> _Part:
        self._skip(3 if self.rest.startswith("(?:") else 1)
        if self.rest.startswith("?"):
            raise _NotTaken("the pattern has a group with a ?, and only (?: is read")
        found = self.either()
        if not self.rest.startswith(")"):
            raise _NotTaken("a group of the pattern is not closed")
        self._skip(1)
        return found

    def _class(self) -> _Part:
        found = _CLASS.match(self.rest)
        if found is None:
            raise _NotTaken("a [ of the pattern is not closed, or holds another one without a \\ in front")
        if _SETS.search(found[0]):
            raise _NotTaken(f"the pattern has {found[0]}; a \\ in front makes each - & ~ and | a character")
        return _one(self._skip(found.end()))

    def _escape(self) -> _Part:
        char = self.rest[1:2]
        if not char or (char.isalnum() and char not in _ESCAPES):
            raise _NotTaken(f"the pattern has \\{char}, which is not read; there are \\d, \\w and \\s")
        return _one(self._skip(2))

    def _counted(self, part: _Part) -> _Part:
        """The part with the count that follows it."""
        least, most, width = self._count()
        if not width:
            return part
        self._skip(width)
        if self.rest[:1] in ("*", "+", "?", "{") and self.rest:
            raise _NotTaken("the pattern has two counts behind each other")
        if most != 1 and _has_count(part):
            raise _NotTaken("a count of the pattern stands inside another one")
        self.times += (most or least) * _size(part)
        if self.times > MOST_TIMES:
            raise _NotTaken(f"the counts of the pattern add up to more than {MOST_TIMES}")
        return _Times(part, least, most)

    def _count(self) -> tuple[int, int | None, int]:
        """The least, the most, and how many characters say so."""
        simple = {"*": (0, None, 1), "+": (1, None, 1), "?": (0, 1, 1)}.get(self.rest[:1])
        found = _COUNT.match(self.rest)
        if simple or not found:
            return simple or (1, 1, 0)
        least = int(found[1])
        most = least if found[2] is None else int(found[3]) if found[3] else None
        if most is not None and most < max(least, 1):
            raise _NotTaken(f"the pattern has the count {found[0]}, which nothing can meet")
        return least, most, found.end()

    def _skip(self, count: int) -> str:
        read, self.rest = self.rest[:count], self.rest[count:]
        return read


def _has_count(part: _Part) -> bool:
    match part:
        case _One():
            return False
        case _Row():
            return any(map(_has_count, part.parts))
        case _Either():
            return any(map(_has_count, part.rows))
        case _Times():
            return True


def _size(part: _Part) -> int:
    match part:
        case _One():
            return 1
        case _Row():
            return sum(map(_size, part.parts))
        case _Either():
            return sum(map(_size, part.rows))
        case _Times():
            return _size(part.part)


def _one(pattern: str) -> _One:
    try:
        return _One(re.compile(pattern), {})
    except re.error as error:
        raise _NotTaken(f"the pattern has {pattern}, which is not read") from error
