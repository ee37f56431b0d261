"""Owns the dispatch of a workflow: GitHub's checks in GitHub's order, then a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.github.accounts import Account
from bot.sandbox.github.catalog import find_workflow, workflow_at, workflow_id
from bot.sandbox.github.expressions import contexts_of_run, render
from bot.sandbox.github.git import Commit
from bot.sandbox.github.inputs import CLOUD_LIMIT, ENTERPRISE_LIMIT, check_inputs
from bot.sandbox.github.refusals import not_found, unprocessable
from bot.sandbox.github.runs import Run
from bot.sandbox.github.workflows import WorkflowFile

if TYPE_CHECKING:
    from bot.sandbox.github.repositories import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """What GitHub was asked to run, as it was asked."""

    repository: str
    workflow: str  # the file's name
    ref: str
    inputs: Mapping[str, object]
    actor: str
    head_sha: str
    run_id: int


def dispatch(repository: "Repository", reference: str, ref: str, given: Mapping[str, object], actor: Account) -> Run:
    """The workflow must exist on the default branch; what runs is the file at `ref`."""
    world = repository.world
    known = find_workflow(repository, reference)
    if known is None:
        not_found()
    named = repository.git.named(ref)
    if named is None:
        unprocessable(f"No ref found for: {ref}")
    full_ref, found = named
    if known.path in repository.disabled_workflows:
        unprocessable("Cannot trigger a 'workflow_dispatch' on a disabled workflow")
    workflow = workflow_at(known.path, found)
    if workflow is None or not workflow.dispatchable:
        unprocessable("Workflow does not have 'workflow_dispatch' trigger")
    limit = ENTERPRISE_LIMIT if world.enterprise else CLOUD_LIMIT
    inputs = check_inputs(workflow.inputs, given, limit=limit)
    world.events.dispatched(repository, workflow, full_ref, inputs, actor)
    run = create_run(repository, workflow, full_ref, found, "workflow_dispatch", actor, inputs)
    world.dispatched.append(
        Dispatched(
            repository=repository.full_name,
            workflow=run.file,
            ref=ref,
            inputs=dict(given),
            actor=actor.login,
            head_sha=found.sha,
            run_id=run.id,
        )
    )
    run.open()
    return run


def create_run(
    repository: "Repository",
    workflow: WorkflowFile,
    ref: str,
    head: Commit,
    event: str,
    actor: Account,
    inputs: Mapping[str, str],
) -> Run:
    world, now = repository.world, repository.world.clock()
    number = repository.run_numbers[workflow.path] = repository.run_numbers.get(workflow.path, 0) + 1
    run = Run(
        id=world.ids.new(),
        repository=repository,
        workflow=workflow,
        workflow_id=workflow_id(repository, workflow.path),
        number=number,
        ref=ref,
        head_commit=head,
        event=event,
        actor=actor,
        triggering_actor=actor,
        inputs=dict(inputs),
        title=workflow.name,
        check_suite_id=world.ids.new(),
        created_at=now,
        updated_at=now,
        started_at=now,
    )
    run.title = title_of(run)
    world.runs[run.id] = run
    return run


def title_of(run: Run) -> str:
    """A run without `run-name` is called like its workflow when dispatched, like its commit otherwise."""
    if not run.workflow.run_name:
        return run.workflow.name if run.event == "workflow_dispatch" else run.head_commit.message.split("\n", 1)[0]
    return render(run.workflow.run_name, contexts_of_run(run))
