"""Owns workflow runs: attempts, jobs in the order of their needs, cancelling and running again, step by step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.git import Commit
from bot.sandbox.github.jobs import Attempt, Job, dependents, summary
from bot.sandbox.github.plans import Conclusion, Plan
from bot.sandbox.github.refusals import Refused
from bot.sandbox.github.waiting import enter, pass_time, progress, review, waits
from bot.sandbox.github.workflows import FOLDER, WorkflowFile

if TYPE_CHECKING:
    from bot.sandbox.github.repositories import Repository


RERUN_PERIOD = timedelta(days=30)


@dataclass(slots=True, eq=False, kw_only=True)
class Run:
    id: int
    repository: "Repository"
    workflow: WorkflowFile
    workflow_id: int
    number: int
    ref: str  # refs/heads/main
    head_commit: Commit
    event: str
    actor: Account
    triggering_actor: Account  # of the newest attempt
    inputs: Mapping[str, str]
    title: str
    check_suite_id: int
    created_at: datetime
    updated_at: datetime
    started_at: datetime
    attempt: int = 1
    attempts: dict[int, list[Job]] = field(default_factory=dict)
    past: dict[int, Attempt] = field(default_factory=dict)  # those before the newest
    status: str = "queued"
    conclusion: str | None = None
    stubborn: bool = False  # accepts a cancel but goes on, like a job with `if: always()`

    @property
    def head_sha(self) -> str:
        return self.head_commit.sha

    @property
    def head_branch(self) -> str:
        return self.ref.removeprefix("refs/heads/").removeprefix("refs/tags/")

    @property
    def file(self) -> str:
        return self.workflow.path.removeprefix(FOLDER)

    @property
    def plan(self) -> Plan:
        return self.repository.plans.get(self.file) or self.repository.world.plans.get(self.file) or Plan()

    @property
    def waits_for(self) -> list[str]:
        """The environments that jobs wait for, each once."""
        return list(dict.fromkeys(wait.environment.name for wait in waits(self)))

    @property
    def jobs(self) -> list[Job]:
        return self.attempts[self.attempt]

    @property
    def done(self) -> bool:
        return self.status == "completed"

    def state(self, attempt: int | None = None) -> Attempt:
        """How an attempt ended, or how the newest stands now."""
        return self.past.get(attempt or self.attempt) or Attempt(
            number=self.attempt,
            status=self.status,
            conclusion=self.conclusion,
            triggering_actor=self.triggering_actor,
            started_at=self.started_at,
            updated_at=self.updated_at,
        )

    def job(self, name: str) -> Job:
        """By the name people see, else by the job's id in the file."""
        named = [job for job in self.jobs if job.name == name] or [job for job in self.jobs if job.key == name]
        if len(named) != 1:
            raise ValueError(f"{name!r} names {len(named)} of the jobs {[job.name for job in self.jobs]}")
        return named[0]

    # What a story does, one step at a time; each returns when its webhooks were answered

    async def start(self) -> None:
        self.begin()
        await self._settled()

    async def wait_job(self, name: str) -> None:
        """The job waits for its environment's protection rules."""
        job = self.job(name)
        self._must_be_ready(job)
        job.status = "waiting"
        self._tell("waiting", job)
        await self._settled()

    async def start_job(self, name: str) -> None:
        self.begin_job(self.job(name))
        await self._settled()

    async def finish_job(
        self, name: str, conclusion: Conclusion = "success", *, log: str = "", failing: str | None = None
    ) -> None:
        """`log` is what the step `failing` says, or the last one."""
        job = self.job(name)
        self._must_be_let_in(job)
        job.failing = failing or job.failing
        self.end_job(job, conclusion, log)
        await self._settled()

    async def finish(self, conclusion: Conclusion | None = None) -> None:
        """Whatever is left of the jobs ends well, or with this conclusion; then the run is completed. Without a
        conclusion nothing gets past an environment that somebody has to let it into."""
        self.end(conclusion)
        await self._settled()

    async def cancel(self, *, by: str) -> None:
        self.request_cancel(self.repository.world.account(by))
        await self._settled()

    async def rerun(self, *, by: str, failed_only: bool = False) -> None:
        self.run_again(self.repository.world.account(by), failed_only=failed_only)
        await self._settled()

    async def approve(self, environment: str, *, by: str, comment: str = "") -> None:
        """A required reviewer lets the jobs in that wait for this environment."""
        self._review(environment, by, comment, approve=True)
        await self._settled()

    async def reject(self, environment: str, *, by: str, comment: str = "") -> None:
        self._review(environment, by, comment, approve=False)
        await self._settled()

    async def time_passes(self) -> None:
        """Wait timers that are over by the world's clock let their jobs in."""
        pass_time(self)
        await self._settled()

    async def play(self, plan: Plan | None = None) -> None:
        """Play a plan (the workflow's own if none is given) from here to the end, without pauses; or to where all that
        is left waits for an environment. Once that was approved, play it again."""
        plan = plan or self.plan
        await self.start()
        while waiting := [job for job in self.jobs if job.ready]:
            for job in waiting:
                await self.start_job(job.name)
            for job in waiting:
                planned = plan.job(job.key, job.name)
                job.follow(planned)
                await self.finish_job(job.name, planned.conclusion, log=planned.log)
        await self.finish()

    # The same, as GitHub itself does it

    def begin(self) -> None:
        if self.status == "queued":
            self._become("in_progress")

    def begin_job(self, job: Job) -> None:
        if job.status == "in_progress":
            return
        self._must_be_let_in(job)
        self._must_be_ready(job)
        self.begin()
        job.start(self._now())
        self._tell("in_progress", job)

    def end_job(self, job: Job, conclusion: Conclusion, log: str = "") -> None:
        if conclusion not in ("skipped", "cancelled") and not job.held:
            self.begin_job(job)
        job.complete(conclusion, self._now(), log)
        self._tell("completed", job)
        self._release_jobs()

    def let_in(self, job: Job) -> None:
        """Whoever had to be asked about its environment said yes."""
        self.status = "queued" if self.status == "waiting" else self.status
        job.wait_for_runner()
        self._tell("queued", job)
        self.repository.world.run_opened(self)

    def end(self, conclusion: Conclusion | None = None) -> None:
        if self.done:
            return
        self.begin()
        while left := [job for job in self.jobs if not job.done and (conclusion or job.ready)]:
            self.end_job(left[0], conclusion or "success") if left[0].born else self._give_up(left[0], conclusion)
        if self.waits_for:
            return
        self.conclusion = summary(job.conclusion for job in self.jobs)
        if conclusion and conclusion != "success":
            self.conclusion = conclusion
        self._become("completed")

    def _give_up(self, job: Job, conclusion: Conclusion | None) -> None:
        job.complete("cancelled" if conclusion == "cancelled" else "skipped", self._now())
        self._tell("completed", job)

    def request_cancel(self, by: Account) -> None:
        if self.done:
            raise Refused(409, "Cannot cancel a workflow run that is completed.")
        if not self.stubborn:
            self.end("cancelled")

    def run_again(self, by: Account, *, failed_only: bool) -> None:
        """All jobs, or those that did not succeed and whatever needs them."""
        if not self.done:
            raise Refused(403, "This workflow is already running")
        if self._now() - self.created_at > RERUN_PERIOD:
            raise Refused(403, "Unable to retry this workflow run because it was created over a month ago")
        failed = {job.key for job in self.jobs if job.conclusion != "success"}
        if failed_only and not failed:
            raise Refused(403, "This workflow run has no failed jobs to re-run")
        again = dependents(self.jobs, failed) - failed
        kept = [job for job in self.jobs if failed_only and job.conclusion == "success" and job.key not in again]
        self.past[self.attempt] = self.state()
        self.attempt += 1
        self.triggering_actor, self.started_at, self.conclusion = by, self._now(), None
        self.open(kept)

    def open(self, kept: Iterable[Job] = ()) -> None:
        """A new attempt: its jobs appear, the run is requested, the first jobs queue."""
        done, world = {job.name: job for job in kept}, self.repository.world
        self.attempts[self.attempt] = [
            Job(id=world.ids.new(), run=self, spec=spec, attempt=self.attempt) for spec in self.workflow.jobs
        ]
        for job in self.jobs:
            if job.name in done:
                job.repeat(done[job.name])
        self._become("queued", "requested")
        self._release_jobs()
        world.run_opened(self)

    def _release_jobs(self) -> None:
        """Jobs whose needs are done either queue, or wait for their environment, or, after a failure, are skipped;
        skipping can release more."""
        for job in self.jobs:
            needed = [other for other in self.jobs if other.key in job.spec.needs]
            if job.born or not all(other.done for other in needed):
                continue
            if job.spec.always or all(other.conclusion == "success" for other in needed):
                job.queue(self._now())
                enter(job)
                self._tell(job.status, job)
            else:
                self.end_job(job, "skipped")
        if self.waits_for and not any(job.ready for job in self.jobs):
            self.status = "waiting"  # which no event tells

    def _review(self, environment: str, by: str, comment: str, *, approve: bool) -> None:
        ids = {
            wait.environment.id for wait in waits(self) if wait.environment.name.casefold() == environment.casefold()
        }
        review(self, sorted(ids), self.repository.world.account(by), approve=approve, comment=comment)

    def _must_be_let_in(self, job: Job) -> None:
        if job.held and job.wait is not None:
            raise ValueError(f"job {job.name!r} waits for somebody to let it into {job.wait.environment.name}")

    def _must_be_ready(self, job: Job) -> None:
        if job.status not in ("queued", "waiting"):
            raise ValueError(f"job {job.name!r} is {job.status}, its needs are {list(job.spec.needs)}")

    def _become(self, status: str, action: str | None = None) -> None:
        self.status, self.updated_at = status, self._now()
        self.repository.world.events.run(action or status, self)

    def _tell(self, action: str, job: Job) -> None:
        self.updated_at = self._now()
        self.repository.world.events.job(action, job)
        progress(job)

    def _now(self) -> datetime:
        return self.repository.world.clock()

    async def _settled(self) -> None:
        await self.repository.world.webhooks.settled()
