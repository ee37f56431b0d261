"""Deployments and their statuses: recorded by whoever may write deployments, read by who may read them."""

from typing import Literal

import msgspec

from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.deployments import Deployment, deploy
from bot.sandbox.github.paging import listed
from bot.sandbox.github.refusals import not_found
from bot.sandbox.github.shapes import deployments as shape


class NewDeployment(msgspec.Struct):
    ref: str
    task: str = "deploy"
    auto_merge: bool = True
    required_contexts: list[str] | None = None
    payload: dict[str, object] | str = msgspec.field(default_factory=dict)
    environment: str = "production"
    description: str | None = ""
    transient_environment: bool = False
    production_environment: bool | None = None


class NewStatus(msgspec.Struct):
    state: Literal["error", "failure", "inactive", "in_progress", "queued", "pending", "success"]
    target_url: str = ""
    log_url: str = ""
    description: str = ""
    environment: str | None = None
    environment_url: str = ""
    auto_inactive: bool = True


def create(call: Call) -> Answer:
    wanted = call.json(NewDeployment)
    made = deploy(
        call.repository,
        wanted.ref,
        wanted.environment,
        call.account,
        task=wanted.task,
        auto_merge=wanted.auto_merge,
        required_contexts=wanted.required_contexts,
        payload=wanted.payload,
        description=wanted.description,
        transient=wanted.transient_environment,
        production=wanted.production_environment,
    )
    if isinstance(made, str):
        return Answer({"message": made}, 202)
    return Answer(shape.deployment(made), 201)


def several(call: Call) -> Answer:
    """Newest first; each filter has to fit."""
    wanted = {name: call.query[name] for name in ("sha", "ref", "task", "environment") if name in call.query}
    found = [each for each in reversed(call.repository.deployments.values()) if fits(each, wanted)]
    return listed(call, found, shape.deployment)


def fits(found: Deployment, wanted: dict[str, str]) -> bool:
    told = {"sha": found.sha, "ref": found.ref, "task": found.task, "environment": found.environment}
    return all(told[name].casefold() == value.casefold() for name, value in wanted.items())


def one(call: Call) -> Answer:
    return Answer(shape.deployment(deployment_of(call)))


def delete(call: Call) -> Answer:
    deployment_of(call).delete()
    return Answer(status=204)


def say(call: Call) -> Answer:
    wanted, about = call.json(NewStatus), deployment_of(call)
    made = about.say(
        wanted.state,
        call.account,
        description=wanted.description,
        environment=wanted.environment,
        environment_url=wanted.environment_url,
        log_url=wanted.log_url or wanted.target_url,
        auto_inactive=wanted.auto_inactive,
    )
    return Answer(shape.status(about, made), 201)


def statuses(call: Call) -> Answer:
    """Newest first."""
    about = deployment_of(call)
    return listed(call, about.statuses[::-1], lambda each: shape.status(about, each))


def status(call: Call) -> Answer:
    about, number = deployment_of(call), call.number("status_id")
    found = next((each for each in about.statuses if each.id == number), None)
    return Answer(shape.status(about, found or not_found()))


def deployment_of(call: Call) -> Deployment:
    return call.repository.deployments.get(call.number("deployment_id")) or not_found()


BASE = "/repos/{owner}/{repo}/deployments"
READ, WRITE = ("deployments=read",), ("deployments=write",)
ROUTES = (
    Route("POST", BASE, create, WRITE),
    Route("GET", BASE, several, READ),
    Route("GET", f"{BASE}/{{deployment_id}}", one, READ),
    Route("DELETE", f"{BASE}/{{deployment_id}}", delete, WRITE),
    Route("POST", f"{BASE}/{{deployment_id}}/statuses", say, WRITE),
    Route("GET", f"{BASE}/{{deployment_id}}/statuses", statuses, READ),
    Route("GET", f"{BASE}/{{deployment_id}}/statuses/{{status_id}}", status, READ),
)
