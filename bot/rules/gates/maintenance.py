"""Owns the gate `maintenance`: a configuration can say that nothing is started for the time being."""

from __future__ import annotations

from bot.model.decision import Gate, Reason


def in_service(reason: str | None, *, rule: str = "") -> Gate:
    """`reason` is what the configuration gives for it; None is everyday. An empty one still is maintenance."""
    if reason is None:
        return Gate(name="maintenance", passed=True, seen="nothing is paused", rule=rule)
    return Gate(
        name="maintenance",
        passed=False,
        seen=f"everything is paused: {reason}" if reason.strip() else "everything is paused, and no reason is given",
        reason=Reason.MAINTENANCE,
        next_step="Type it again when it is over, or ask whoever keeps the configuration.",
        rule=rule,
    )
