"""Workflows and their dispatch."""

import msgspec

from bot.sandbox.github import catalog
from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.dispatching import dispatch
from bot.sandbox.github.paging import counted
from bot.sandbox.github.refusals import not_found
from bot.sandbox.github.shapes import runs as shape
from bot.sandbox.github.workflows import WorkflowFile

BODYLESS_BEFORE = "2026-03-10"  # from this version on a dispatch always tells its run


class EnterpriseDispatch(msgspec.Struct):
    """An Enterprise Server of this age does not know the wish for details, and refuses it."""

    ref: str
    inputs: dict[str, object] = msgspec.field(default_factory=dict)


class CloudDispatch(EnterpriseDispatch):
    return_run_details: bool = False


def workflows(call: Call) -> Answer:
    return counted(
        call, "workflows", catalog.workflows(call.repository), lambda each: shape.workflow(call.repository, each)
    )


def workflow(call: Call) -> Answer:
    return Answer(shape.workflow(call.repository, workflow_of(call)))


def create_dispatch(call: Call) -> Answer:
    wish = call.json(EnterpriseDispatch if call.world.enterprise else CloudDispatch)
    details = isinstance(wish, CloudDispatch) and wish.return_run_details
    run = dispatch(call.repository, call.params["workflow"], wish.ref, wish.inputs, call.account)
    always = call.headers.get("X-GitHub-Api-Version", "") >= BODYLESS_BEFORE
    if not details and not always:
        return Answer(status=204)
    return Answer({"workflow_run_id": run.id, "run_url": shape.run_url(run), "html_url": shape.run_page(run)})


def disable(call: Call) -> Answer:
    call.repository.disabled_workflows.add(workflow_of(call).path)
    return Answer(status=204)


def enable(call: Call) -> Answer:
    call.repository.disabled_workflows.discard(workflow_of(call).path)
    return Answer(status=204)


def workflow_of(call: Call) -> WorkflowFile:
    return catalog.find_workflow(call.repository, call.params["workflow"]) or not_found()


LIST = "/repos/{owner}/{repo}/actions/workflows"
ROUTES = (
    Route("GET", LIST, workflows, ("actions=read",)),
    Route("GET", f"{LIST}/{{workflow}}", workflow, ("actions=read",)),
    Route("POST", f"{LIST}/{{workflow}}/dispatches", create_dispatch, ("actions=write",)),
    Route("PUT", f"{LIST}/{{workflow}}/disable", disable, ("actions=write",)),
    Route("PUT", f"{LIST}/{{workflow}}/enable", enable, ("actions=write",)),
)
