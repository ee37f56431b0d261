"""One example of every message in every state, as flow and rules make them: for operators who write templates of their
own (`signalbox templates preview`), and for the tests that hold each finished text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.model.message import Message
from bot.preview.answers import ANSWERS
from bot.preview.configuring import CONFIGURING
from bot.preview.helping import HELP
from bot.preview.living import LIVING
from bot.preview.slack import ONLY_SLACK

SAMPLES: Final[Mapping[str, Message]] = {**LIVING, **ANSWERS, **CONFIGURING, **HELP}
"""Those that both surfaces show."""

SLACK_SAMPLES: Final[Mapping[str, Message]] = {**SAMPLES, **ONLY_SLACK}
"""Everything that Slack shows."""
