"""Block Kit as Slack judges it: every limit, unknown keys and types refused."""

from bot.sandbox.slack.blocks.check import check_blocks, check_view

__all__ = ["check_blocks", "check_view"]
