"""Owns trigger ids: a person's act allows the app to open one view, within three seconds.

https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.slack.apps import App
from bot.sandbox.slack.ids import Clock, secret
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.refusals import Refused

LIFETIME = timedelta(seconds=3)


@dataclass(slots=True, eq=False, kw_only=True)
class Trigger:
    app: App
    person: Person
    made_at: datetime
    view_id: str | None  # the view in which it was pressed: only there can another one be pushed
    used: bool = False


class Triggers:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: dict[str, Trigger] = {}

    def new(self, app: App, person: Person, view_id: str | None = None) -> str:
        text = f"{len(self._made) + 1}.{int(self._clock().timestamp())}.{secret(32).lower()}"
        self._made[text] = Trigger(app=app, person=person, made_at=self._clock(), view_id=view_id)
        return text

    def use(self, text: str, app: App) -> Trigger:
        """Spend it: another app's, a late one and a used one are refused in Slack's words."""
        found = self._made.get(text)
        if found is None or found.app is not app:
            raise Refused("invalid_trigger_id")
        if found.used:
            raise Refused("exchanged_trigger_id")
        if self._clock() - found.made_at > LIFETIME:
            raise Refused("expired_trigger_id")
        found.used = True
        return found
