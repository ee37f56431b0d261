"""Workflow runs and their jobs: lists, logs, cancelling and running again."""

import msgspec

from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.catalog import workflow_id
from bot.sandbox.github.filters import filtered
from bot.sandbox.github.jobs import Job
from bot.sandbox.github.paging import counted
from bot.sandbox.github.refusals import Refused, not_found
from bot.sandbox.github.routes.workflows import workflow_of
from bot.sandbox.github.runs import Run
from bot.sandbox.github.shapes import runs as shape


class Again(msgspec.Struct):
    enable_debug_logging: bool = False


def runs(call: Call) -> Answer:
    return counted(call, "workflow_runs", filtered(call, runs_here(call)), shape.run)


def workflow_runs(call: Call) -> Answer:
    number = workflow_id(call.repository, workflow_of(call).path)
    found = [run for run in runs_here(call) if run.workflow_id == number]
    return counted(call, "workflow_runs", filtered(call, found), shape.run)


def run(call: Call) -> Answer:
    return Answer(shape.run(run_of(call)))


def attempt(call: Call) -> Answer:
    found, number = run_of(call), call.number("attempt")
    return Answer(shape.run(found, number)) if number in found.attempts else not_found()


def jobs(call: Call) -> Answer:
    """Only the newest attempt's, unless all are wanted."""
    found = run_of(call)
    attempts = found.attempts if call.query.get("filter") == "all" else [found.attempt]
    born = [job for attempt in attempts for job in found.attempts[attempt] if job.born]
    return counted(call, "jobs", born, shape.job)


def attempt_jobs(call: Call) -> Answer:
    attempts, number = run_of(call).attempts, call.number("attempt")
    born = [job for job in attempts.get(number) or not_found() if job.born]
    return counted(call, "jobs", born, shape.job)


def job(call: Call) -> Answer:
    return Answer(shape.job(job_of(call)))


def job_logs(call: Call) -> Answer:
    """The log itself lies behind a signed address that asks for no token."""
    return Answer(status=302, headers={"Location": call.world.log_links.sign(job_of(call))})


def log_file(call: Call) -> Answer:
    """What stores the logs is no API and speaks in text."""
    try:
        found = call.world.log_links.open(
            call.params["job_id"], call.query.get("sig", ""), call.headers.get("Authorization")
        )
    except Refused as refused:
        return Answer(refused.message.encode(), refused.status, TEXT)
    return Answer(found.encode(), headers=TEXT)


def cancel(call: Call) -> Answer:
    run_of(call).request_cancel(call.account)
    return Answer({}, 202)


def rerun(call: Call) -> Answer:
    return again(call, failed_only=False)


def rerun_failed_jobs(call: Call) -> Answer:
    return again(call, failed_only=True)


def again(call: Call, *, failed_only: bool) -> Answer:
    call.json(Again)
    run_of(call).run_again(call.account, failed_only=failed_only)
    return Answer({}, 201)


def runs_here(call: Call) -> list[Run]:
    """Newest first."""
    return [run for run in reversed(call.world.runs.values()) if run.repository is call.repository]


def run_of(call: Call) -> Run:
    found = call.world.runs.get(call.number("run_id"))
    return found if found is not None and found.repository is call.repository else not_found()


def job_of(call: Call) -> Job:
    number = call.number("job_id")
    for run in runs_here(call):
        for jobs in run.attempts.values():
            for found in jobs:
                if found.id == number and found.born:
                    return found
    return not_found()


TEXT = {"Content-Type": "text/plain; charset=utf-8"}
BASE = "/repos/{owner}/{repo}/actions"
READ, WRITE = ("actions=read",), ("actions=write",)
ROUTES = (
    Route("GET", f"{BASE}/runs", runs, READ),
    Route("GET", f"{BASE}/workflows/{{workflow}}/runs", workflow_runs, READ),
    Route("GET", f"{BASE}/runs/{{run_id}}", run, READ),
    Route("GET", f"{BASE}/runs/{{run_id}}/jobs", jobs, READ),
    Route("GET", f"{BASE}/runs/{{run_id}}/attempts/{{attempt}}", attempt, READ),
    Route("GET", f"{BASE}/runs/{{run_id}}/attempts/{{attempt}}/jobs", attempt_jobs, READ),
    Route("GET", f"{BASE}/jobs/{{job_id}}", job, READ),
    Route("GET", f"{BASE}/jobs/{{job_id}}/logs", job_logs, READ),
    Route("POST", f"{BASE}/runs/{{run_id}}/cancel", cancel, WRITE),
    Route("POST", f"{BASE}/runs/{{run_id}}/rerun", rerun, WRITE),
    Route("POST", f"{BASE}/runs/{{run_id}}/rerun-failed-jobs", rerun_failed_jobs, WRITE),
)
PAGES = (Route("GET", "/_logs/{job_id}", log_file),)
