"""Owns how a command line splits into words, and how words are written back as a line.

Words are shell words (quotes and backslashes, no comments, no expansion). A word is one of

- `name=value`, `--name=value`, `--name value`: a named value; `name=` gives the empty value;
- `--flag`: `true`, when the next word is missing or starts with `--`. This is the one ambiguity of the grammar:
  `--dry-run staging` gives `staging` to `dry-run`; `--dry-run=true staging` and `staging --dry-run` do not;
- `--`: everything after it is positional, even `a=b`;
- anything else: a positional value.

Quotes only join words, as in a shell: `"--dry-run"` is still an option.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.model.command import Problem
from bot.rules.wording import quoted

MAX_CHARACTERS: Final = 4000
MAX_WORDS: Final = 100
TOO_LONG: Final = f"This line is longer than {MAX_CHARACTERS:,} characters."

_NAMED: Final = re.compile(r"(?:--)?(?P<name>[A-Za-z_][A-Za-z0-9_-]*)=(?P<value>.*)", re.DOTALL)
_OPTION: Final = re.compile(r"--(?P<name>[A-Za-z_][A-Za-z0-9_-]*)")
_APOSTROPHE: Final = re.compile(r"(?<=\w)'(?=\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line in pieces. `head` is what calls the command: `/run`, or `/ops run`."""

    head: str
    positional: tuple[str, ...]
    named: Mapping[str, str]


def read(head: str, rest: str) -> Line | Problem:
    """The words of `rest`, which follows `head` on a normalised line; a Problem when they can not be told apart."""
    line = _read(head, rest)
    if isinstance(line, Line):
        return line
    mended = (fix for fix in _fixes(rest) if isinstance(_read(head, fix), Line))
    return replace(line, nearest=next((f"{head} {fix.strip()}" for fix in mended), None))


def write(line: Line) -> str:
    """A line that `read` takes apart into the same pieces, quoted where it must be."""
    plain = not any(value.startswith("--") or _NAMED.fullmatch(value) for value in line.positional)
    positional = [shlex.quote(value) for value in line.positional]
    named = [f"{name}={shlex.quote(value) if value else ''}" for name, value in line.named.items()]
    return " ".join([line.head, *positional, *named] if plain else [line.head, *named, "--", *positional])


def renamed(line: Line, old: str, new: str) -> Line:
    """The line with one of its names replaced, in the same place."""
    return replace(line, named={new if name == old else name: value for name, value in line.named.items()})


def without(line: Line, name: str) -> Line:
    """The line with one of its named values left out."""
    return replace(line, named={other: value for other, value in line.named.items() if other != name})


def is_control(char: str) -> bool:
    """Whether a character does something instead of being read: controls, direction overrides, half characters."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cs"}


def _read(head: str, rest: str) -> Line | Problem:
    if len(head) + len(rest) > MAX_CHARACTERS:
        return Problem(sentence=TOO_LONG)
    if strange := next(filter(is_control, rest), None):
        return Problem(sentence=f"This line holds a character that can not be seen (U+{ord(strange):04X}).")
    try:
        words = shlex.split(rest, comments=False, posix=True)
    except ValueError:
        return Problem(sentence="A quote in this line is not closed, or nothing follows its last backslash.")
    if len(words) > MAX_WORDS:
        return Problem(sentence=f"This line has {len(words):,} words; at most {MAX_WORDS} are read.")
    return _sorted_out(head, words)


def _fixes(rest: str) -> Iterator[str]:
    """Lines that may have been meant by one that can not be read, the likeliest first."""
    yield "".join(char for char in rest if not is_control(char))
    yield _APOSTROPHE.sub(r"\'", rest)
    yield from (rest + end for end in ("\\", '"', "'"))


def _sorted_out(head: str, words: Sequence[str]) -> Line | Problem:
    positional: list[str] = []
    named: dict[str, str] = {}
    for name, value in _pieces(words):
        if name is None:
            positional.append(value)
        elif not name:
            return Problem(sentence=f"{quoted(value)} does not name an argument.")
        elif name in named:
            return Problem(sentence=f"{quoted(name)} is given twice, and only one of the two can be meant.")
        else:
            named[name] = value
    return Line(head=head, positional=tuple(positional), named=named)


def _pieces(words: Sequence[str]) -> Iterator[tuple[str | None, str]]:
    """Each value with its name: None for a positional one, empty for an option whose name can not be one."""
    left = deque(words)
    while left:
        word = left.popleft()
        if word == "--":
            yield from ((None, value) for value in left)
            return
        if named := _NAMED.fullmatch(word):
            yield named["name"], named["value"]
        elif option := _OPTION.fullmatch(word):
            flag = not left or left[0].startswith("--")
            yield option["name"], "true" if flag else left.popleft()
        else:
            yield "" if word.startswith("--") else None, word
