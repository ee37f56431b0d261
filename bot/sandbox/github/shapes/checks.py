"""Check runs and statuses as JSON."""

from bot.sandbox.github.checks import Annotation, CheckRun, Status
from bot.sandbox.github.ids import node_id, stamp, stamp_or_none
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.shapes.accounts import Json, account
from bot.sandbox.github.shapes.apps import app
from bot.sandbox.github.shapes.repositories import html_url, minimal, url
from bot.sandbox.github.shapes.runs import pull_minimal


def check_run(found: CheckRun) -> Json:
    """Pull requests from forks are not listed."""
    repository, world = found.repository, found.repository.world
    address, page = f"{url(repository)}/check-runs/{found.id}", f"{html_url(repository)}/runs/{found.id}"
    issues = (each for each in repository.issues.values() if each.state == "open")
    pulls = [each.pull for each in issues if each.pull and each.pull.head_sha == found.head_sha]
    return {
        "id": found.id,
        "name": found.name,
        "node_id": node_id("CheckRun", found.id),
        "head_sha": found.head_sha,
        "external_id": found.external_id,
        "url": address,
        "html_url": page,
        "details_url": found.details_url or page,
        "status": found.status,
        "conclusion": found.conclusion,
        "started_at": stamp(found.started_at),
        "completed_at": stamp_or_none(found.completed_at),
        "output": {
            "title": found.title,
            "summary": found.summary,
            "text": found.text,
            "annotations_count": len(found.annotations),
            "annotations_url": f"{address}/annotations",
        },
        "check_suite": suite(found),
        "app": app(world, found.app),
        "pull_requests": [pull_minimal(pull) for pull in pulls if pull.head_repository is repository],
    }


def annotation(repository: Repository, found: Annotation, sha: str) -> Json:
    return {
        "path": found.path,
        "blob_href": f"{html_url(repository)}/blob/{sha}/{found.path}",
        "start_line": found.start_line,
        "end_line": found.end_line,
        "start_column": found.start_column,
        "end_column": found.end_column,
        "annotation_level": found.annotation_level,
        "title": found.title,
        "message": found.message,
        "raw_details": found.raw_details,
    }


def suite(found: CheckRun) -> Json:
    repository, number = found.repository, found.suite.id
    return {
        "id": number,
        "node_id": node_id("CheckSuite", number),
        "head_branch": next(
            (name for name, line in repository.git.branches.items() if line[-1].sha == found.head_sha), None
        ),
        "head_sha": found.head_sha,
        "status": found.status,
        "conclusion": found.conclusion,
        "url": f"{url(repository)}/check-suites/{number}",
        "before": None,
        "after": found.head_sha,
        "pull_requests": [],
        "app": app(repository.world, found.app),
        "created_at": stamp(found.started_at),
        "updated_at": stamp(found.completed_at or found.started_at),
    }


def status(found: Status) -> Json:
    """As its creation is answered."""
    return simple_status(found) | {"creator": account(found.repository.world, found.creator)}


def simple_status(found: Status) -> Json:
    world = found.repository.world
    return {
        "url": f"{url(found.repository)}/statuses/{found.sha}",
        "avatar_url": f"{world.html}/avatars/u/{found.creator.id}?v=4",
        "id": found.id,
        "node_id": node_id("StatusContext", found.id),
        "state": found.state,
        "description": found.description,
        "target_url": found.target_url,
        "context": found.context,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.created_at),
    }


def combined(repository: Repository, sha: str, statuses: list[Status], shown: list[Status]) -> Json:
    states = {each.state for each in statuses}
    good = "success" if states == {"success"} else "pending"
    worst = "failure" if states & {"failure", "error"} else good
    return {
        "state": worst,
        "sha": sha,
        "total_count": len(statuses),
        "statuses": [simple_status(each) for each in shown],
        "repository": minimal(repository),
        "commit_url": f"{url(repository)}/commits/{sha}",
        "url": f"{url(repository)}/commits/{sha}/status",
    }
