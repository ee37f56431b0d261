"""Owns what happens with a recorded delivery: it is read once more, and each thing it says goes to its step."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, assert_never
from uuid import UUID

from bot.errors import BotError, UpstreamError
from bot.flow import void
from bot.flow.answer import Reply
from bot.flow.configure import Configure
from bot.flow.hear import Hear, asker_of
from bot.flow.identify import Identify
from bot.flow.maintenance import Maintenance
from bot.flow.notice_config import notice
from bot.flow.patience import Patience
from bot.flow.ports import Permissions, ReadDelivery, Units
from bot.flow.press_check import PressCheck
from bot.flow.protect_job import asked
from bot.flow.receive_slack import ReceiveSlack
from bot.flow.review_config import WHEN, review
from bot.flow.track import Track
from bot.flow.unlock import pull_request_closed
from bot.log import tag
from bot.model.decision import Reason
from bot.model.delivery import Delivery
from bot.model.inbound import (
    AccessChanged,
    CheckButtonPressed,
    CheckRerunWanted,
    CommandReceived,
    CommentChanged,
    FromGitHub,
    FromSlack,
    HeadMoved,
    InstallationChanged,
    JobReported,
    ProtectionAsked,
    RepositoryChanged,
    RunReported,
)
from bot.model.message import Message
from bot.model.repository import Head
from bot.rules import parse
from bot.rules.patience import TYPED

DELIVERY: Final = "delivery"
ACCESS: Final = "access_changed"
"""The mark that counts what GitHub told of people's rights (T28)."""

MOVES: Final = frozenset({"opened", "synchronize", "reopened"})
"""Actions of `pull_request` that set a head; the others only repeat what it is."""

