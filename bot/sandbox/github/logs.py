"""Owns the logs of jobs: their text in GitHub's form, how long they are kept, and the addresses that open one once."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.sandbox.github.jobs import Job
from bot.sandbox.github.refusals import Refused, not_found
from bot.sandbox.github.steps import FIRST, LAST, Step, steps_of

if TYPE_CHECKING:
    from bot.sandbox.github.world import World

RETENTION = timedelta(days=90)
LINK_LIFETIME = timedelta(minutes=1)
ENDINGS = {
    "failure": "##[error]Process completed with exit code 1.",
    "cancelled": "##[error]The operation was canceled.",
    "timed_out": "##[error]The job has exceeded the maximum execution time while running.",
}


class LogLinks:
    """Signed addresses, on what would be another host: they open to whoever has them, and to nobody with a token."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._signed: dict[str, tuple[Job, datetime]] = {}

    def sign(self, job: Job) -> str:
        if not job.done or job.completed_at is None or not steps_of(job):
            not_found()
        if job.completed_at + RETENTION <= self.world.clock():
            raise Refused(410, "Gone")
        signature = secrets.token_urlsafe(24)
        self._signed[signature] = (job, self.world.auth_clock() + LINK_LIFETIME)
        return f"{self.world.html}/_logs/{job.id}?sig={signature}"

    def open(self, job_id: str, signature: str, authorization: str | None) -> str:
        if authorization is not None:
            raise Refused(400, "InvalidAuthenticationInfo: a signature and an Authorization header do not go together.")
        job, ends_at = self._signed.pop(signature, (None, self.world.auth_clock()))
        if job is None or str(job.id) != job_id or ends_at <= self.world.auth_clock():
            raise Refused(403, "AuthenticationFailed: the signature is not valid any more.")
        return text(job)


def text(job: Job) -> str:
    """Dated lines with a byte order mark before them; the steps are not named, only what they said is there."""
    lines = [dated(step.started_at, said) for step in steps_of(job) for said in spoken(job, step) if step.started_at]
    return "\ufeff" + "".join(f"{line}\n" for line in lines)


def dated(moment: datetime | None, said: str) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0Z {said}" if moment else said


def spoken(job: Job, step: Step) -> Iterator[str]:
    if step.conclusion == "skipped":
        return
    if step.name == FIRST:
        yield from ("Current runner version: '2.329.0'", "##[group]Operating System", "Ubuntu", "##[endgroup]")
    elif step.name == LAST:
        yield "Cleaning up orphan processes"
    else:
        yield f"##[group]Run {step.name.removeprefix('Run ')}"
        yield f"\x1b[36;1m{step.name.removeprefix('Run ')}\x1b[0m"
        yield from ("shell: /usr/bin/bash -e {0}", "##[endgroup]")
    if step.decisive:
        yield from job.log.splitlines()
        if step.conclusion in ENDINGS:
            yield ENDINGS[step.conclusion]
