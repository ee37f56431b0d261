"""The steps between the two halves of the composition root, GitHub's and Slack's, and the jobs that run them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from bot.errors import BotError
from bot.flow import (
    act,
    adopt,
    announce,
    answer,
    authorize,
    cancel,
    catalogs,
    confirm,
    dispatch,
    enter,
    explain,
    hear,
    identify,
    keep,
    maintenance,
    notice_config,
    patience,
    ports,
    post,
    post_answer,
    prune,
    query,
    read_logs,
    receive,
    redeliver,
    rejudge,
    rerun,
    restart,
    review_config,
    schedule,
    surroundings,
    sweep,
    track,
    trust,
    use,
    wait,
)
from bot.flow import help as helping
from bot.flow import open as opening
from bot.github import happened
from bot.jobs.policy import Policy
from bot.jobs.port import Engine
from bot.model.delivery import Delivery
from bot.model.inbound import Inbound
from bot.render.renderer import Renderer
from bot.rules import retention
from bot.wiring_judge import Judging, judging

if TYPE_CHECKING:
    from bot.app import Signalbox
    from bot.wiring_github import GitHub
    from bot.wiring_slack import Slack

TEMPLATES: Final = Path(__file__).resolve().parents[1] / "templates"

PATIENT: Final = Policy(attempts=30)
"""For what must be said, or stopped, even after GitHub was away for two hours."""

BRIEF: Final = Policy(attempts=3)
"""For reactions, which nobody misses for long."""


async def wire(bot: Signalbox, github: GitHub, slack: Slack | None) -> Common:
    """Build the steps behind both surfaces, tell the engine of them, and have it look for what was missed."""
    common = _common(bot, github)
    steps = _steps(bot, github, slack, common)
    steps.register(bot.engine, bot.settings.sweep_seconds)
    _keeping(bot, github)
    await steps.redeliver.begin()
    return common


def _keeping(bot: Signalbox, github: GitHub) -> None:
    """What stays for long, and what goes."""
    units: ports.Units = bot.units
    bot.engine.handle(keep.KEEP, keep.Keep(units, {github.connection.id: happened.read}, bot.timer))
    bot.engine.every("facts", keep.EVERY_SECONDS, keep.KEEP)
    bot.engine.handle(prune.PRUNE, prune.Prune(units, bot.timer, retention.KEPT_FOR))
    bot.engine.every("old", prune.EVERY_SECONDS, prune.PRUNE)


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
    post: post_answer.PostAnswer
    react: post_answer.React
    stop: cancel.Stop
    review: review_config.ReviewConfig
    notice: notice_config.NoticeConfig
    sweep: sweep.Sweep
    redeliver: redeliver.Redeliver

    def register(self, engine: Engine, sweep_seconds: int) -> None:
        """Tell the engine who does which kind of job (docs/architecture.md lists them)."""
        engine.handle(receive.DELIVERY, self.receive, on_held=self.receive.gave_up)
        engine.handle(schedule.DISPATCH, self.dispatch, on_held=self.dispatch.gave_up)
        engine.handle(adopt.FIND, self.adopt.find, on_held=self.adopt.gave_up)
        engine.handle(adopt.CHECK, self.track.check)
        engine.handle(cancel.STOP, self.stop, policy=PATIENT, on_held=self.stop.gave_up)
        engine.handle(schedule.ANNOUNCE, self.announce, policy=PATIENT)
        engine.handle(answer.POST, self.post, policy=PATIENT)
        engine.handle(answer.REACT, self.react, policy=BRIEF)
        engine.handle(review_config.REVIEW, self.review, policy=BRIEF)
        engine.handle(notice_config.READ, self.notice, policy=BRIEF)
        engine.handle(sweep.SWEEP, self.sweep)
        engine.every("runs", sweep_seconds, sweep.SWEEP)
        engine.handle(redeliver.CATCH_UP, self.redeliver.round)
        engine.handle(redeliver.REDELIVER, self.redeliver.ask)
        engine.every("deliveries", redeliver.ROUNDS * sweep_seconds, redeliver.CATCH_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What the steps of both surfaces share."""

    github: GitHub
    units: ports.Units
    catalogs: catalogs.Catalogs
    judging: Judging
    clock: ports.Clock
    mint: ports.Mint
    render: ports.Render
    reply: answer.Reply
    identify: identify.Identify
    judge: authorize.Authorize
    patience: patience.Patience
    wait: wait.Wait


