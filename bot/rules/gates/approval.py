"""Owns the gate `approval`: what somebody else has to say yes to, and whether enough people did."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model.approval import Asked, Voice
from bot.model.decision import Gate, Reason
from bot.rules.approvals import needs, tally
from bot.rules.wording import listed


def approved(asked: Asked | None, voices: Sequence[Voice] = (), *, environment: str = "") -> Gate:
    """Passes where no approval is asked for, and where enough people who count said yes."""
    if asked is None:
        return Gate(name="approval", passed=True, seen="no approval is asked for")
    count = tally(asked, voices)
    said = [f"{listed(count.yes)} said yes"] if count.yes else []
    if count.enough:
        return Gate(name="approval", passed=True, seen=said[0], rule=asked.rule)
    missing = [f"still missing: {listed(count.missing)}"] if count.yes else []
    void = [f"the yes of {login} does not count: {login} {why}" for login, why in count.void]
    return Gate(
        name="approval",
        passed=False,
        seen="; ".join([f"{environment or 'this'} needs {needs(asked)}", *said, *missing, *void]),
        reason=Reason.APPROVAL_MISSING,
        next_step="Type the command: the request waits until they said yes.",
        rule=asked.rule,
    )
