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


def in_short(message: Message) -> str:
    """What a refusal says, as the sentence below a request that ends by it."""
    fields = message.fields
    if message.name == "upstream_failed":
        return f"{fields['service']} did not answer for {_hours(fields['waited'])}, so nothing was started."
    if message.name == "command_failed":
        return "Something went wrong in Signalbox, so nothing was started. Tell whoever runs it."
    if message.name == "command_misheard":
        way = fields["nearest"] or fields["usage"]
        return f"{fields['sentence']} Type {way}".strip() if way else str(fields["sentence"])
    said = [str(fields[name]) for name in ("seen", "sentence", "next_step") if fields.get(name)]
    return " ".join(each if each.endswith((".", "!", "?")) else f"{each}." for each in said)


def _hours(waited: object) -> str:
    seconds = int(str(waited))
    hours, minutes = seconds // 3600, seconds // 60
    return f"{hours} hours" if hours else f"{minutes} minutes"
