"""Owns noticing runs that nobody asked us for, of workflows whose environments have gates here (T25).

Whoever may start a workflow on GitHub can walk around gates that only we ask, unless GitHub itself enforces them. So
each such run is written down and told: at once when a webhook names it, and in rounds from GitHub's own history, which
no lost webhook can hide. What a restore or an outage kept from us is in the history as well.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from bot.errors import RateLimited, Unreachable, UpstreamError
from bot.flow.answer import Reply
from bot.flow.keep import microseconds, moment
from bot.flow.ports import Clock, Ourselves, SlackChannels, Units, WorkflowRuns
from bot.model.address import SlackPlace
from bot.model.config import Config
from bot.model.message import Message
from bot.model.repository import Repository
from bot.model.run import RunReport
from bot.model.slack import Binding
from bot.rules import audit_facts, strangers

log = logging.getLogger(__name__)

RECONCILE: Final = "reconcile_runs"
EVERY_SECONDS: Final = 15 * 60

LOOKED: Final = "runs_reconciled:"
"""Marks that begin so hold up to which moment a repository's history was looked at."""

TOLD: Final = "run_unasked:"
"""Marks that begin so name a run that was told: it is told once."""

TOLD_FOR: Final = timedelta(days=3)
"""Far longer than history is looked at twice."""

OVERLAP: Final = timedelta(minutes=10)
"""GitHub's history may lag behind, and its clock differ from ours."""

MOST: Final = 100
"""Repositories in one round, those first that were not looked at for longest."""


class Remembered(Protocol):
    """The configuration of a repository as it was seen last."""

    async def __call__(self, repository: Repository) -> Config:
        """Without asking GitHub."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strangers:
    """The cron job `reconcile_runs`, and what a webhook's run goes through that is none of ours."""

    units: Units
    runs: WorkflowRuns
    remembered: Remembered
    ourselves: Ourselves
    channels: SlackChannels | None
    reply: Reply
    clock: Clock
    count: Callable[[], None]
    """Told of each."""

    async def seen(self, repository: Repository, report: RunReport) -> None:
        """A run that belongs to no request of ours: told if a gate was walked around."""
        workflows = strangers.guarded(await self.remembered(repository))
        if strangers.concerns(report, workflows):
            await self._look(repository, [report])

    async def __call__(self, payload: Mapping[str, Any]) -> None:
        """Look through GitHub's history of each repository with guarded workflows, since the last time."""
        async with self.units.write(newest=True) as unit:
            await unit.marks.forget(TOLD, self.clock.now() - TOLD_FOR)
        for repository in await self._due():
            try:
                await self._reconcile(repository)
            except (Unreachable, RateLimited) as error:
                _untold(repository, error)
                return  # the others would hear the same
            except UpstreamError as error:
                _untold(repository, error)

    async def _due(self) -> Sequence[Repository]:
        async with self.units.read() as unit:
            known = await unit.configs.repositories()
            marks = await unit.marks.values([_looked(*key) for key in known])
            keys = sorted(known, key=lambda key: (marks.get(_looked(*key), 0), key))
            found = [await unit.repositories.get(*key) for key in keys]
        return [each for each in found if each is not None and each.installation is not None][:MOST]

    async def _reconcile(self, repository: Repository) -> None:
        workflows, now = strangers.guarded(await self.remembered(repository)), self.clock.now()
        mark = _looked(repository.connection, repository.id)
        async with self.units.read() as unit:
            looked = await unit.marks.value(mark)
        if workflows and looked is not None:
            since = moment(looked) - OVERLAP
            history = await self.runs.started_since(repository, since)
            found = [run for run in history if strangers.concerns(run, workflows) and strangers.since(run, since)]
            await self._look(repository, found)
        async with self.units.write() as unit:  # what was before we knew the repository was not ours to watch
            await unit.marks.put(mark, microseconds(now), now)

    async def _look(self, repository: Repository, reports: Sequence[RunReport]) -> None:
        if not reports:
            return
        login = await self.ourselves.login(repository.connection)
        for report in reports:
            if strangers.by_others(report, login):
                await self._tell(repository, report)

    async def _tell(self, repository: Repository, report: RunReport) -> None:
        mark, now = f"{TOLD}{repository.connection}:{repository.id}:{report.id}:{report.attempt}", self.clock.now()
        places, message = await self._places(repository, mark), await self._message(repository, report)
        async with self.units.write() as unit:
            ours = await unit.runs.by_github(repository.connection, repository.id, report.id, report.attempt)
            if ours is not None or await unit.marks.value(mark) is not None:
                return
            await unit.marks.put(mark, 1, now)
            await unit.audit.write(
                action="run_unasked",
                at=now,
                person=None,
                connection=repository.connection,
                repository=repository.id,
                request=None,
                reason=None,
                facts=audit_facts.of_run(report),
            )
            for place in places:
                await self.reply.tell(unit, place, message, key=f"{mark}:{place.connection}:{place.channel}")
        facts = {"action": "run_unasked", "run": report.id, "attempt": report.attempt, "workflow": report.path}
        log.warning("A run of a guarded workflow was started past us: %s", report.url, extra=facts)
        self.count()

    async def _places(self, repository: Repository, mark: str) -> Sequence[SlackPlace]:
        """The channels of the repository; one that is shared by now hears of nothing that it was not bound to (T22)."""
        async with self.units.read() as unit:
            if self.channels is None or await unit.marks.value(mark) is not None:
                return ()
            bound = await unit.bindings.of_repository(repository.connection, repository.id)
        return [SlackPlace(connection=each.connection, channel=each.channel) for each in bound if await self._fit(each)]

    async def _fit(self, binding: Binding) -> bool:
        assert self.channels is not None
        channel = await self.channels.get(binding.connection, binding.channel)
        return channel is not None and channel.member and (binding.shared or not channel.shared)

    async def _message(self, repository: Repository, report: RunReport) -> Message:
        async with self.units.read() as unit:
            server_url = (await unit.connections.get(repository.connection)).server_url
        fields = {
            "repository": repository.full_name,
            "server_url": server_url,
            "workflow": (report.path or "").rpartition("/")[2],
            "started_by": report.triggering_actor_login or report.actor_login,
            "event": report.event,
            "url": report.url,
        }
        return Message(name="run_unasked", fields=fields)


def _looked(connection: UUID, repository: int) -> str:
    return f"{LOOKED}{connection}:{repository}"


def _untold(repository: Repository, error: UpstreamError) -> None:
    facts = {"action": "history_not_told", "repository": repository.id}
    log.warning("GitHub did not tell which runs there were in %s: %s", repository.full_name, error, extra=facts)
