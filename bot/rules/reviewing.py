"""Owns what is said about a configuration that a pull request brings: its faults, or what it changes and what of that
waits for a second person (T13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.model.advice import Advice, Grade
from bot.model.change import Change
from bot.model.config import Config, ConfigFault
from bot.model.message import Message
from bot.rules import superseding
from bot.rules.changes import changes
from bot.rules.in_force import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A check run, in GitHub's words, and the message that is its text."""

    conclusion: str
    """`success`, `neutral` where something waits or is to be mended, `failure` for a file that would not be used."""
    title: str
    message: Message


def broken(file: str, faults: Sequence[ConfigFault]) -> Verdict:
    """It would not be used: the last good one would stay in force."""
    title = f"{_many(len(faults), 'fault')}: this file would not be used"
    return Verdict(conclusion="failure", title=title, message=_message(file, faults=faults))


def readable(file: str, own: Standing, new: Config, found: Sequence[Advice], *, removed: bool) -> Verdict:
    """What it changes of what is in force, and what is to be mended in it."""
    changed = _changed(own.held or (own.config,), new)
    wider = sum(change.widens for change in changed)
    errors = sum(each.grade is Grade.ERROR for each in found)
    title = _many(len(changed), "change") if changed else "Nothing changes"
    if wider:
        title += f", {wider} of which let through more and wait for a second person"
    if errors:
        title += f"; {_many(errors, 'mistake')} to mend"
    message = _message(file, changed=changed, found=found, removed=removed)
    return Verdict(conclusion="neutral" if wider or errors else "success", title=title, message=message)


def _changed(held: Sequence[Config], new: Config) -> Sequence[Change]:
    """As it will be judged once it is merged: by all that is in force, with what still waits."""
    before, lost = superseding.compared(held, new)
    found = [*changes(before, new), *(Change(sentence=each, widens=True, path=()) for each in lost)]
    if any(change.widens for change in found):
        return found
    return [*found, *(change for change in changes(held[0], new) if change.widens)]


def _message(
    file: str,
    *,
    faults: Sequence[ConfigFault] = (),
    changed: Sequence[Change] = (),
    found: Sequence[Advice] = (),
    removed: bool = False,
) -> Message:
    fields: Mapping[str, Any] = {
        "file": file,
        "faults": [
            {"line": each.line, "column": each.column, "problem": each.problem, "suggestion": each.suggestion}
            for each in faults
        ],
        "changes": [{"sentence": each.sentence, "waits": each.widens} for each in changed],
        "advice": [{"sentence": each.sentence, "mistake": each.grade is Grade.ERROR} for each in found],
        "removed": removed,
    }
    return Message(name="config_reviewed", fields=fields)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
