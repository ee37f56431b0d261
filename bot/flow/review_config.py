"""Owns reviewing a configuration that a pull request changes, as a check run on its head.

Whoever may open a pull request may write such a file, from a fork as well: it is read and described, never used.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from bot.errors import NotFound, Refused
from bot.flow.config_layer import Reader, file_of
from bot.flow.configure import Configure
from bot.flow.patience import Patience
from bot.flow.ports import CheckRuns, ConfigFiles, ConfigHistory, Render, Units
from bot.flow.surroundings import Survey
from bot.model.check_run import CheckReport, CheckStatus
from bot.model.config import Config, ConfigFile, Layer
from bot.model.inbound import HeadMoved
from bot.model.job import Job
from bot.model.repository import Repository
from bot.model.run import Conclusion
from bot.rules import advice, reviewing
from bot.rules.in_force import Standing
from bot.rules.reviewing import Verdict

log = logging.getLogger(__name__)

REVIEW: Final = "review_config"
NAME: Final = "Signalbox configuration"
WHEN: Final = frozenset({"opened", "synchronize", "reopened", "ready_for_review"})


def review(moved: HeadMoved) -> Job:
    """The job that looks at this head."""
    repository, pull = moved.repository, moved.pull_request
    payload = {
        "v": 1,
        "connection": str(repository.connection),
        "repository": repository.id,
        "number": pull.number,
        "sha": pull.head_sha,
        "at": moved.at.isoformat(),
    }
    key = f"{repository.connection}:{repository.id}:{pull.number}:{pull.head_sha}"
    return Job(kind=REVIEW, key=key, payload=payload)


@dataclass(frozen=True, slots=True)
class ReviewConfig:
    """The job `review_config`."""

    units: Units
    files: ConfigFiles
    history: ConfigHistory
    read: Reader
    configure: Configure
    survey: Survey
    check_runs: CheckRuns
    render: Render
    patience: Patience

    async def __call__(self, payload: Mapping[str, Any]) -> datetime | None:
        """Write the check run, where the pull request changes the file; twice is once."""
        async with self.units.read() as unit:
            repository = await unit.repositories.get(UUID(payload["connection"]), payload["repository"])
        if repository is None:
            return None
        looking = self._look(repository, payload["sha"], payload["number"])
        return await self.patience(looking, datetime.fromisoformat(payload["at"]))

    async def _look(self, repository: Repository, sha: str, number: int) -> None:
        try:
            verdict = await self._verdict(repository, sha, number)
            if verdict is None:
                return
            await self.check_runs.tell(repository, sha, self._report(verdict, number))
        except (NotFound, Refused) as error:  # a commit that is gone, or an App without the permission
            facts = {"action": "config_not_reviewed", "repository": repository.id, "number": number}
            log.warning("A pull request's configuration was not reviewed: %s", error, extra=facts)

    def _report(self, verdict: Verdict, number: int) -> CheckReport:
        return CheckReport(
            name=NAME,
            external_id=f"{REVIEW}:{number}",
            status=CheckStatus.COMPLETED,
            conclusion=Conclusion(verdict.conclusion),
            title=verdict.title,
            summary=self.render.github(verdict.message),
        )

    async def _verdict(self, repository: Repository, sha: str, number: int) -> Verdict | None:
        if not await self.history.touched(repository, number):
            return None
        proposed = await self.files.of_repository(repository, commit=sha)
        return await self._judged(repository, (await self.configure.layers(repository)).standings[-1], proposed)

    async def _judged(self, repository: Repository, own: Standing, proposed: ConfigFile | None) -> Verdict:
        file = file_of(repository, Layer.REPOSITORY)
        if proposed is None:
            return reviewing.readable(file, own, Config(), (), removed=True)
        said = await self.read(repository.connection, file, Layer.REPOSITORY, proposed.blob, proposed.data)
        if not isinstance(said, Config):
            return reviewing.broken(file, said)
        found = advice.advice(said, await self.survey(repository))
        return reviewing.readable(file, own, said, found, removed=False)
