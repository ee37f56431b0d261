"""The half of the composition root that needs GitHub: its adapter, the steps behind it, and the jobs that run them.

The annotations with names from bot/flow/ports.py are where mypy checks that the adapters have the promised shape.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot import catalog
from bot.flow import (
    adopt,
    announce,
    answer,
    authorize,
    cancel,
    dispatch,
    hear,
    identify,
    ports,
    query,
    receive,
    rejudge,
    sweep,
    track,
)
from bot.flow import open as opening
from bot.github.clients import Clients, Ourselves, input_limit
from bot.github.comments import Comments
from bot.github.edge import Door
from bot.github.inbound import ReadDelivery
from bot.github.permissions import Permissions
from bot.github.pull_requests import PullRequests
from bot.github.runs import WorkflowRuns
from bot.github.transport import GitHubClient
from bot.github.workflows import Workflows
from bot.jobs.embedded import Engine
from bot.jobs.policy import Policy
from bot.model.repository import Connection
from bot.render.renderer import Renderer
from bot.settings import GitHubSettings

if TYPE_CHECKING:
    from bot.app import Signalbox

TEMPLATES: Final = Path(__file__).resolve().parents[1] / "templates"

PATIENT: Final = Policy(attempts=30)
"""For what must be said, or stopped, even after GitHub was away for two hours."""

BRIEF: Final = Policy(attempts=3)
"""For reactions, which nobody misses for long."""


def connect(bot: Signalbox, connection: Connection, settings: GitHubSettings, stack: AsyncExitStack) -> Door:
    """Build the adapter of one connection and the steps behind it; the door for its webhooks comes back."""
    client = GitHubClient(
        connection=connection.id,
        api_url=settings.api_url,
        app_id=settings.app_id,
        private_key=settings.private_key.reveal(),
        clock=bot.timer,
        user_agent=bot.user_agent,
        on_call=bot.count_call,
    )
    stack.push_async_callback(client.aclose)
    reader = ReadDelivery({connection.id: settings.app_id})
    steps = _steps(bot, Clients(client), reader, input_limit(connection))
    steps.register(bot.engine, bot.settings.sweep_seconds)
    return Door(connection.id, settings.webhook_secret.reveal(), bot.timer, bot.mint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The steps that jobs run."""

    receive: receive.Receive
    dispatch: dispatch.Dispatcher
    adopt: adopt.Adopt
    track: track.Track
    announce: announce.Announce
    post: answer.PostAnswer
    react: answer.React
    stop: cancel.Stop
    sweep: sweep.Sweep

    def register(self, engine: Engine, sweep_seconds: int) -> None:
        """Tell the engine who does which kind of job (docs/architecture.md lists them)."""
        engine.handle(receive.DELIVERY, self.receive, on_held=self.receive.gave_up)
        engine.handle(opening.DISPATCH, self.dispatch, on_held=self.dispatch.gave_up)
        engine.handle(adopt.FIND, self.adopt.find, on_held=self.adopt.gave_up)
        engine.handle(adopt.CHECK, self.track.check)
        engine.handle(cancel.STOP, self.stop, policy=PATIENT)
        engine.handle(opening.ANNOUNCE, self.announce, policy=PATIENT)
        engine.handle(answer.POST, self.post, policy=PATIENT)
        engine.handle(answer.REACT, self.react, policy=BRIEF)
        engine.handle(sweep.SWEEP, self.sweep)
        engine.every("runs", sweep_seconds, sweep.SWEEP)


def _steps(bot: Signalbox, clients: Clients, read: ports.ReadDelivery, limit: int) -> Steps:
    clock, mint, commands = bot.timer, bot.mint, catalog.load()
    units: ports.Units = bot.units
    permissions: ports.Permissions = Permissions(clients, clock)
    pull_requests: ports.PullRequests = PullRequests(clients)
    workflows: ports.Workflows = Workflows(clients)
    runs: ports.WorkflowRuns = WorkflowRuns(clients)
    comments: ports.Comments = Comments(clients)
    ourselves: ports.Ourselves = Ourselves(clients)
    render: ports.Render = Renderer(TEMPLATES, None)
    reply = answer.Reply(units, render, clock, mint)
    judge = authorize.Authorize(units, permissions, pull_requests, workflows, clock, limit)
    person = identify.Identify(clock, mint)
    ties = adopt.Adopt(units, runs, ourselves, clock, mint)
    tracker = track.Track(units, runs, ties, ourselves, clock)
    listener = hear.Hear(
        units=units,
        catalog=commands,
        identify=person,
        permissions=permissions,
        open=opening.Open(units, judge, reply, clock, mint),
        cancel=cancel.Cancel(units, reply, render, clock),
        ask=query.Ask(units, commands, workflows, judge, reply, mint),
        reply=reply,
        clock=clock,
    )
    again = rejudge.Rejudge(units, judge, commands, clock)
    return Steps(
        receive=receive.Receive(units, read, listener, tracker, person, reply, permissions),
        dispatch=dispatch.Dispatcher(units, workflows, again, ties, clock),
        adopt=ties,
        track=tracker,
        announce=announce.Announce(units, comments, render, clock),
        post=answer.PostAnswer(units, comments, clock),
        react=answer.React(units, comments),
        stop=cancel.Stop(units, runs, clock),
        sweep=sweep.Sweep(units, clock, timedelta(seconds=bot.settings.sweep_seconds)),
    )
