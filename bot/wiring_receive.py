"""The steps from what came in to what is done about it: the part of the composition root behind each delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from bot.errors import BotError
from bot.flow import (
    act,
    cancel,
    confirm,
    enter,
    explain,
    hear,
    live,
    lock,
    maintenance,
    ports,
    press_check,
    query,
    read_logs,
    receive,
    rerun,
    review_config,
    rollback,
    surroundings,
    track,
    trust,
    unlock,
    use,
    vote,
)
from bot.flow import help as helping
from bot.flow import open as opening
from bot.model.delivery import Delivery
from bot.model.inbound import Inbound

if TYPE_CHECKING:
    from bot.wiring import Common
    from bot.wiring_slack import Slack


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


def reviewing(common: Common) -> review_config.ReviewConfig:
    """What looks at pull requests that change the configuration."""
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


def _explain(common: Common, again: rerun.RunAgain, back: rollback.RollBack, slack: Slack | None) -> explain.Explain:
    return explain.Explain(
        units=common.units,
        catalogs=common.catalogs,
        authorize=common.judge,
        accounts=common.github.accounts,
        users=slack.users if slack else None,
        rerun=again,
        rollback=back,
        trust=_trust(common),
        environments=common.github.environments,
        mint=common.mint,
    )


def _confirm(common: Common) -> confirm.ConfirmConfig:
    github, judging = common.github, common.judging
    return confirm.ConfirmConfig(
        common.units,
        judging.configure,
        judging.second,
        github.permissions,
        github.owners,
        common.reply,
        common.clock,
    )


def receiving(common: Common, tracker: track.Track, slack: Slack | None) -> receive.Receive:
    """The steps from what came in to what is done about it."""
    github, units, clock, mint, reply = common.github, common.units, common.clock, common.mint, common.reply
    entering = enter.Enter(units, reply, clock, mint, notifies=slack is not None)
    opener = opening.Open(units, common.judge, entering, reply, clock, mint)
    again = rerun.RunAgain(units, common.judge, entering, reply, clock, mint)
    back = rollback.RollBack(units, common.judge, entering, reply, clock, mint)
    configure = common.judging.configure
    logs, upkeep = read_logs.ReadLogs(units, github.logs), maintenance.Maintenance(units)
    told, shown = _explain(common, again, back, slack), confirm.ShowConfig(configure)
    lives = live.ShowLive(units, common.catalogs, github.environments, clock)
    ask = query.Ask(units, _help(common), told, logs, shown, lives, reply, clock)
    acting = act.Act(
        units=units,
        permissions=github.permissions,
        open=opener,
        rerun=again,
        rollback=back,
        cancel=cancel.Cancel(units, reply, clock),
        vote=vote.SayYesOrNo(units, common.judging.voices, reply, clock, mint),
        confirm=_confirm(common),
        lock=lock.TakeLock(units, common.catalogs, reply, clock, mint),
        unlock=unlock.TakeAway(units, common.catalogs, reply, clock),
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
        press_check.PressCheck(units, common.catalogs.built_in, common.identify, acting, common.wait),
        slack.steps(common, acting, ask) if slack else None,
    )
