"""Owns jobs that wait for an environment: who has to let each in, and what happens once everybody has.

https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/review-deployments
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.apps import App
from bot.sandbox.github.deployments import Deployment, record
from bot.sandbox.github.environments import Environment, touched
from bot.sandbox.github.expressions import contexts_of_run, render
from bot.sandbox.github.refusals import Refused, unprocessable
from bot.sandbox.github.reporters import ACTIONS, reporter

if TYPE_CHECKING:
    from bot.sandbox.github.jobs import Job
    from bot.sandbox.github.runs import Run

MOST_COMMENTS: Final = 10
LONGEST_COMMENT: Final = 1024
APPROVED, REJECTED = "approved", "rejected"


@dataclass(slots=True, eq=False, kw_only=True)
class Wait:
    """One job of one attempt at the door of its environment: nothing that was said to an earlier attempt counts."""

    job: "Job"
    environment: Environment
    since: datetime
    reviewed: bool  # or nobody has to review it
    unanswered: list[App]
    timed: bool  # whether the timer still runs
    comments: dict[int, list[str]] = field(default_factory=dict)  # of apps, by their number

    @property
    def over(self) -> bool:
        return self.reviewed and not self.unanswered and not self.timed


def enter(job: "Job") -> None:
    """A job comes to its environment: GitHub makes a deployment for it, and asks whoever has to be asked."""
    run = job.run
    name = render(job.spec.environment, contexts_of_run(run))
    if not name:
        return
    environment = touched(run.repository, name)
    now = run.repository.world.clock()
    job.deployment = record(deployment_of(job, environment, now))
    job.wait = Wait(
        job=job,
        environment=environment,
        since=now,
        reviewed=not environment.reviewers,
        unanswered=list(environment.guards),
        timed=environment.wait_timer > 0,
    )
    if job.held:
        job.status = "waiting"
        for app in environment.guards:
            run.repository.world.deploy_events.protection_rule(app, job, job.deployment, environment)


def deployment_of(job: "Job", environment: Environment, now: datetime) -> Deployment:
    """It is of whoever started the attempt, through GitHub Actions."""
    run = job.run
    return Deployment(
        id=run.repository.world.ids.new(),
        repository=run.repository,
        sha=run.head_sha,
        ref=run.head_branch,
        task="deploy",
        environment=environment.name,
        payload={},
        description=None,
        creator=run.triggering_actor,
        created_at=now,
        via=reporter(run.repository.world, ACTIONS),
        run=run,
    )


def progress(job: "Job") -> None:
    """GitHub says how its own deployment stands whenever the job moves."""
    if job.deployment is None:
        return
    run = job.run
    page = f"{run.repository.world.html}/{run.repository.full_name}/actions/runs/{run.id}/job/{job.id}"
    ended = "success" if job.conclusion == "success" else "failure"
    state = {"queued": "queued", "in_progress": "in_progress", "completed": ended}.get(job.status)
    if job.conclusion in ("skipped", "cancelled"):
        state = "inactive"
    if state is not None and (not job.deployment.statuses or job.deployment.state != state):
        url = render(job.spec.environment_url, contexts_of_run(run)) if state == "success" else ""
        job.deployment.say(state, job.deployment.creator, log_url=page, environment_url=url)


def waits(run: "Run") -> list[Wait]:
    """What the newest attempt waits for, in the order of its jobs."""
    return [job.wait for job in run.jobs if job.wait is not None and job.held]


def review(
    run: "Run", environment_ids: Sequence[int], person: Account, *, approve: bool, comment: str
) -> list[Deployment]:
    """A person reviews, as the page or the API lets them; the deployments that they spoke about."""
    found = [each for each in waits(run) if each.environment.id in environment_ids and not each.reviewed]
    if not found:
        unprocessable("There are no pending deployment requests to approve or reject.")
    for wait in found:
        if not may_review(wait, person):
            unprocessable("You are not able to approve or reject this deployment.")
    for wait in found:
        wait.reviewed = approve
        settle(wait, rejected=not approve)
    return [wait.job.deployment for wait in found if wait.job.deployment is not None]


def may_review(wait: Wait, person: Account) -> bool:
    """Where it is so set, whoever started the attempt is not asked."""
    own = wait.environment.prevent_self_review and person is wait.job.run.triggering_actor
    return wait.environment.asks(person) and not own


def answer_rule(run: "Run", name: str, app: App, state: str | None, comment: str | None) -> None:
    """An app decides by its own rule, or only says how things are: ten times at most."""
    found = [
        each for each in waits(run) if each.environment.name.casefold() == name.casefold() and app in each.unanswered
    ]
    if not found:
        raise Refused(422, f"No pending custom deployment protection rule of this app for {name}.")
    if len(comment or "") > LONGEST_COMMENT:
        unprocessable(f"comment is too long (maximum is {LONGEST_COMMENT} characters)")
    if state is None and any(len(each.comments.get(app.id, ())) >= MOST_COMMENTS for each in found):
        unprocessable(f"A deployment takes at most {MOST_COMMENTS} status reports.")
    for wait in found:
        if comment:
            wait.comments.setdefault(app.id, []).append(comment)
        if state is not None:
            wait.unanswered.remove(app)
            settle(wait, rejected=state == REJECTED)


def pass_time(run: "Run") -> None:
    """Timers that are over by now let their jobs in."""
    for wait in waits(run):
        if wait.timed and run.repository.world.clock() >= wait.since + timedelta(minutes=wait.environment.wait_timer):
            wait.timed = False
            settle(wait, rejected=False)


def settle(wait: Wait, *, rejected: bool) -> None:
    """One no ends the job; the last yes queues it."""
    run = wait.job.run
    if rejected:
        run.end_job(wait.job, "failure")
        if all(job.done for job in run.jobs):
            run.end()
        run.repository.world.run_opened(run)
    elif wait.over:
        run.let_in(wait.job)
