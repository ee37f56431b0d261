"""Environments, what a run waits for, and who lets it go on: people by their own tokens, apps by their rules."""

from typing import Literal

import msgspec

from bot.sandbox.github.callers import InstallationCaller, PersonCaller
from bot.sandbox.github.calls import Answer, Call, Route
from bot.sandbox.github.environments import Environment, find
from bot.sandbox.github.paging import counted, listed
from bot.sandbox.github.refusals import Refused, invalid_request, not_found
from bot.sandbox.github.routes.runs import run_of
from bot.sandbox.github.shapes import deployments as shape
from bot.sandbox.github.waiting import APPROVED, Wait, answer_rule, review, waits


class Review(msgspec.Struct):
    environment_ids: list[int]
    state: Literal["approved", "rejected"]
    comment: str


class RuleAnswer(msgspec.Struct):
    environment_name: str
    state: Literal["approved", "rejected"] | None = None
    comment: str | None = None


def several(call: Call) -> Answer:
    found = list(call.repository.environments.values())
    return counted(call, "environments", found, lambda each: shape.environment(call.repository, each))


def one(call: Call) -> Answer:
    return Answer(shape.environment(call.repository, environment_of(call)))


def rules(call: Call) -> Answer:
    """Only those that are switched on."""
    found = [each for each in environment_of(call).rules if each.enabled]
    told = [shape.custom_rule(call.repository, each) for each in found]
    return Answer({"total_count": len(told), "custom_deployment_protection_rules": told})


def pending(call: Call) -> Answer:
    """Each environment once, however many jobs wait for it."""
    found = {wait.environment.id: wait for wait in waits(run_of(call))}
    person = call.caller.person if isinstance(call.caller, PersonCaller) else None
    return listed(call, list[Wait](found.values()), lambda each: shape.pending(call.repository, each, person))


def let_in(call: Call) -> Answer:
    """An app is nobody whom an environment could ask."""
    if not isinstance(call.caller, PersonCaller):
        raise call.caller.refusal()
    wanted = call.json(Review)
    approve = wanted.state == APPROVED
    spoken = review(run_of(call), wanted.environment_ids, call.caller.person, approve=approve, comment=wanted.comment)
    return Answer([shape.deployment(each) for each in spoken])


def answer(call: Call) -> Answer:
    """An app speaks for its own rule only."""
    if not isinstance(call.caller, InstallationCaller):
        raise Refused(403, "You must authenticate via a GitHub App.")
    wanted = call.json(RuleAnswer)
    if wanted.state is None and not wanted.comment:
        invalid_request('"comment" wasn\'t supplied.')
    answer_rule(run_of(call), wanted.environment_name, call.caller.app, wanted.state, wanted.comment)
    return Answer(status=204)


def environment_of(call: Call) -> Environment:
    return find(call.repository, call.params["environment_name"]) or not_found()


HERE = "/repos/{owner}/{repo}"
READ = ("actions=read",)
ROUTES = (
    Route("GET", f"{HERE}/environments", several, READ),
    Route("GET", f"{HERE}/environments/{{environment_name}}", one, READ),
    Route("GET", f"{HERE}/environments/{{environment_name}}/deployment_protection_rules", rules, READ),
    Route("GET", f"{HERE}/actions/runs/{{run_id}}/pending_deployments", pending, READ),
    Route("POST", f"{HERE}/actions/runs/{{run_id}}/pending_deployments", let_in, ("deployments=read",)),
    Route("POST", f"{HERE}/actions/runs/{{run_id}}/deployment_protection_rule", answer, ("deployments=write",)),
)
