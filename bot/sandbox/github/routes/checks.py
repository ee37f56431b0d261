"""Check runs and statuses of commits: read by everybody who may, written by apps and by people who can push."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from bot.sandbox.github.callers import InstallationCaller
from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.checks import Action, Annotation, CheckRun, add_check, add_status
from bot.sandbox.github.paging import counted, page
from bot.sandbox.github.refusals import Refused, invalid_request, not_found, unprocessable
from bot.sandbox.github.shapes import checks as shape

MOST_CHARACTERS = 65_535


class NewAnnotation(msgspec.Struct):
    path: str
    start_line: int
    end_line: int
    annotation_level: Literal["notice", "warning", "failure"]
    message: Annotated[str, msgspec.Meta(max_length=65_536)]
    title: Annotated[str, msgspec.Meta(max_length=255)] | None = None
    raw_details: Annotated[str, msgspec.Meta(max_length=65_536)] | None = None
    start_column: int | None = None
    end_column: int | None = None


class NewAction(msgspec.Struct):
    label: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    description: Annotated[str, msgspec.Meta(max_length=40)]
    identifier: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]


Actions = Annotated[list[NewAction], msgspec.Meta(max_length=3)]


class Output(msgspec.Struct):
    title: str
    summary: str
    text: str | None = None
    annotations: Annotated[list[NewAnnotation], msgspec.Meta(max_length=50)] = msgspec.field(default_factory=list)


class NewRun(msgspec.Struct):
    name: str
    head_sha: str
    details_url: str | None = None
    external_id: str = ""
    status: str = "queued"
    conclusion: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    output: Output | None = None
    actions: Actions | None = None


class ChangedRun(msgspec.Struct):
    name: str | None = None
    details_url: str | None = None
    external_id: str | None = None
    status: str | None = None
    conclusion: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    output: Output | None = None
    actions: Actions | None = None


class NewStatus(msgspec.Struct):
    state: str
    target_url: str | None = None
    description: str | None = None
    context: str = "default"


def create(call: Call) -> Answer:
    if not isinstance(call.caller, InstallationCaller):
        raise Refused(403, "You must authenticate via a GitHub App.")
    wanted = call.json(NewRun)
    sha = commit_of(call, wanted.head_sha)
    made = add_check(
        call.repository,
        sha,
        wanted.name,
        state_of(wanted.status, wanted.conclusion),
        call.caller.app,
        external_id=wanted.external_id,
        details_url=wanted.details_url,
        output=output_of(wanted.output),
        quiet=True,
    )
    dress(made, wanted.output, wanted.actions)
    made.announce()
    return Answer(shape.check_run(made), 201)


def change(call: Call) -> Answer:
    found, wanted = run_of(call), call.json(ChangedRun)
    if not isinstance(call.caller, InstallationCaller) or call.caller.app is not found.app:
        raise Refused(403, "Invalid app_id: a check run can only be modified by the GitHub App that created it.")
    found.name = wanted.name or found.name
    found.external_id = found.external_id if wanted.external_id is None else wanted.external_id
    found.details_url = wanted.details_url or found.details_url
    if wanted.output is not None:
        found.title, found.summary, found.text = output_of(wanted.output)
    dress(found, wanted.output, wanted.actions)
    if wanted.conclusion or wanted.status:
        found.change(state_of(wanted.status or "completed", wanted.conclusion))
    return Answer(shape.check_run(found))


def dress(run: CheckRun, output: Output | None, actions: Sequence[NewAction] | None) -> None:
    """Annotations add up from call to call; buttons take the place of those before."""
    run.annotations += [Annotation(**msgspec.structs.asdict(each)) for each in (output.annotations if output else ())]
    if actions is not None:
        run.actions = tuple(Action(**msgspec.structs.asdict(each)) for each in actions)


def state_of(status: str, conclusion: str | None) -> str:
    """A conclusion completes the run by itself."""
    if conclusion is None and status == "completed":
        invalid_request("If you are providing a `completed` status, you must provide a `conclusion`.")
    return conclusion or status


def output_of(output: Output | None) -> Sequence[str | None]:
    if output is None:
        return (None, None, None)
    if max(len(output.summary), len(output.text or "")) > MOST_CHARACTERS:
        unprocessable(f"Only {MOST_CHARACTERS} characters are allowed; {len(output.summary)} were supplied.")
    return (output.title, output.summary, output.text)


def one(call: Call) -> Answer:
    return Answer(shape.check_run(run_of(call)))


def annotations(call: Call) -> Answer:
    found = run_of(call)
    shown, headers = page(call, found.annotations)
    return Answer([shape.annotation(call.repository, each, found.head_sha) for each in shown], headers=headers)


def rerequest(call: Call) -> Answer:
    """An app asks for its own; what comes of it is up to whoever hears the webhook."""
    found = run_of(call)
    if not isinstance(call.caller, InstallationCaller) or call.caller.app is not found.app:
        raise Refused(403, "This check run is not rerequestable")
    call.world.check_events.rerequested(found, call.account)
    return Answer({}, 201)


def of_commit(call: Call) -> Answer:
    """The newest of each name in each suite, unless `filter=all`."""
    query = call.query
    found = call.repository.checks.of(commit_of(call, call.params["ref"]), every=query.get("filter") == "all")
    found = [run for run in found if query.get("check_name") in (None, run.name)]
    found = [run for run in found if query.get("status") in (None, run.status)]
    found = [run for run in found if query.get("app_id") in (None, str(run.app.id))]
    return counted(call, "check_runs", found, shape.check_run)


def combined(call: Call) -> Answer:
    sha = commit_of(call, call.params["ref"])
    found = call.repository.checks.statuses_of(sha)
    shown, headers = page(call, found)
    return Answer(shape.combined(call.repository, sha, found, shown), headers=headers)


def report(call: Call) -> Answer:
    wanted, sha = call.json(NewStatus), commit_of(call, call.params["sha"])
    made = add_status(
        call.repository,
        sha,
        wanted.context,
        wanted.state,
        call.account,
        description=wanted.description,
        target_url=wanted.target_url,
    )
    return Answer(shape.status(made), 201)


def commit_of(call: Call, ref: str) -> str:
    found = call.repository.git.resolve(ref)
    if found is None:
        raise Refused(422, f"No commit found for SHA: {ref}")
    return found.sha


def run_of(call: Call) -> CheckRun:
    return call.repository.checks.runs.get(call.number("check_run_id")) or not_found()


HERE = "/repos/{owner}/{repo}"
ROUTES = (
    Route("POST", f"{HERE}/check-runs", create, ("checks=write",)),
    Route("GET", f"{HERE}/check-runs/{{check_run_id}}", one, ("checks=read",)),
    Route("PATCH", f"{HERE}/check-runs/{{check_run_id}}", change, ("checks=write",)),
    Route("GET", f"{HERE}/check-runs/{{check_run_id}}/annotations", annotations, ("checks=read",)),
    Route("POST", f"{HERE}/check-runs/{{check_run_id}}/rerequest", rerequest, ("checks=write",)),
    Route("GET", f"{HERE}/commits/{{ref:.+}}/check-runs", of_commit, ("checks=read",)),
    Route("GET", f"{HERE}/commits/{{ref:.+}}/status", combined, ("statuses=read",)),
    Route("POST", f"{HERE}/statuses/{{sha}}", report, ("statuses=write",)),
)
