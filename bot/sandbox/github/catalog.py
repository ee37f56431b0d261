"""Owns which workflows a repository has: what the default branch holds, found by file name or number."""

from bot.sandbox.github.git import Commit
from bot.sandbox.github.repositories import Repository
from bot.sandbox.github.workflows import FOLDER, WorkflowFile, is_workflow, read_workflow


def workflows(repository: Repository) -> list[WorkflowFile]:
    """Only these exist for the API."""
    head = repository.git.head(repository.default_branch)
    return [read_workflow(path, data) for path, data in sorted(head.files.items()) if is_workflow(path)]


def workflow_at(path: str, found: Commit) -> WorkflowFile | None:
    """The file as it is in some commit: this is what a run of that commit uses."""
    data = found.files.get(path)
    return None if data is None else read_workflow(path, data)


def workflow_id(repository: Repository, path: str) -> int:
    """A workflow keeps its number when its file changes."""
    if path not in repository.workflow_ids:
        repository.workflow_ids[path] = repository.world.ids.new()
    return repository.workflow_ids[path]


def find_workflow(repository: Repository, reference: str) -> WorkflowFile | None:
    for found in workflows(repository):
        names = (found.path.removeprefix(FOLDER), found.path, str(workflow_id(repository, found.path)))
        if reference in names:
            return found
    return None