SILENCE: Final = timedelta(seconds=30)
"""Once GitHub was silent for so long, the lines that follow wait unasked: an attempt has two minutes."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Receive:
    """The job `delivery`."""

    units: Units
    read: ReadDelivery
    hear: Hear
    track: Track
    identify: Identify
    reply: Reply
    permissions: Permissions
    patience: Patience
    maintenance: Maintenance
    configure: Configure
    press_check: PressCheck
    slack: ReceiveSlack | None
    """None while Slack is not configured."""

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Act on the delivery that the payload names. Running it twice changes nothing."""
        delivery = await self._delivery(payload)
        if delivery is None:
            return None
        tag(delivery=delivery.guid, connection=str(delivery.connection))
        lines: list[CommandReceived] = []
        later: list[datetime | None] = []
        for one in self.read(delivery):
            if await self.maintenance.skips(one):
                continue
            if isinstance(one, CommandReceived):
                lines.append(one)
            elif isinstance(one, FromSlack):
                later.append(await self._slack(one, delivery.received_at))
            else:
                later.append(await self._news(one, delivery.received_at))
        if lines:
            later.append(await self._listen(lines, delivery.received_at))
        return min((moment for moment in later if moment is not None), default=None)

    async def _slack(self, said: FromSlack, arrived: datetime) -> datetime | None:
        if self.slack is None:
            raise BotError("This came from Slack, and Slack is not configured any more.")
        return await self.slack(said, arrived)

    async def _listen(self, lines: Sequence[CommandReceived], arrived: datetime) -> datetime | None:
        """Up to ten commands per comment, in order; what is beyond is named, not dropped in silence."""
        heard, dropped = parse.first([line for line in lines if await self.hear.concerns(line)])
        later: list[datetime] = []
        began = self.patience.clock.now()
        for line in heard:
            due = await self.hear(line, arrived)
            if due is not None:
                later.append(due)
                if self.patience.clock.now() - began > SILENCE:
                    return due
        if dropped and (due := await self._drop(dropped, arrived)) is not None:
            later.append(due)
        return min(later, default=None)

    async def _drop(self, lines: Sequence[CommandReceived], arrived: datetime) -> datetime | None:
        """Name them. When that can not be said in time it is let go: lines before them may wait for longer."""
        try:
            return await self.patience(self.hear.drop(lines), arrived, TYPED)
        except UpstreamError as error:
            log.warning("Lines that are too many were not named: %s", error, extra={"action": "lines_not_named"})
            return None

    async def _news(self, said: FromGitHub, received_at: datetime) -> datetime | None:
        """What GitHub told by itself. What it will not say about it now, the sweep asks for later."""
        try:
            return await self.patience(self._take(said, received_at), received_at)
        except UpstreamError as error:
            log.warning("News were let go, the sweep asks again: %s", error, extra={"action": "news_let_go"})
            return None

    async def _take(self, said: FromGitHub, received_at: datetime) -> datetime | None:
        match said:
            case CommandReceived():
                raise AssertionError("commands are listened to together, in their order")
            case RunReported():
                return await self.track.run(said, received_at)
            case JobReported():
                return await self.track.job(said, received_at)
            case HeadMoved():
                await self._head(said, received_at)
            case AccessChanged():
                await self._access(said.connection, said.repository)
            case RepositoryChanged():
                await self.configure.told(said)
                async with self.units.write() as unit:
                    await unit.repositories.save(said.repository, received_at)
                    await notice(unit, said, received_at)
            case InstallationChanged():
                await self._installation(said)
                await self.configure.changed(said.connection, None)
            case CheckButtonPressed() | CheckRerunWanted():
                return await self.press_check(said, received_at)
            case CommentChanged():
                await void.comment_changed(self.units, said, self.patience.clock.now())
            case ProtectionAsked():
                await asked(self.units, said, received_at)
            case _:
                assert_never(said)
        return None

    async def _head(self, moved: HeadMoved, received_at: datetime) -> None:
        """Our own record of the head (T4). An event that only repeats it adds nothing."""
        repository, pull = moved.repository, moved.pull_request
        head = Head(
            connection=repository.connection,
            repository=repository.id,
            pull_request=pull.number,
            sha=pull.head_sha,
            since=moved.at,
            source=moved.action,
            pusher=moved.pusher,
        )
        async with self.units.write() as unit:
            await unit.repositories.save(repository, received_at)
            history = await unit.heads.history(repository.connection, repository.id, pull.number)
            repeated = bool(history) and history[-1].sha == pull.head_sha and moved.action not in MOVES
            if not repeated:
                await unit.heads.record(head)
            if moved.action in WHEN:
                await unit.enqueue(review(moved))
        if moved.action == "closed":
            await pull_request_closed(self.units, self.reply, moved, self.patience.clock.now())
        await void.head_moved(self.units, moved, self.patience.clock.now())

    async def _access(self, connection: UUID, repository: int | None) -> None:
        """What is known of people's rights is of yesterday, here and in every other replica (T28)."""
        async with self.units.write(newest=True) as unit:
            await unit.marks.bump(ACCESS, self.patience.clock.now())
        self.permissions.drop(connection, repository)

    async def _installation(self, changed: InstallationChanged) -> None:
        await self._access(changed.connection, None)
        if changed.action in ("deleted", "suspend", "removed"):
            async with self.units.write() as unit:
                await unit.repositories.forget_installation(
                    changed.connection, changed.installation, changed.repositories_removed
                )

    async def gave_up(self, payload: Mapping[str, Any], error: BaseException) -> None:
        """The last attempt failed: the delivery is held, and whoever typed a command is told that nothing ran."""
        delivery = await self._delivery(payload)
        if delivery is None:
            return
        said = self.read(delivery)
        for one in said:
            if isinstance(one, FromSlack) and self.slack is not None:
                await self.slack.gave_up(one)
        lines = [one for one in said if isinstance(one, CommandReceived)]
        for line in parse.first([line for line in lines if await self.hear.concerns(line)])[0]:
            async with self.units.write() as unit:
                await unit.repositories.save(line.repository, delivery.received_at)
                person = await self.identify(unit, line.author)
            message = Message(name="command_failed", fields={"line": line.line})
            await self.reply(asker_of(line, person), message, action="command_held", reason=Reason.INTERNAL_ERROR)

    async def _delivery(self, payload: Mapping[str, Any]) -> Delivery | None:
        async with self.units.read() as unit:
            return await unit.deliveries.get(UUID(payload["delivery"]))
