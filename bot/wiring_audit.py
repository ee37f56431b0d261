"""The part of the composition root that keeps the audit trail: its seals, and runs that nobody asked us for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.auditing import audit_keys
from bot.flow import seal, strangers

if TYPE_CHECKING:
    from bot.app import Signalbox
    from bot.wiring import Common
    from bot.wiring_slack import Slack


def sealing(bot: Signalbox) -> None:
    """Entries are sealed as long as this serves. Without SECRET_KEY the rounds come, and seal nothing."""
    keys = audit_keys([key.reveal() for key in bot.settings.secret_keys])
    bot.engine.handle(seal.SEAL, seal.Seal(bot.units, bot.timer, keys[0] if keys else None))
    bot.engine.every("audit", seal.EVERY_SECONDS, seal.SEAL)


def watching(bot: Signalbox, common: Common, slack: Slack | None) -> strangers.Strangers:
    """What notices runs that were started past us, in rounds of its own and for whoever hears of one."""
    step = strangers.Strangers(
        units=common.units,
        runs=common.github.runs,
        remembered=common.judging.configure.remembered,
        ourselves=common.github.ourselves,
        channels=slack.channels if slack else None,
        reply=common.reply,
        clock=common.clock,
        count=bot.metrics.unasked_runs.inc,
    )
    bot.engine.handle(strangers.RECONCILE, step)
    bot.engine.every("history", strangers.EVERY_SECONDS, strangers.RECONCILE)
    return step
