"""Owns what `doctor` says about the audit trail: whether it is sealed, and what ran that nobody asked us for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Final

from bot.doctor.finding import Finding, Grade
from bot.jobs.timer import SystemTimer
from bot.model.audit import AuditStanding
from bot.store.database import Database
from bot.store.unit import Units

LATE: Final = timedelta(minutes=5)
LATELY: Final = timedelta(days=7)

RUN_UNASKED: Final = "run_unasked"


async def findings(database_url: str, now: datetime, *, keyed: bool) -> AsyncGenerator[Finding, None]:
    """`keyed`: whether there is a SECRET_KEY."""
    database = Database.open(database_url)
    try:
        async with Units(database, SystemTimer()).read() as unit:
            standing = await unit.audit.standing()
            unasked = await unit.audit.count_since(RUN_UNASKED, now - LATELY)
    finally:
        await database.close()
    yield _sealed(standing, now) if keyed else _unkeyed(standing)
    yield _unasked(unasked)


def _unkeyed(standing: AuditStanding) -> Finding:
    entries = f"{standing.unsealed} {'entry' if standing.unsealed == 1 else 'entries'}"
    text = (
        f"SECRET_KEY is missing, so nothing is sealed ({entries} open), and what is changed does not show: set it "
        "(openssl rand -hex 32 makes one) and start `signalbox serve` again"
    )
    return Finding(grade=Grade.LOOK, about="audit trail", text=text)


def _sealed(standing: AuditStanding, now: datetime) -> Finding:
    if standing.oldest is None or now - standing.oldest <= LATE:
        text = f"sealed up to position {standing.position}; `signalbox audit verify` checks it"
        return Finding(grade=Grade.FINE, about="audit trail", text=text)
    text = (
        f"{standing.unsealed} entries wait for their seal, the oldest since {standing.oldest:%Y-%m-%d %H:%M} UTC: does "
        "`signalbox serve` run, and what does `signalbox jobs list` say of seal_audit?"
    )
    return Finding(grade=Grade.LOOK, about="audit trail", text=text)


def _unasked(count: int) -> Finding:
    if not count:
        return Finding(grade=Grade.FINE, about="runs nobody asked for", text="none in the last seven days")
    text = (
        f"{count} of guarded workflows in the last seven days, with no gate asked: `signalbox audit export` has them "
        f"as {RUN_UNASKED}, and docs/security.md says what to do"
    )
    return Finding(grade=Grade.LOOK, about="runs nobody asked for", text=text)
