"""Owns what a refusal says: what, why, which rule, what to do next; and how a typo is answered."""

from __future__ import annotations

from typing import Final

from bot.model.command import Problem
from bot.model.decision import Denied, Gate, Reason
from bot.model.message import Message
from bot.model.prose import marked
from bot.rules import places

LISTED: Final = 20
"""How many checks, say, a refusal leads to."""

NOWHERE: Final = {"server_url": "", "public_url": "", "catalog_url": None}
"""Until it is known which hosts it may lead to (`bot.rules.places.furnished`)."""


def refusal(line: str, denied: Denied) -> Message:
    """The answer to a line that a gate stopped. Hidden and missing have the same text (T22)."""
    gate = denied.gate
    if denied.reason is Reason.NOT_FOUND:
        return Message(name="target_missing", fields={"line": line, "next_step": gate.next_step})
    return Message(
        name="command_refused",
        fields={"line": line, "rule": gate.name, **shown(gate), **NOWHERE},
    )


def shown(gate: Gate) -> dict[str, object]:
    """What is told of a gate: the fact that it saw, where its rule stands, and what to do."""
    return {
        "seen": gate.seen,
        "reason": gate.reason.value if gate.reason else None,
        "next_step": gate.next_step,
        "source": gate.rule or None,
        "source_url": None,
        "links": [{"name": name, "url": url} for name, url in gate.links[:LISTED]],
    }


def misheard(problem: Problem) -> Message:
    """One short answer: what was wrong, the usage line, the nearest valid form."""
    return Message(
        name="command_misheard",
        fields={"sentence": problem.sentence, "usage": problem.usage, "nearest": problem.nearest},
    )


def noted(gate: Gate) -> str:
    """What a gate that is shut says, as the note below a request that ends by it."""
    return places.noted(_sentences(gate.seen, gate.next_step), gate.rule)


def waiting(gate: Gate) -> str:
    """What a gate that only others can open says, as the note below a request that waits there."""
    return places.noted(_sentences(gate.seen), gate.rule)


def in_short(message: Message) -> str:
    """What a refusal says, as the note below a request that ends by it."""
    fields = message.fields
    if message.name == "upstream_failed":
        return f"{fields['service']} did not answer for {_hours(fields['waited'])}, so nothing was started."
    if message.name == "command_failed":
        return "Something went wrong in Signalbox, so nothing was started. Tell whoever runs it."
    if message.name == "command_misheard":
        way = fields["nearest"] or fields["usage"]
        return f"{fields['sentence']} Type {marked(str(way))}.".strip() if way else str(fields["sentence"])
    said = _sentences(*(str(fields[name]) for name in ("seen", "sentence", "next_step") if fields.get(name)))
    return places.noted(said, str(fields.get("source") or ""))


def _sentences(*parts: str) -> str:
    return " ".join(each if each.endswith((".", "!", "?")) else f"{each}." for each in parts if each)


def _hours(waited: object) -> str:
    seconds = int(str(waited))
    hours, minutes = seconds // 3600, seconds // 60
    return f"{hours} hours" if hours else f"{minutes} minutes"
