"""Owns what of a job's log may be shown in a chat: the failed step's last lines, readable, masked and short.

A log is written by whatever the job runs, so everything in it may be hostile: escapes that repaint a terminal, secrets
that GitHub does not know and so does not mask, lines without an end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.model.run import Step
from bot.rules.secrets import masked, without_keys

LINES: Final = 30
LONGEST_LINE: Final = 300
LONGEST: Final = 2_500
LONGEST_READ: Final = 4_000
"""Of a line, before secrets are looked for: what comes behind it is not shown anyway."""

_TIME: Final = re.compile(r"\ufeff?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z(?: |$)")
_ESCAPE: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and movements
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # titles, links and other strings
    r"|\x1b[ -/]*[0-~]?"
)
_MARK: Final = re.compile(r"##\[(?P<word>[a-z-]{1,20})\]|\[(?P<command>command)\]")
_SILENT: Final = frozenset({"endgroup", "add-matcher", "remove-matcher"})
_SAID: Final = {"group": "", "section": "", "command": "$ "}
"""How the runner's markers read; every other word is said as it is: `error: `."""


@dataclass(frozen=True, slots=True)
class _Line:
    at: datetime | None
    text: str
    word: str | None
    """The runner's marker at the beginning: `group`, `endgroup`, `error`, ..."""


def tail(text: str, *, step: Step | None, lines: int = LINES) -> tuple[str, ...]:
    """The last lines of the failed step, at most `lines` of them, in order; empty when there is nothing to show.

    `text` is the end of the job's log as GitHub keeps it: one text, its lines dated, its steps not named. The step's
    part is found by the step's times; without them, by the last error and what stands before it; else it is the end.
    """
    shown = [line for line in _until_error(_of_step(_read(text), step)) if line.text and line.word not in _SILENT]
    return _fitting([_spoken(line) for line in shown[max(0, len(shown) - max(0, lines)) :]])


def _read(text: str) -> list[_Line]:
    """Keys are taken out before anything is chosen: of a part of one nobody could say what it is."""
    read = [_line(raw) for raw in text.split("\n")]
    return [
        replace(line, text=shown) for line, shown in zip(read, without_keys([each.text for each in read]), strict=True)
    ]


def _line(raw: str) -> _Line:
    raw = raw[:LONGEST_READ]
    dated = _TIME.match(raw)
    at = _moment(dated[1]) if dated else None
    text = _plain(raw[dated.end() :] if dated and at else raw)
    mark = _MARK.match(text)
    if mark is None:
        return _Line(at, text, None)
    return _Line(at, text[mark.end() :].strip(), mark["word"] or mark["command"])


def _moment(told: str) -> datetime | None:
    try:
        return datetime.fromisoformat(told).replace(tzinfo=UTC)
    except ValueError:
        return None


def _plain(text: str) -> str:
    """Without escapes and whatever else can not be seen; of a line that was painted over, the last coat."""
    text = _ESCAPE.sub("", text).rstrip("\r").rpartition("\r")[2]
    return "".join(char if char.isprintable() else " " if char.isspace() else "" for char in text).rstrip()


def _of_step(lines: Sequence[_Line], step: Step | None) -> Sequence[_Line]:
    """The lines from the step's time, which has whole seconds; a line without a time belongs to the one before it."""
    if step is None or step.started_at is None:
        return lines
    begin = step.started_at.replace(microsecond=0)
    end = step.completed_at
    found, inside = [], False
    for line in lines:
        if line.at is not None:
            inside = begin <= line.at and (end is None or line.at <= end)
        if inside:
            found.append(line)
    return found or lines


def _until_error(lines: Sequence[_Line]) -> Sequence[_Line]:
    """Up to the last error, from where its step began: behind it other steps tidy up."""
    errors = [place for place, line in enumerate(lines) if line.word == "error"]
    if not errors:
        return lines
    end = errors[-1] + 1
    while end < len(lines) and lines[end].at is None and lines[errors[-1]].at is not None:
        end += 1  # the rest of an error of several lines
    begins = [place for place in range(errors[-1]) if _begins_step(lines[place])]
    return lines[begins[-1] if begins else 0 : end]


def _begins_step(line: _Line) -> bool:
    return line.word == "group" and line.text.startswith("Run ")


def _spoken(line: _Line) -> str:
    text = masked(line.text)
    text = _SAID.get(line.word, f"{line.word}: ") + text if line.word else text
    return text if len(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE - 1]}…"


def _fitting(lines: Iterable[str]) -> tuple[str, ...]:
    """The last ones that fit together, a line break between two of them."""
    kept: list[str] = []
    room = LONGEST
    for line in reversed([*lines]):
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return tuple(reversed(kept))
