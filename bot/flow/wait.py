"""Owns commands that can not be judged because GitHub or Slack does not answer: told once, judged later, given up in
time. What a command waits with is its delivery, which is read again from the beginning: nothing of it can be outdated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.errors import UpstreamError
from bot.flow.answer import WAITS, Caller, Reply, note
from bot.flow.patience import Patience
from bot.flow.ports import Units
from bot.model.address import GitHubThread
from bot.model.decision import Reason
from bot.model.intent import Dispatch, Intent, Rerun, Rollback
from bot.model.message import Message
from bot.rules.patience import BLIP, OUTAGE, TYPED

GITHUB = "GitHub"
SLACK = "Slack"


@dataclass(frozen=True, slots=True)
class Wait:
    """Lets a command wait."""

    units: Units
    reply: Reply
    patience: Patience

    async def __call__(
        self,
        caller: Caller,
        error: UpstreamError,
        *,
        intent: Intent | None,
        arrived: datetime,
        service: str = GITHUB,
        quiet: bool = False,
    ) -> datetime | None:
        """When to judge the command again; None when it was given up, which its author is told.

        `arrived` is when it reached us and `service` who does not answer. Whether the repository is known makes no
        difference, neither to the words nor to the limit (T22). `quiet`: its author may not have an answer now (T26).
        """
        limit = OUTAGE if isinstance(intent, Dispatch | Rerun | Rollback) else TYPED
        due = self.patience.again(error, arrived, limit)
        if due is None and not quiet:
            fields = {"line": caller.text, "service": service, "waited": int(limit.total_seconds())}
            message = Message(name="upstream_failed", fields=fields)
            await self.reply(caller, message, action="command_refused", reason=Reason.UPSTREAM_UNAVAILABLE)
        elif due is not None and not quiet:
            await self._tell(caller, service, arrived, arrived + limit)
        return due

    async def _tell(self, caller: Caller, service: str, arrived: datetime, until: datetime) -> None:
        """Said after a moment, and only if it still waits then. On GitHub a request's own message says it."""
        async with self.units.write() as unit:
            request = await unit.requests.by_origin(caller.origin)
            if request is not None and isinstance(caller.place, GitHubThread):
                return
            fields = {"line": caller.text, "service": service, "until": until}
            message = Message(name="upstream_awaited", fields=fields)
            if await self.reply.keep(unit, caller, message, suffix=WAITS, due=arrived + BLIP):
                # It counts like every other answer (T26).
                await note(unit, caller, action="command_waiting", at=self.patience.clock.now())
