"""Owns how lines to copy read in Slack, where every command follows one slash command and names its target.

Rules write lines as on GitHub (`/run deploy.yml`), by themselves or marked in a sentence (bot/model/prose.py), and rows
keep them so; there the same is `/ops run acme/shop#7 deploy.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.model.message import Message
from bot.model.prose import COMMAND, marked
from bot.rules.target import INNER, split

LINES: Final = frozenset({"usage", "nearest", "examples", "workflows"})
"""Fields that are lines to copy, or lists of them."""

SENTENCES: Final = frozenset({"broken", "next_step", "note", "seen", "sentence"})
"""Fields that are sentences, in which lines to type are marked."""

INSIDE: Final = frozenset({"offers", "commands", "gates", "requests"})
"""Lists of rows that hold lines and sentences."""

IN_ROWS: Final = frozenset({"line", "usage"})

_CALL: Final = re.compile(r"/(?:ops(?: +|\Z))?(?P<words>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How commands are called in Slack, here."""

    command: str
    """The slash command: `/ops`."""
    target: str | None
    """What the person named, and has to name again; None where the channel says it."""
    anywhere: Collection[str]
    """Verbs that take no target."""

    def line(self, line: str) -> str:
        """`/run deploy.yml` as it is typed in Slack; what is typed so already stays."""
        if self.command != "/ops" and (line == self.command or line.startswith(f"{self.command} ")):
            return line
        match = _CALL.fullmatch(line)
        return f"{self.command} {self._words(match['words'])}".rstrip() if match else line

    def on_github(self, line: str) -> str:
        """What was typed in Slack, as it is typed in the thread that it is about: there nothing has to be named."""
        return f"/{split(line.removeprefix(self.command).strip())[0]}"

    def _words(self, words: str) -> str:
        verb, _, rest = words.partition(" ")
        if verb == INNER:
            # What is explained may be a line as it was typed here, with the slash command in front.
            bare = rest.removeprefix("/").removeprefix(f"{self.command.removeprefix('/')} ")
            return f"{verb} {self._words(bare)}"
        if self.target is None or verb in self.anywhere or _names_a_request(rest) or _has_target(words):
            return words
        return f"{verb} {self.target} {rest}".strip()

    def message(self, message: Message) -> Message:
        """The message with its lines to copy as they are typed in Slack; `prefix` tells templates the slash command."""
        fields = {name: self._field(name, value) for name, value in message.fields.items()}
        remarks = tuple(map(self.sentence, message.remarks))
        return replace(message, fields={**fields, "prefix": self.command}, remarks=remarks)

    def sentence(self, sentence: str) -> str:
        """The sentence with the lines in it as they are typed in Slack."""
        return COMMAND.sub(lambda found: marked(self.line(found["line"])), sentence)

    def _field(self, name: str, value: object) -> object:
        if name in LINES:
            return self._lines(value)
        if name in SENTENCES and isinstance(value, str):
            return self.sentence(value)
        if name in INSIDE and isinstance(value, list | tuple):
            return [self._row(row) for row in value]
        return value

    def _lines(self, value: object) -> object:
        if isinstance(value, str):
            return self.line(value)
        if isinstance(value, list | tuple):
            return [self.line(each) if isinstance(each, str) else each for each in value]
        return value

    def _row(self, row: Any) -> Any:
        if not isinstance(row, Mapping):
            return row
        return {key: self._lines(value) if key in IN_ROWS else self._field(key, value) for key, value in row.items()}


def _has_target(words: str) -> bool:
    """Whether a target stands there already, or the place for one."""
    return "<owner/repo>" in words or split(words)[1] is not None


def _names_a_request(rest: str) -> bool:
    """A request's code says which repository is meant."""
    return re.fullmatch(r"(?:failed +)?[A-Z][A-Z0-9]{5}", rest) is not None
