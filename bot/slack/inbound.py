"""Owns what a recorded delivery from Slack means: its facts become the bot's own small events."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec

from bot.errors import BadPayload
from bot.model.delivery import Delivery
from bot.model.inbound import ButtonPressed, FormWanted, FromSlack, HomeOpened, SlackCommandReceived, WorkspaceLeft
from bot.model.origin import SlackOrigin, SlackVia
from bot.slack import kept
from bot.slack.facts import Action, CallbackFacts, CommandFacts, Fields, FormFacts, Input, PressFacts, State, Team, User
from bot.slack.views import CHANNEL, COMMAND

RUN_FORM: Final = "run_form"
"""The button that asks for the form."""

HELP: Final = "help"
"""What somebody means who calls us and says nothing."""

_TS: Final = re.compile(r"[0-9]{1,10}\.[0-9]{1,6}", re.ASCII)
_AFTER_CALL: Final = " \t\u00a0:,;.!?\u2013\u2014-"
"""What people put behind a name when they call it: `@signalbox: status`."""

F = TypeVar("F", bound=Fields)
Reader = Callable[[Delivery], tuple[FromSlack, ...]]


class ReadDelivery:
    """Reads deliveries. It satisfies `bot.flow.ports.ReadDelivery`."""

    def __call__(self, delivery: Delivery) -> tuple[FromSlack, ...]:
        """What the delivery means, in order; nothing for noise. Raises `BadPayload` when the facts are not ours."""
        reader = _READERS.get(delivery.event)
        return () if reader is None else reader(delivery)


def _command(delivery: Delivery) -> tuple[FromSlack, ...]:
    found = _facts(delivery, CommandFacts)
    origin = SlackOrigin(
        connection=delivery.connection,
        via=SlackVia.COMMAND,
        team=found.team_id,
        user=found.user_id,
        channel=found.channel_id,
        thread=None,
        message=None,
        occurrence=found.trigger_id,
        created_at=delivery.received_at,
    )
    return (SlackCommandReceived(origin=origin, words=found.text.strip() or HELP, response_url=found.response_url),)


def _message(delivery: Delivery) -> tuple[FromSlack, ...]:
    """A mention, or a message to us alone. In a thread, `thread_ts` is its first message's `ts`."""
    found = _facts(delivery, CallbackFacts)
    said = found.event
    if not (said.user and said.channel and said.ts):
        return ()
    words = _called(said.text or "", found.bot_user, direct=delivery.event == kept.DIRECT)
    if words is None:
        return ()
    origin = SlackOrigin(
        connection=delivery.connection,
        via=SlackVia.MESSAGE,
        team=found.team_id or said.team or "",
        user=said.user,
        channel=said.channel,
        thread=said.thread_ts,
        message=said.ts,
        occurrence=f"{said.channel}:{said.ts}",
        created_at=_moment(said.ts, delivery.received_at),
    )
    return (SlackCommandReceived(origin=origin, words=words, response_url=None),)


def _press(delivery: Delivery) -> tuple[FromSlack, ...]:
    found = _facts(delivery, PressFacts)
    return tuple(_presses(delivery, found))


def _presses(delivery: Delivery, found: PressFacts) -> Iterator[FromSlack]:
    for action in found.actions:
        word = kept.action_of(action)
        if word in ("", kept.SHOW):
            continue
        origin = _pressed_at(delivery, found, action)
        if word == RUN_FORM:
            yield FormWanted(origin=origin, trigger=found.trigger_id)
        else:
            value = action.value or ""
            yield ButtonPressed(origin=origin, action=word, value=value, response_url=found.response_url)


def _pressed_at(delivery: Delivery, found: PressFacts, action: Action) -> SlackOrigin:
    container = found.container
    thread = container.thread_ts or (found.message.thread_ts if found.message else None)
    return SlackOrigin(
        connection=delivery.connection,
        via=SlackVia.BUTTON,
        team=_team(found.team, found.user),
        user=found.user.id,
        channel=container.channel_id or (found.channel.id if found.channel else ""),
        # The first message of a thread names its own thread; who presses there stands in the channel.
        thread=thread if thread != container.message_ts else None,
        message=container.message_ts,
        occurrence=f"{found.trigger_id}:{action.action_id}",
        created_at=delivery.received_at,
    )


def _form(delivery: Delivery) -> tuple[FromSlack, ...]:
    """The channel is the one that was chosen, else the one from which the form was asked for."""
    found = _facts(delivery, FormFacts)
    view = found.view
    origin = SlackOrigin(
        connection=delivery.connection,
        via=SlackVia.FORM,
        team=_team(found.team, found.user),
        user=found.user.id,
        channel=_input(view.state, CHANNEL).selected_conversation or view.private_metadata,
        thread=None,
        message=None,
        occurrence=found.trigger_id,
        created_at=delivery.received_at,
    )
    words = _line(_input(view.state, COMMAND).value or "") or HELP
    return (SlackCommandReceived(origin=origin, words=words, response_url=None),)


def _home(delivery: Delivery) -> tuple[FromSlack, ...]:
    found = _facts(delivery, CallbackFacts)
    user, team = found.event.user, found.team_id or ""
    if not user:
        return ()
    return (HomeOpened(connection=delivery.connection, team=team, user=user, at=delivery.received_at),)


def _left(delivery: Delivery) -> tuple[FromSlack, ...]:
    found = _facts(delivery, CallbackFacts)
    return (WorkspaceLeft(connection=delivery.connection, team=found.team_id or "", event=found.event.type),)


def _called(text: str, bot_user: str | None, *, direct: bool) -> str | None:
    """What somebody asks of us: the line behind our name, `help` when there is none; None when we were not called."""
    name = rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>" if bot_user else None
    call = re.search(name, text) if name else None
    if call is None:
        return (_line(text) or HELP) if direct else None
    return _line(text[call.end() :].lstrip(_AFTER_CALL)) or HELP


def _line(text: str) -> str:
    """The first line that says something: a command is one line, what follows is talk."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _input(state: State | None, name: str) -> Input:
    return state.values.get(name, {}).get(name, Input()) if state else Input()


def _team(team: Team | None, user: User) -> str:
    return (team.id if team else "") or user.team_id or ""


def _moment(ts: str, received_at: datetime) -> datetime:
    """When Slack says that the message was written. https://docs.slack.dev/messaging/retrieving-messages"""
    if not _TS.fullmatch(ts):
        return received_at
    seconds, _, micros = ts.partition(".")
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(micros.ljust(6, "0")))


def _facts(delivery: Delivery, shape: type[F]) -> F:
    try:
        return msgspec.json.decode(delivery.facts, type=shape)
    except msgspec.DecodeError as error:
        raise BadPayload(f"The facts of {delivery.guid} are none of {delivery.event}") from error


_READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        kept.COMMAND: _command,
        kept.MENTION: _message,
        kept.DIRECT: _message,
        kept.ACTIONS: _press,
        kept.FORM: _form,
        kept.HOME: _home,
        kept.LEFT: _left,
    }
)
