"""Owns the list of what is wrong with one file, and where in it each thing stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bot.model.config import ConfigFault, Path
from bot.rules.nearest import nearest
from bot.rules.wording import quoted

MOST_FAULTS: Final = 100
"""A file with more is no configuration that somebody mistyped."""


class Enough(Exception):
    """So much is wrong that the rest is not looked at."""


class Faults:
    """What was found so far. `keys` and `values` say where each way through the file begins and what it leads to."""

    def __init__(self) -> None:
        self.keys: dict[Path, tuple[int, int]] = {}
        self.values: dict[Path, tuple[int, int]] = {}
        self._found: list[ConfigFault] = []

    def add(self, problem: str, place: tuple[int, int], suggestion: str = "") -> None:
        """Note a fault at a line and a column; raises `Enough` when there are too many."""
        line, column = place
        self._found.append(ConfigFault(problem=problem, line=line, column=column, suggestion=suggestion))
        if len(self._found) >= MOST_FAULTS:
            raise Enough

    def at_value(self, path: Path, problem: str, suggestion: str = "") -> None:
        """Note a fault where the value of `path` stands."""
        self.add(problem, self.values[path], suggestion)

    def at_key(self, path: Path, problem: str, suggestion: str = "") -> None:
        """Note a fault where the key of `path` stands."""
        self.add(problem, self.keys[path], suggestion)

    def listed(self) -> tuple[ConfigFault, ...]:
        """All of them, in the file's order."""
        return tuple(sorted(self._found, key=lambda fault: (fault.line, fault.column)))


def shown(text: str) -> str:
    """A word of the file in a sentence: in quotes, short, on one line, without characters that can not be seen."""
    return quoted("".join(" " if char.isspace() else char if char.isprintable() else "\ufffd" for char in text[:200]))


def did_you_mean(word: str | None) -> str:
    """The question, where there is a word to ask about."""
    return f"Did you mean {quoted(word)}?" if word else ""


def meant(word: str, known: Iterable[str]) -> str:
    """The question after the known word that is nearest; short words have to be nearer, or any would do."""
    return did_you_mean(nearest(word, known, limit=1 if len(word) < 5 else 2))
