"""Owns the shapes of what Slack sends: the few fields that are read, of commands, events, presses and forms.

Every field is optional, as in the payloads that are really sent; whoever reads them says what has to be there.
https://docs.slack.dev/interactivity/implementing-slash-commands, https://docs.slack.dev/apis/events-api and
https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

import msgspec


class Fields(msgspec.Struct, frozen=True, omit_defaults=True):
    """A JSON object of which only the declared fields are read."""


class CommandFacts(Fields, frozen=True):
    """A slash command. `team_id` is where it was typed; whose home that is, is asked later (T21)."""

    team_id: str = ""
    enterprise_id: str | None = None
    user_id: str = ""
    channel_id: str = ""
    text: str = ""
    response_url: str | None = None
    trigger_id: str = ""


class Authorization(Fields, frozen=True):
    """In whose name we were given an event: our bot user's."""

    user_id: str | None = None
    is_bot: bool = False


class Tokens(Fields, frozen=True):
    """Whose tokens were revoked, by user id."""

    bot: list[str] | None = None


class EventFacts(Fields, frozen=True):
    """The event itself, of any of the types that we subscribe to."""

    type: str = ""
    subtype: str | None = None
    channel: str | None = None
    channel_type: str | None = None
    user: str | None = None
    team: str | None = None
    """The author's own workspace."""
    user_team: str | None = None
    """The home of an author from elsewhere, workspace or enterprise."""
    bot_id: str | None = None
    text: str | None = None
    ts: str | None = None
    thread_ts: str | None = None
    tab: str | None = None
    tokens: Tokens | None = None


class CallbackFacts(Fields, frozen=True):
    """The envelope of an event. `team_id` is the workspace that it happened in."""

    team_id: str | None = None
    enterprise_id: str | None = None
    event_id: str = ""
    event: EventFacts = EventFacts()
    authorizations: list[Authorization] | None = None
    retry: int = 0
    """Which try this was: not Slack's field, it comes from a header."""

    @property
    def bot_user(self) -> str | None:
        """Who we are there, as Slack itself says with each event."""
        return next((one.user_id for one in self.authorizations or () if one.is_bot), None)


class Team(Fields, frozen=True):
    """A workspace."""

    id: str = ""
    enterprise_id: str | None = None


class User(Fields, frozen=True):
    """A person, with the workspace that they belong to as far as this payload says."""

    id: str = ""
    team_id: str | None = None


class Named(Fields, frozen=True):
    """Something with an id."""

    id: str = ""


class Container(Fields, frozen=True):
    """What carries the button."""

    message_ts: str | None = None
    channel_id: str | None = None
    thread_ts: str | None = None


class Threaded(Fields, frozen=True):
    """The message that carries the button; an ephemeral one is not told."""

    thread_ts: str | None = None


class Action(Fields, frozen=True):
    """A pressed button."""

    action_id: str = ""
    value: str | None = None


class PressFacts(Fields, frozen=True):
    """`block_actions`. An app that is installed for a whole organisation is told no `team`."""

    trigger_id: str = ""
    team: Team | None = None
    enterprise: Named | None = None
    user: User = User()
    channel: Named | None = None
    container: Container = Container()
    message: Threaded | None = None
    actions: list[Action] = []
    response_url: str | None = None


class Input(Fields, frozen=True):
    """What stands in one field of a form."""

    value: str | None = None
    selected_conversation: str | None = None


class State(Fields, frozen=True):
    """The fields of a form by block and action."""

    values: dict[str, dict[str, Input]] = {}


class View(Fields, frozen=True):
    """A form as it was sent."""

    callback_id: str = ""
    private_metadata: str = ""
    state: State | None = None


class FormFacts(Fields, frozen=True):
    """`view_submission`."""

    trigger_id: str = ""
    team: Team | None = None
    enterprise: Named | None = None
    user: User = User()
    view: View = View()
