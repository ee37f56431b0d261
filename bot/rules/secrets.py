"""Owns what looks like a secret in text that machines wrote, whatever GitHub masked of it already.

It rather hides too much than too little: what is hidden can still be read on GitHub, by those who may.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

MASK: Final = "***"
LONGEST_KEY: Final = 200
"""Lines from the begin to the end of a PEM block; a key of 16,384 bits has 150."""

_TOKEN: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?P<before>gh[opsur]_|github_pat_|glpat-|xox[a-z]-|xoxe\.xox[a-z]-|xapp-)[A-Za-z0-9_.\-]{4,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{12,}"
    r"|npm_[A-Za-z0-9]{30,}"
    r"|eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{2,}(?:\.[A-Za-z0-9_-]*)*)"
)
_QUOTED_OR_WORD: Final = r"(?:\\\"[^\"]*\"?|\"(?:[^\"\\]|\\.)*\"?|\\'[^']*'?|'(?:[^'\\]|\\.)*'?|\S+)"
_SECRETS: Final = (
    re.compile(r"(?P<before>::add-mask::).+"),
    re.compile(r"(?P<before>\b(?:proxy-)?authorization\b\\?[\"']?\s{0,3}[:=]\s{0,3})\S.*", re.IGNORECASE),
    re.compile(r"(?P<before>\b(?:bearer|basic)\s{1,3})[\w.~+/=\-]{8,}", re.IGNORECASE),
    re.compile(r"(?P<before>\b[A-Za-z][A-Za-z0-9+.\-]{0,20}://)(?:[^\s:/@]*:[^\s@]+|[^\s/@?#]+)(?=@)"),
    _TOKEN,
    re.compile(
        r"(?P<before>(?:passw(?:or)?d|passphrase|pwd|secret|token|credential|\b_auth"
        r"|api[_-]?key|access[_-]?key|private[_-]?key)[\w.\-]{0,40}\\?[\"']?\s{0,3}(?:=>|[:=])\s{0,3})"
        + _QUOTED_OR_WORD,
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<before>(?<!\S)-{1,2}(?:u|user|[\w-]{0,30}(?:password|passwd|secret|token|api-?key))\s{1,3})(?!-)"
        + _QUOTED_OR_WORD,
        re.IGNORECASE,
    ),
)
_KEY: Final = re.compile(r"-----BEGIN [A-Z0-9 ]{0,60}-----.*?(?:-----END [A-Z0-9 ]{0,60}-----|\Z)")
_BEGIN: Final = re.compile(r"-----BEGIN [A-Z0-9 ]{0,60}-----")
_END: Final = re.compile(r"-----END [A-Z0-9 ]{0,60}-----")
_KEY_LINE: Final = re.compile(r"[A-Za-z0-9+/=]{16,}")
_LAST_OF_KEY: Final = re.compile(r"(?:.*\s)?[A-Za-z0-9+/=]+")


def masked(line: str) -> str:
    """One line without secrets; what says their kind stays: a prefix, a name, a header."""
    line = _KEY.sub(MASK, line)
    for pattern in _SECRETS:
        line = pattern.sub(lambda found: f"{found.groupdict().get('before') or ''}{MASK}", line)
    return line


def without_keys(lines: Sequence[str]) -> list[str]:
    """As many lines as there were; of those that hold a PEM block one says so, and the others are empty."""
    shown = list(lines)
    place = 0
    while place < len(shown):
        begin = _BEGIN.search(shown[place])
        if begin is not None and not _END.search(shown[place], begin.end()):
            last = _last_line(shown, place)
            rest = _END.split(shown[last], maxsplit=1)[1:]
            shown[place : last + 1] = [shown[place][: begin.start()] + MASK, *[""] * (last - place)]
            if rest and last > place:
                shown[last] = rest[0]
            place = last
        elif begin is None and (end := _END.search(shown[place])):
            shown[place] = MASK + shown[place][end.end() :]
            _blank_above(shown, place)
        place += 1
    return shown


def _last_line(lines: Sequence[str], begin: int) -> int:
    """Where the block ends; one without an end goes on as long as the lines look like one."""
    following = range(begin + 1, min(len(lines), begin + 1 + LONGEST_KEY))
    ends = (place for place in following if _END.search(lines[place]))
    last = next(ends, None)
    if last is not None:
        return last
    last = begin
    while last + 1 < len(lines) and _KEY_LINE.search(lines[last + 1]):
        last += 1
    return last


def _blank_above(lines: list[str], end: int) -> None:
    """The beginning of this block was cut off with what stood before."""
    place = end - 1
    if place >= 0 and _LAST_OF_KEY.fullmatch(lines[place]):
        lines[place] = ""
        place -= 1
    while place >= 0 and _KEY_LINE.search(lines[place]):
        lines[place] = ""
        place -= 1
