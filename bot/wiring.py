"""The steps between the two halves of the composition root, GitHub's and Slack's, and the jobs that run them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.flow import (
    adopt,
    announce,
    answer,
    authorize,
    cancel,
    catalogs,
    dispatch,
    doors,
    expire,
    identify,
    keep,
    leave_queue,
    notice_config,
    patience,
    ports,
    post,
    post_answer,
    protect,
    protect_job,
    prune,
    queue,
    receive,
    records,
    redeliver,
    rejudge,
    remind,
    restart,
    review_config,
    schedule,
    sweep,
    track,
    unlock,
    wait,
)
from bot.github import happened
from bot.jobs.policy import Policy
from bot.jobs.port import Engine
from bot.render.renderer import Renderer
from bot.rules import retention
from bot.wiring_audit import sealing, watching
from bot.wiring_judge import Judging, judging
from bot.wiring_notice import noticing
from bot.wiring_receive import receiving, reviewing

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
    _keeping(bot, github, common)
    _locks(bot, common)
    noticing(bot, common, slack)
    await steps.redeliver.begin()
    return common


def _keeping(bot: Signalbox, github: GitHub, common: Common) -> None:
    """What waits, what stays for long, and what goes."""
    units: ports.Units = bot.units
    bot.engine.handle(schedule.EXPIRE, expire.Expire(units, bot.timer))
    bot.engine.handle(schedule.REMIND, remind.Remind(common.reply))
    bot.engine.handle(keep.KEEP, keep.Keep(units, {github.connection.id: happened.read}, bot.timer))
    bot.engine.every("facts", keep.EVERY_SECONDS, keep.KEEP)
    bot.engine.handle(prune.PRUNE, prune.Prune(units, bot.timer, retention.KEPT_FOR))
    bot.engine.every("old", prune.EVERY_SECONDS, prune.PRUNE)
    sealing(bot)


def _locks(bot: Signalbox, common: Common) -> None:
    """What ends by itself."""
    units, clock = common.units, common.clock
    bot.engine.handle(queue.END, unlock.EndLock(units, common.reply, clock))
    bot.engine.handle(queue.LEAVE, leave_queue.LeaveQueue(units, clock))


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The steps that jobs run."""

    receive: receive.Receive
    dispatch: dispatch.Dispatcher
    protect: protect.Protect
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
        engine.handle(protect_job.PROTECT, self.protect, on_held=self.protect.gave_up)
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
    others = watching(bot, common, slack)
    waits = doors.Doors(units, github.environments, clock)
    tracker = track.Track(units, github.runs, ties, github.ourselves, clock, patient, github.workflows, others, waits)
    kept = records.Records(units, github.check_runs, github.deployments)
    poster = post.Post(units, github.comments, slack.messages if slack else None, kept)
    rejudging = rejudge.Rejudge(units, common.judge, common.catalogs, clock, mint)
    restarting = restart.Restart(units, github.runs, github.ourselves, clock, mint)
    grace = post.GRACE if bot.grace is None else bot.grace
    channels, dialect = (slack.channels, slack.dialect(common.catalogs.built_in)) if slack else (None, None)
    return Steps(
        receive=receiving(common, tracker, slack),
        dispatch=dispatch.Dispatcher(units, github.workflows, rejudging, ties, restarting, clock, patient),
        protect=_protect(common, tracker),
        adopt=ties,
        track=tracker,
        announce=announce.Announce(units, poster, channels, reply, common.render, dialect, clock, patient, grace),
        post=post_answer.PostAnswer(units, poster, clock, patient, grace),
        react=post_answer.React(units, github.comments, patient),
        stop=cancel.Stop(units, github.runs, clock, patient),
        review=reviewing(common),
        notice=notice_config.NoticeConfig(units, common.judging.configure, patient),
        sweep=sweep.Sweep(units, clock, timedelta(seconds=bot.settings.sweep_seconds)),
        redeliver=redeliver.Redeliver(
            units, github.deliveries, clock, (github.connection.id,), lambda result: counted.labels(result).inc()
        ),
    )


def _protect(common: Common, tracker: track.Track) -> protect.Protect:
    github = common.github
    return protect.Protect(
        units=common.units,
        runs=github.runs,
        rule=github.protection_rule,
        track=tracker,
        configured=common.judging.configure,
        ourselves=github.ourselves,
        clock=common.clock,
        mint=common.mint,
        patience=common.patience,
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
