"""Owns the answer to `logs`: the last lines of what failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from bot.flow.answer import Asker
from bot.flow.here import meant
from bot.flow.ports import Logs, Units
from bot.model.message import Message
from bot.model.prose import marked
from bot.model.repository import Repository
from bot.model.request import Request, RequestState
from bot.model.run import Conclusion, Run, RunJob
from bot.rules import logs

MOST_JOBS: Final = 3
"""Logs are long and answers are short: the page of the run has the others."""

LOOKED_THROUGH: Final = 20

FAILED: Final = (Conclusion.FAILURE, Conclusion.TIMED_OUT)


@dataclass(frozen=True, slots=True)
class ReadLogs:
    """Reads the logs of the failed jobs of a request."""

    units: Units
    logs: Logs

    async def __call__(self, asker: Asker, code: str | None) -> Message:
        """The answer. Without a code it is about the newest request here that has a run. Raises `UpstreamError`."""
        async with self.units.read() as unit:
            request, run = None, None
            found = await meant(unit, asker, code, LOOKED_THROUGH)
            for each in found:
                runs = await unit.runs.of_request(each.id)
                if runs:
                    request, run = each, runs[-1]
                    break
            server_url = (await unit.connections.get(asker.target.repository.connection)).server_url
        failed = [job for job in run.jobs if job.conclusion in FAILED] if run else []
        shown = [await self._job(asker.target.repository, job) for job in failed[:MOST_JOBS]]
        return Message(
            name="logs_answered",
            fields={
                "code": request.code if request else None,
                "jobs": shown,
                "repository": asker.target.repository.full_name,
                "server_url": server_url,
                "next_step": _next_step(request, run, len(failed), code, known=bool(found)),
            },
        )

    async def _job(self, repository: Repository, job: RunJob) -> dict[str, Any]:
        log = await self.logs.of_job(repository, job.id)
        lines = logs.tail(log.text, step=log.failed) if log else ()
        return {"name": job.name, "step": log.step if log else None, "url": job.url, "lines": lines}


def _next_step(request: Request | None, run: Run | None, failed: int, code: str | None, *, known: bool) -> str:
    if code is not None and not known:
        return f"There is no request {code.upper()} in this repository. {marked('/runs')} lists the newest."
    if request is None or run is None:
        about = f"Request {code.upper()} has no run" if code else "Nothing here has a run"
        return f"{about} yet, so there are no logs."
    if not failed and request.state is RequestState.FAILED and not run.jobs:
        return f"The jobs of request {request.code} are not kept any more; the page of its run may still show them."
    if not failed:
        return f"No job of request {request.code} has failed."
    if failed > MOST_JOBS:
        return f"{failed - MOST_JOBS} more jobs failed; the page of the run shows them."
    return ""
