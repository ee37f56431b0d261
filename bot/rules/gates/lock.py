"""Owns the gate `lock`: one request at a time in an environment that asks for it."""

from __future__ import annotations

from bot.model.decision import Gate, Reason
from bot.model.prose import marked


def unlocked(environment: str, *, holder: str | None, rule: str = "") -> Gate:
    """`holder` is the code of another unfinished request of this environment; the asking one never holds it back."""
    if holder is None:
        return Gate(name="lock", passed=True, seen=f"nothing else is on its way to {environment}", rule=rule)
    return Gate(
        name="lock",
        passed=False,
        seen=f"{holder} is on its way to {environment} and has not ended",
        reason=Reason.LOCKED,
        next_step=f"Type it again when {holder} has ended: {marked(f'/status {holder}')} shows it, "
        f"{marked(f'/cancel {holder}')} stops it.",
        rule=rule,
    )
