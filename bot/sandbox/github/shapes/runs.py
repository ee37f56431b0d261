"""Workflows, runs, jobs and steps as JSON."""

from bot.sandbox.github.catalog import workflow_id
from bot.sandbox.github.ids import node_id, stamp, stamp_or_none
from bot.sandbox.github.jobs import Job
from bot.sandbox.github.pulls import PullRequest
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.runs import Run
from bot.sandbox.github.shapes.accounts import Json, account
from bot.sandbox.github.shapes.commits import simple_commit
from bot.sandbox.github.shapes.repositories import html_url, minimal, url
from bot.sandbox.github.steps import Step, steps_of
from bot.sandbox.github.workflows import FOLDER, WorkflowFile

RUN_LINKS = {
    "jobs_url": "/jobs",
    "logs_url": "/logs",
    "artifacts_url": "/artifacts",
    "cancel_url": "/cancel",
    "rerun_url": "/rerun",
}


OF_ATTEMPT = ("jobs_url", "logs_url")


def workflow(repository: Repository, found: WorkflowFile) -> Json:
    number, file = workflow_id(repository, found.path), found.path.removeprefix(FOLDER)
    disabled = found.path in repository.disabled_workflows
    return {
        "id": number,
        "node_id": node_id("Workflow", number),
        "name": found.name,
        "path": found.path,
        "state": "disabled_manually" if disabled else "active",
        "created_at": stamp(repository.created_at),
        "updated_at": stamp(repository.created_at),
        "url": f"{url(repository)}/actions/workflows/{number}",
        "html_url": f"{html_url(repository)}/blob/{repository.default_branch}/{found.path}",
        "badge_url": f"{html_url(repository)}/actions/workflows/{file}/badge.svg",
    }


def run_url(run: Run) -> str:
    return f"{url(run.repository)}/actions/runs/{run.id}"


def run_page(run: Run) -> str:
    return f"{html_url(run.repository)}/actions/runs/{run.id}"


def run(found: Run, attempt: int | None = None) -> Json:
    """As it stands now, or as one of its attempts ended."""
    repository, base, state = found.repository, url(found.repository), found.state(attempt)
    address = run_url(found) if attempt is None else f"{run_url(found)}/attempts/{attempt}"
    before = f"{run_url(found)}/attempts/{state.number - 1}" if state.number > 1 else None
    return {
        "id": found.id,
        "name": found.workflow.name,
        "node_id": node_id("WorkflowRun", found.id),
        "head_branch": found.head_branch,
        "head_sha": found.head_sha,
        "path": found.workflow.path,
        "display_title": found.title,
        "run_number": found.number,
        "event": found.event,
        "status": state.status,
        "conclusion": state.conclusion,
        "workflow_id": found.workflow_id,
        "check_suite_id": found.check_suite_id,
        "check_suite_node_id": node_id("CheckSuite", found.check_suite_id),
        "url": address,
        "html_url": run_page(found) if attempt is None else f"{run_page(found)}/attempts/{attempt}",
        "pull_requests": [pull_minimal(pull) for pull in pulls_of(found)],
        "created_at": stamp(found.created_at),
        "updated_at": stamp(state.updated_at),
        "actor": account(repository.world, found.actor),
        "run_attempt": state.number,
        "referenced_workflows": [],
        "run_started_at": stamp(state.started_at),
        "triggering_actor": account(repository.world, state.triggering_actor),
        **{name: (address if name in OF_ATTEMPT else run_url(found)) + rest for name, rest in RUN_LINKS.items()},
        "check_suite_url": f"{base}/check-suites/{found.check_suite_id}",
        "workflow_url": f"{base}/actions/workflows/{found.workflow_id}",
        "previous_attempt_url": before,
        "head_commit": simple_commit(found.head_commit),
        "repository": minimal(repository),
        "head_repository": minimal(repository),
    }


def pulls_of(run: Run) -> list[PullRequest]:
    """Open pull requests of this repository whose head is the run's branch; forks are left out, as on GitHub."""
    pulls = (issue.pull for issue in run.repository.issues.values() if issue.state == "open")
    return [pull for pull in pulls if pull and pull.comes_from(run.repository, run.head_branch)]


def pull_minimal(pull: PullRequest) -> Json:
    repository = pull.repository
    short = {"id": repository.id, "url": url(repository), "name": repository.name}
    return {
        "id": pull.id,
        "number": pull.number,
        "url": f"{url(repository)}/pulls/{pull.number}",
        "head": {"ref": pull.head, "sha": pull.head_sha, "repo": short},
        "base": {"ref": pull.base, "sha": pull.base_commit.sha, "repo": short},
    }


def job(found: Job) -> Json:
    run, base = found.run, url(found.run.repository)
    assigned = found.started_at is not None and found.conclusion != "skipped"
    created = found.created_at or run.created_at
    return {
        "id": found.id,
        "run_id": run.id,
        "workflow_name": run.workflow.name,
        "head_branch": run.head_branch,
        "run_url": run_url(run),
        "run_attempt": found.attempt,
        "node_id": node_id("CheckRun", found.id),
        "head_sha": run.head_sha,
        "url": f"{base}/actions/jobs/{found.id}",
        "html_url": f"{run_page(run)}/job/{found.id}",
        "status": found.status,
        "conclusion": found.conclusion,
        "created_at": stamp(created),
        "started_at": stamp(found.started_at or created),
        "completed_at": stamp_or_none(found.completed_at),
        "name": found.name,
        "steps": [step(each) for each in steps_of(found)],
        "check_run_url": f"{base}/check-runs/{found.id}",
        "labels": list(found.spec.labels),
        "runner_id": 1 if assigned else None,
        "runner_name": "GitHub Actions 1" if assigned else None,
        "runner_group_id": 0 if assigned else None,
        "runner_group_name": "GitHub Actions" if assigned else None,
    }


def step(found: Step) -> Json:
    return {
        "name": found.name,
        "status": found.status,
        "conclusion": found.conclusion,
        "number": found.number,
        "started_at": stamp_or_none(found.started_at),
        "completed_at": stamp_or_none(found.completed_at),
    }
