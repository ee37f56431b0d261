"""The part of the composition root that tells of requests beyond where they were typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.flow import notify, schedule

if TYPE_CHECKING:
    from bot.app import Signalbox
    from bot.wiring import Common
    from bot.wiring_slack import Slack


def noticing(bot: Signalbox, common: Common, slack: Slack | None) -> None:
    """Build the steps, and tell the engine of them."""
    showing = notify.Notify(
        units=common.units,
        catalogs=common.catalogs,
        channels=slack.channels if slack else None,
        reply=common.reply,
        clock=common.clock,
        mint=common.mint,
        patience=common.patience,
    )
    bot.engine.handle(schedule.NOTIFY, showing)
