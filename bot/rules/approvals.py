"""Owns the count of yeses: what a request has to be told yes to, by whom, and what of it is still missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.model.approval import Asked
from bot.model.config import Approvals
from bot.rules.judge import Facts

EXPIRED: Final = "Not enough people said yes in time, so nothing was started."


def asked(facts: Facts) -> Asked | None:
    """The approval that the environment asks for, as if it were asked now; None where it asks for none."""
    environment = facts.bound.gates
    if environment is None or environment.approvals is None:
        return None
    wanted: Approvals = environment.approvals
    found = facts.config.marks.get(("environments", facts.bound.environment or "", "approvals"))
    return Asked(
        count=max(wanted.count, 1),
        teams=wanted.teams,
        people=wanted.people,
        rule=found.words if found else "",
        since=facts.now,
        expires_at=facts.now + wanted.expires,
    )


def asked_again(before: Asked | None, now: Asked | None) -> Asked | None:
    """What the configuration asks for now, of a request that was asked for earlier: its time runs since then."""
    if before is None or now is None:
        return now
    return replace(now, since=before.since, expires_at=before.since + (now.expires_at - now.since))
