"""Owns what a refusal says: what, why, which rule, what to do next; and how a typo is answered."""

from __future__ import annotations

from bot.model.command import Problem
from bot.model.decision import Denied, Reason
from bot.model.message import Message


def refusal(line: str, denied: Denied) -> Message:
    """The answer to a line that a gate stopped. Hidden and missing have the same text (T22)."""
    gate = denied.gate
    if denied.reason is Reason.NOT_FOUND:
        return Message(name="target_missing", fields={"line": line, "next_step": gate.next_step})
    return Message(
        name="command_refused",
        fields={
            "line": line,
            "reason": denied.reason.value,
            "rule": gate.name,
            "seen": gate.seen,
            "next_step": gate.next_step,
        },
    )


def misheard(problem: Problem) -> Message:
    """One short answer: what was wrong, the usage line, the nearest valid form."""
    return Message(
        name="command_misheard",
        fields={"sentence": problem.sentence, "usage": problem.usage, "nearest": problem.nearest},
    )
