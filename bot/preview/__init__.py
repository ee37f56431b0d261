"""One example of every message in every state, as flow and rules make them: for operators who write templates of their
own (`signalbox templates preview`), and for the tests that hold each finished text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.model.message import Message
from bot.preview.answers import ANSWERS
from bot.preview.configuring import CONFIGURING
from bot.preview.deploying import DEPLOYING
from bot.preview.helping import HELP
from bot.preview.living import LIVING
from bot.preview.locking import LOCKING
from bot.preview.slack import ONLY_SLACK, SPOKEN

SAMPLES: Final[Mapping[str, Message]] = {**LIVING, **ANSWERS, **CONFIGURING, **DEPLOYING, **HELP, **LOCKING}
"""Those that both surfaces show."""

SLACK_SAMPLES: Final[Mapping[str, Message]] = {
    name: message if "prefix" in message.fields else SPOKEN.message(message)
    for name, message in {**SAMPLES, **ONLY_SLACK}.items()
}
"""Everything that Slack shows, lines to type as they are typed there."""