def _steps(bot: Signalbox, github: GitHub, slack: Slack | None, common: Common) -> Steps:
    units, clock, mint, reply, patient = common.units, common.clock, common.mint, common.reply, common.patience
    counted = bot.metrics.redeliveries
    ties = adopt.Adopt(units, github.runs, github.ourselves, clock, mint, patient)
    tracker = track.Track(units, github.runs, ties, github.ourselves, clock, patient, github.workflows)
    poster = post.Post(units, github.comments, slack.messages if slack else None)
    rejudging = rejudge.Rejudge(units, common.judge, common.catalogs, clock)
    restarting = restart.Restart(units, github.runs, github.ourselves, clock, mint)
    grace = post.GRACE if bot.grace is None else bot.grace
    channels, dialect = (slack.channels, slack.dialect(common.catalogs.built_in)) if slack else (None, None)
    return Steps(
        receive=_receive(common, tracker, slack),
        dispatch=dispatch.Dispatcher(units, github.workflows, rejudging, ties, restarting, clock, patient),
        adopt=ties,
        track=tracker,
        announce=announce.Announce(units, poster, channels, reply, common.render, dialect, clock, patient, grace),
        post=post_answer.PostAnswer(units, poster, clock, patient, grace),
        react=post_answer.React(units, github.comments, patient),
        stop=cancel.Stop(units, github.runs, clock, patient),
        review=_review(common),
        notice=notice_config.NoticeConfig(units, common.judging.configure, patient),
        sweep=sweep.Sweep(units, clock, timedelta(seconds=bot.settings.sweep_seconds)),
        redeliver=redeliver.Redeliver(
            units, github.deliveries, clock, (github.connection.id,), lambda result: counted.labels(result).inc()
        ),
    )


def _common(bot: Signalbox, github: GitHub) -> Common:
    units: ports.Units = bot.units
    clock, mint = bot.timer, bot.mint
    render: ports.Render = Renderer(TEMPLATES, bot.settings.templates)
    apps = bot.settings.github
    pages = bot.settings.public_url if apps is not None and apps.client_id is not None else None
    reply, patient = answer.Reply(units, render, clock, mint, pages), patience.Patience(clock, random.random)
    judge = judging(bot, github, bot.stack)
    return Common(
        github=github,
        units=units,
        catalogs=judge.catalogs,
        judging=judge,
        clock=clock,
        mint=mint,
        render=render,
        reply=reply,
        identify=identify.Identify(clock, mint),
        judge=judge.authorize,
        patience=patient,
        wait=wait.Wait(units, reply, patient),
    )


def _review(common: Common) -> review_config.ReviewConfig:
    github, configure = common.github, common.judging.configure
    return review_config.ReviewConfig(
        units=common.units,
        files=github.config_files,
        history=github.history,
        read=configure.layer.read,
        configure=configure,
        survey=surroundings.Survey(github.workflows, github.input_limit),
        check_runs=github.check_runs,
        render=common.render,
        patience=common.patience,
    )


def _help(common: Common) -> helping.Help:
    return helping.Help(common.catalogs.built_in, common.catalogs, common.github.teams, common.github.workflows)


def _trust(common: Common) -> trust.SayTrust:
    where = common.judge.locate
    return trust.SayTrust(common.units, where, common.catalogs, common.reply, common.clock, common.mint)


def _explain(common: Common, again: rerun.RunAgain, slack: Slack | None) -> explain.Explain:
    users, accounts, said = slack.users if slack else None, common.github.accounts, _trust(common)
    return explain.Explain(common.units, common.catalogs, common.judge, accounts, users, again, said, common.mint)


def _receive(common: Common, tracker: track.Track, slack: Slack | None) -> receive.Receive:
    """The steps from what came in to what is done about it."""
    github, units, clock, mint, reply = common.github, common.units, common.clock, common.mint, common.reply
    entering = enter.Enter(units, reply, clock, mint)
    opener = opening.Open(units, common.judge, entering, reply, clock, mint)
    again = rerun.RunAgain(units, common.judge, entering, reply, clock, mint)
    configure = common.judging.configure
    logs, upkeep = read_logs.ReadLogs(units, github.logs), maintenance.Maintenance(units)
    ask = query.Ask(units, _help(common), _explain(common, again, slack), logs, confirm.ShowConfig(configure), reply)
    acting = act.Act(
        units=units,
        permissions=github.permissions,
        open=opener,
        rerun=again,
        cancel=cancel.Cancel(units, reply, clock),
        confirm=confirm.ConfirmConfig(units, configure, common.judging.second, github.permissions, reply, clock),
        trust=_trust(common),
        ask=ask,
        bind=use.Bind(units, github.permissions, github.repositories, slack.channels, reply, clock) if slack else None,
        reply=reply,
        maintenance=upkeep,
    )
    readers = {github.connection.id: github.read, **({slack.connection.id: slack.read} if slack else {})}
    return receive.Receive(
        units,
        Readers(readers),
        hear.Hear(units, common.catalogs, common.identify, acting, reply, common.wait, clock),
        tracker,
        common.identify,
        reply,
        github.permissions,
        common.patience,
        upkeep,
        configure,
        slack.steps(common, acting, ask) if slack else None,
    )
