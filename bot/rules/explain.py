"""Owns what `explain` says: every gate with the fact it saw, and the verdict."""

from __future__ import annotations

from bot.model.decision import Decision, Denied
from bot.model.message import Message


def explained(line: str, decision: Decision) -> Message:
    """The judgement of `line`, without acting on it."""
    shut = decision.gate if isinstance(decision, Denied) else None
    rows = [
        {
            "name": gate.name,
            "passed": gate.passed,
            "seen": gate.seen,
            "reason": gate.reason.value if gate.reason else None,
            "next_step": gate.next_step,
        }
        for gate in decision.gates
    ]
    fields = {
        "line": line,
        "gates": rows,
        "allowed": shut is None,
        "reason": shut.reason.value if shut is not None and shut.reason else None,
        "next_step": shut.next_step if shut is not None else "",
    }
    return Message(name="explain_answered", fields=fields)
