"""Owns response URLs: unguessable, five uses, thirty minutes.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.slack.apps import App, Installation
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.ids import Clock, secret
from bot.sandbox.slack.messages import Message
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.refusals import Refused

LIFETIME = timedelta(minutes=30)
USES = 5


@dataclass(slots=True, eq=False, kw_only=True)
class Hook:
    """`original` is the message whose button was pressed; a slash command has none."""

    path: str
    installation: Installation
    channel: Channel
    person: Person
    made_at: datetime
    original: Message | None
    uses: int = 0

    @property
    def app(self) -> App:
        return self.installation.app


class Hooks:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: dict[str, Hook] = {}

    def new(
        self, kind: str, installation: Installation, channel: Channel, person: Person, original: Message | None = None
    ) -> str:
        """A path such as `/commands/T1/2/secret`."""
        path = f"/{kind}/{installation.workspace.id}/{len(self._made) + 1}/{secret(24)}"
        self._made[path] = Hook(
            path=path,
            installation=installation,
            channel=channel,
            person=person,
            made_at=self._clock(),
            original=original,
        )
        return path

    def peek(self, path: str) -> Hook:
        """The hook itself, without a use of it: an ack answers for free."""
        return self._made[path]

    def use(self, path: str) -> Hook:
        hook = self._made.get(path)
        if hook is None:
            raise Refused("invalid_url", status=404)
        if self._clock() - hook.made_at > LIFETIME:
            raise Refused("expired_url", status=404)
        if hook.uses >= USES:
            raise Refused("used_url", status=404)
        hook.uses += 1
        return hook
