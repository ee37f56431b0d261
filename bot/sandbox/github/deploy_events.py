"""Owns what apps hear of deployments, and of jobs that wait for them.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#deployment_protection_rule
"""

from typing import TYPE_CHECKING

from bot.sandbox.github.apps import App
from bot.sandbox.github.deployments import Deployment, DeploymentStatus
from bot.sandbox.github.environments import Environment
from bot.sandbox.github.events import Events
from bot.sandbox.github.jobs import Job
from bot.sandbox.github.shapes import deployments, pulls, runs
from bot.sandbox.github.shapes.accounts import Json

if TYPE_CHECKING:
    from bot.sandbox.github.runs import Run


class DeployEvents:
    """Told to whoever is subscribed; a question about a rule goes to the app whose rule it is."""

    def __init__(self, events: Events) -> None:
        self._events = events

    def created(self, made: Deployment) -> None:
        fields: Json = {"deployment": deployments.deployment(made), **run_of(made.run)}
        self._events.tell("deployment", "created", made.repository, made.creator, fields)

    def status(self, about: Deployment, made: DeploymentStatus) -> None:
        fields: Json = {
            "deployment": deployments.deployment(about),
            "deployment_status": deployments.status(about, made),
            "check_run": None,
            **run_of(about.run),
        }
        self._events.tell("deployment_status", "created", about.repository, made.creator, fields)

    def protection_rule(self, app: App, job: Job, made: Deployment, environment: Environment) -> None:
        run = job.run
        fields: Json = {
            "environment": environment.name,
            "event": run.event,
            "deployment_callback_url": f"{runs.run_url(run)}/deployment_protection_rule",
            "deployment": deployments.deployment(made),
            "pull_requests": [pulls.pull(each) for each in runs.pulls_of(run)],
        }
        told = ("deployment_protection_rule", "requested", run.repository, run.triggering_actor, fields)
        self._events.tell_owner(app, *told)


def run_of(run: "Run | None") -> Json:
    """The run whose job it is, without its commit; a deployment that somebody made by the API has none."""
    if run is None:
        return {"workflow": None, "workflow_run": None}
    told = runs.run(run) | {"head_commit": None, "previous_attempt_url": None}
    return {"workflow": runs.workflow(run.repository, run.workflow), "workflow_run": told}
