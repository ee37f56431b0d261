"""The half of the composition root that needs GitHub: its adapter, the steps behind it, and the jobs that run them.

The annotations with names from bot/flow/ports.py are where mypy checks that the adapters have the promised shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from bot import catalog
from bot.errors import BotError
from bot.flow import (
    act,
    adopt,
    announce,
    answer,
    authorize,
    cancel,
    dispatch,
    hear,
    identify,
    ports,
    post,
    query,
    read_logs,
    receive,
    rejudge,
    rerun,
    restart,
    sweep,
    track,
    use,
)
from bot.flow import open as opening
from bot.github.clients import Clients, Ourselves, input_limit
from bot.github.comments import Comments
from bot.github.edge import Door
from bot.github.inbound import ReadDelivery
from bot.github.logs import Logs
from bot.github.permissions import Permissions
from bot.github.pull_requests import PullRequests
from bot.github.repositories import Repositories
from bot.github.runs import WorkflowRuns
from bot.github.transport import GitHubClient
from bot.github.workflows import Workflows
from bot.jobs.embedded import Engine
from bot.jobs.policy import Policy
from bot.model.command import Command
from bot.model.delivery import Delivery
from bot.model.inbound import Inbound
from bot.model.repository import Connection
from bot.render.renderer import Renderer
from bot.settings import GitHubSettings

if TYPE_CHECKING:
    from bot.app import Signalbox
    from bot.wiring_slack import Slack

TEMPLATES: Final = Path(__file__).resolve().parents[1] / "templates"

PATIENT: Final = Policy(attempts=30)
"""For what must be said, or stopped, even after GitHub was away for two hours."""

BRIEF: Final = Policy(attempts=3)
"""For reactions, which nobody misses for long."""


def connect(
    bot: Signalbox, connection: Connection, settings: GitHubSettings, stack: AsyncExitStack, slack: Slack | None
) -> Door:
    """Build the adapter of one connection and the steps behind both surfaces; the door for its webhooks comes back."""
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
    readers: dict[UUID, ports.ReadDelivery] = {connection.id: ReadDelivery({connection.id: settings.app_id})}
    if slack is not None:
        readers[slack.connection.id] = slack.read
    clients = Clients(client)
    wires = Wires(bot=bot, github=connection, clients=clients, limit=input_limit(connection), slack=slack)
    _steps(wires, Readers(readers)).register(bot.engine, bot.settings.sweep_seconds)
    return Door(connection.id, settings.webhook_secret.reveal(), bot.timer, bot.mint)


@dataclass(frozen=True, slots=True)
class Readers:
    """Reads each delivery as the connection that it came over means it."""

    of: Mapping[UUID, ports.ReadDelivery]

    def __call__(self, delivery: Delivery) -> Sequence[Inbound]:
        """Raises `BotError` for a connection that is not configured any more."""
        reader = self.of.get(delivery.connection)
        if reader is None:
            raise BotError("This delivery came over a connection that is not configured any more.")
        return reader(delivery)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What the steps of both surfaces share."""

    units: ports.Units
    catalog: Mapping[str, Command]
    clock: ports.Clock
    mint: ports.Mint
    render: ports.Render
    reply: answer.Reply
    identify: identify.Identify


@dataclass(frozen=True, slots=True, kw_only=True)
class Wires:
    """What the steps are built from."""

    bot: Signalbox
    github: Connection
    clients: Clients
    limit: int
    slack: Slack | None


def _steps(wires: Wires, read: ports.ReadDelivery) -> Steps:
    bot, slack, clients = wires.bot, wires.slack, wires.clients
    clock, mint, commands = bot.timer, bot.mint, catalog.load()
    units: ports.Units = bot.units
    permissions: ports.Permissions = Permissions(clients, clock)
    pull_requests: ports.PullRequests = PullRequests(clients)
    workflows: ports.Workflows = Workflows(clients)
    runs: ports.WorkflowRuns = WorkflowRuns(clients)
    comments: ports.Comments = Comments(clients)
    ourselves: ports.Ourselves = Ourselves(clients)
    logs: ports.Logs = Logs(clients, user_agent=bot.user_agent)
    repositories: ports.FindRepository = Repositories(clients, clock)
    render: ports.Render = Renderer(TEMPLATES, None)
    reply = answer.Reply(units, render, clock, mint)
    judge = authorize.Authorize(units, permissions, pull_requests, workflows, clock, wires.limit)
    person = identify.Identify(clock, mint)
    ties = adopt.Adopt(units, runs, ourselves, clock, mint)
    tracker = track.Track(units, runs, ties, ourselves, clock)
    opener = opening.Open(units, judge, reply, clock, mint)
    again = rerun.RunAgain(units, judge, opener, reply, clock, mint)
    ask = query.Ask(units, commands, workflows, judge, read_logs.ReadLogs(units, logs), again, reply, mint)
    acting = act.Act(
        catalog=commands,
        permissions=permissions,
        open=opener,
        rerun=again,
        cancel=cancel.Cancel(units, reply, clock),
        ask=ask,
        bind=use.Bind(units, slack.channels, reply, clock) if slack else None,
        reply=reply,
    )
    listener = hear.Hear(units, commands, person, acting, reply, clock)
    poster = post.Post(units, comments, slack.messages if slack else None)
    rejudging = rejudge.Rejudge(units, judge, commands, clock)
    from_slack = None
    if slack is not None:
        common = Common(
            units=units, catalog=commands, clock=clock, mint=mint, render=render, reply=reply, identify=person
        )
        from_slack = slack.steps(common, acting, ask, repositories, wires.github)
    return Steps(
        receive=receive.Receive(units, read, listener, tracker, person, reply, permissions, from_slack),
        dispatch=dispatch.Dispatcher(
            units, workflows, rejudging, ties, restart.Restart(units, runs, ourselves, clock, mint), clock
        ),
        adopt=ties,
        track=tracker,
        announce=announce.Announce(
            units,
            poster,
            slack.channels if slack else None,
            reply,
            render,
            slack.dialect(commands) if slack else None,
            clock,
        ),
        post=answer.PostAnswer(units, poster, clock),
        react=answer.React(units, comments),
        stop=cancel.Stop(units, runs, clock),
        sweep=sweep.Sweep(units, clock, timedelta(seconds=bot.settings.sweep_seconds)),
    )
