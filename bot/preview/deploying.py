"""Owns an example of each answer about what is live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Any, Final
from uuid import UUID

from bot.model.config import Environment, Freeze
from bot.model.message import Message
from bot.model.prose import marked
from bot.model.request import RequestState
from bot.preview.locking import MINE, RUNS, WHOLE
from bot.preview.things import ENDED, NOON, SERVER, later, request
from bot.rules import live
from bot.rules.live import Stage, Step

WEEKEND: Final = Freeze(timezone="Europe/Berlin", from_day=4, from_time=time(16), to_day=0, to_time=time(8))
LONG: Final = Freeze(timezone="UTC", from_date="2025-12-20T16:00", to_date="2026-01-02T08:00")
DONE: Final = Step(request=request(RequestState.SUCCEEDED, **ENDED), login="alice")
BACK: Final = Step(
    request=request(RequestState.SUCCEEDED, code="ABCDEF", rollback_of=UUID(int=9), **ENDED), login="bob"
)
RUNNING: Final = Step(request=request(RequestState.RUNNING, code="R4NNNG"), login="bob")
ASKS: Final = Step(request=request(RequestState.WAITING, code="WAYTNG", waiting_for="approval"), login="carol")
URL: Final = f"{SERVER}/acme/shop/actions/runs/5"
STAGING: Final = Stage(gates=Environment(name="staging"), live=DONE, url=URL, going=(RUNNING,), enforced=False)
PRODUCTION: Final = Stage(
    gates=Environment(name="production", freeze=(LONG, WEEKEND)), live=BACK, url=URL, going=(ASKS,) * 7, enforced=True
)
NEW: Final = Stage(gates=Environment(name="demo"), live=None, url="", going=(), enforced=False)


def answered(*stages: Stage, next_step: str = "", **more: Any) -> Message:
    """The answer about these."""
    message = live.listed("acme/shop", SERVER, stages, more.pop("locks", ()), NOON, **more)
    return replace(message, fields={**message.fields, "next_step": next_step})


DEPLOYING: Final[Mapping[str, Message]] = {
    "environments": answered(NEW, STAGING, next_step=f"{marked('/deploy <staging|production>')} starts one."),
    "environments-locked-frozen-and-waiting": answered(
        PRODUCTION, locks=(replace(MINE, expires_at=later(7_200)), RUNS, WHOLE), left_out=3
    ),
    "environments-none": answered(next_step=f"{marked('/help')} shows what can be started here."),
}
