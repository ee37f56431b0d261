"""Owns our word on a job that waits at an environment which our protection rule guards (T3, T10).

A run of ours goes on into the environment that its request was judged for, and nowhere else. A run that nobody asked
us for goes on only where no gate hangs on the environment or the workflow: whoever starts a workflow on GitHub's own
page is told which word to type instead. What is not known is never a yes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from bot.model.config import Effective, Environment
from bot.model.decision import Reason
from bot.model.deployment import Verdict
from bot.model.protection import Protection, Word
from bot.model.repository import Repository
from bot.model.request import Request, RequestState
from bot.model.run import Run, RunReport
from bot.rules.claims import claims_on, folded
from bot.rules.verify import complete
from bot.rules.wording import quoted

UNTIED: Final = timedelta(minutes=3)
"""How long a run that our App started may be without a request: GitHub asks about it before it tells us its id, and
where it does not tell, the run is looked for."""

BRIEF: Final = timedelta(seconds=10)
"""Waiting for no longer than this is not worth a word at GitHub, which takes ten of them about one deployment."""

NOT_TIED: Final = "Signalbox looks for the request that this run belongs to."


def readable(report: RunReport) -> bool:
    """Whether GitHub told every fact that a grant is bound to, and who started this attempt."""
    return complete(report) and report.triggering_actor_login is not None


def asked(id: UUID, repository: Repository, report: RunReport, environment: str, *, at: datetime) -> Protection:
    """What GitHub asks, before anything is known or said about it; the report is `readable`."""
    assert report.head_sha is not None
    assert report.path is not None
    return Protection(
        id=id,
        connection=repository.connection,
        repository=repository.id,
        run=report.id,
        attempt=report.attempt,
        environment=folded(environment),
        environment_name=environment,
        sha=report.head_sha,
        workflow_path=report.path,
        request=None,
        word=Word(verdict=None, note=NOT_TIED),
        comments=0,
        asked_at=at,
        answered_at=None,
    )


def of_request(request: Request, run: Run, report: RunReport, environment: str) -> Word | None:
    """The word on a run of ours, after it was compared with the record (T1); None where the request says nothing about
    this environment, so that the run is like anybody's there."""
    if request.state is not RequestState.RUNNING or request.reason is Reason.CANCELLED_BY_PERSON:
        ended = "was cancelled" if request.state is RequestState.RUNNING else f"is {request.state}"
        return _no(f"Request {request.code} {ended}, so its run goes no further.")
    known = (run.github_id, run.attempt) == (report.id, report.attempt) and report.path == request.workflow_path
    if not run.verified or not known or request.judged_at is None:
        return _no(f"This run could not be shown to be what request {request.code} asked for.")
    if folded(request.environment or "") != folded(environment):
        return None
    return Word(
        verdict=Verdict.APPROVED,
        note=f"Request {request.code} passed every gate of {quoted(environment)} in Signalbox.",
    )


def of_nobody(effective: Effective, report: RunReport, environment: str) -> Word:
    """The word on a run that nobody asked us to bring into this environment."""
    if effective.broken is not None:
        return _no(f"No gate of {quoted(environment)} can be known: {effective.broken}")
    config = effective.config
    entry = config.environments.get(folded(environment))
    if config.maintenance is not None:
        return _no(f"Nothing is started at the moment: {config.maintenance}")
    claimed = any(claims_on(config, report.path or ""))
    if not claimed and (entry is None or _open(entry)):
        note = (
            f"The configuration of Signalbox has no gate for {quoted(environment)}, so whoever may start this goes on."
        )
        return Word(verdict=Verdict.APPROVED, note=note)
    return _no(
        f"Nobody asked Signalbox to bring this run into {quoted(environment)}, and gates hang on that. Give the "
        "command to Signalbox instead: its run goes on by itself once the gates are open."
    )


def plain(note: str) -> str:
    """The note for GitHub's page: nobody is called by what somebody wrote into a name or a configuration."""
    return note.replace("@", "@\u200b")


def _open(entry: Environment) -> bool:
    """Whether the entry asks for nothing at all; who is told of requests is no gate."""
    return entry == Environment(name=entry.name, notify=entry.notify)


def _no(note: str) -> Word:
    return Word(verdict=Verdict.REJECTED, note=note)
