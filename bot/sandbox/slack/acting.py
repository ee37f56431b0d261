"""Owns what people do: type, mention, press, fill in, look; each act returns when the app has answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.sandbox.slack import interactions
from bot.sandbox.slack.apps import App, Installation
from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.deliveries import Delivery, Json
from bot.sandbox.slack.events import envelope, home_opened, message_event
from bot.sandbox.slack.forms import TROUBLE, filled_in, obey
from bot.sandbox.slack.ids import short
from bot.sandbox.slack.messages import INTERACTIVE, Message, Seen
from bot.sandbox.slack.outbox import Outbox
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.refusals import Impossible, Refused
from bot.sandbox.slack.responses import perform
from bot.sandbox.slack.texts import escaped, rich_text, with_ids
from bot.sandbox.slack.views import View
from bot.sandbox.slack.world import World

NOT_A_COMMAND = "{} is not a valid command."
NOT_IN_THREADS = "{} is not supported in threads. Sorry!"
FAILED = '{} failed with the error "{}"'


@dataclass(slots=True)
class Acting:
    """The hands of everybody here."""

    world: World
    outbox: Outbox

    # Typing

    async def command(self, app: App, who: Person, channel: Channel, line: str, thread: str | None) -> Delivery | None:
        """A slash command. Where Slack itself says no, nothing is sent and the person reads why."""
        self._enter(who, channel)
        name, _, text = line.partition(" ")
        installation = app.installed_in(who.workspace)
        if name != app.command or installation is None or "commands" not in installation.token.scopes:
            self._slackbot(who, channel, NOT_A_COMMAND.format(name), thread)
            return None
        if thread is not None:
            self._slackbot(who, channel, NOT_IN_THREADS.format(name), thread)
            return None
        text = self._with_ids(text.strip(), who, channel, labels=True) if app.should_escape else text.strip()
        payload = interactions.slash_command(self.world, installation, who, channel, text)
        delivery = await self.outbox.send(app, "slash_commands", payload)
        self._ack(delivery, who, channel, name)
        return delivery

    async def says(self, app: App | None, who: Person, channel: Channel, text: str, thread: str | None) -> Message:
        """A message, in a thread or not. The app hears of it where it is a member and has subscribed."""
        self._enter(who, channel)
        text = self._with_ids(text, who, channel, labels=False)
        message = self.world.post(channel, who, text, thread_ts=thread)
        message.wire = [rich_text(text, short())]
        installation = self.world.installation_in(app, channel) if app else None
        if app is not None and installation is not None:
            for event in self._heard(app, installation, message):
                await self.outbox.send(app, "events_api", envelope(self.world, installation, event, channel=channel))
        return message

    def _heard(self, app: App, installation: Installation, message: Message) -> Iterator[Json]:
        kind, scopes = message.channel.kind, installation.token.scopes
        mentioned = f"<@{installation.bot.id}>" in message.text and kind != "im"
        if mentioned and "app_mention" in app.events and "app_mentions:read" in scopes:
            yield message_event("app_mention", message, installation)
        name = {"public": "channels", "private": "groups", "im": "im"}[kind]
        if f"message.{name}" in app.events and f"{name}:history" in scopes:
            yield message_event("message", message, installation)

    # Pressing

    async def press(
        self, who: Person, message: Message, action_id: str, *, block_id: str | None, value: object, confirm: bool
    ) -> Delivery:
        """Press (or choose in) what the message offers now. Raises Impossible."""
        self._enter(who, message.channel)
        app = self.world.apps.get(message.author.app_id or "")
        installation = app.installed_in(message.author.workspace) if app else None
        if app is None or installation is None:
            raise Impossible("nobody listens behind this message")
        if message.to not in (None, who) or message not in message.channel.messages:
            raise Impossible("the message is not there")
        block, element = found(list(message.wire), action_id, block_id)
        action = self._action(block, element, value, confirm)
        payload = interactions.message_action(self.world, installation, who, message, action)
        delivery = await self.outbox.send(app, "interactive", payload)
        if delivery.failure:
            self._slackbot(who, message.channel, FAILED.format("This", delivery.failure), message.thread_ts)
        return delivery

    async def press_in_view(
        self, who: Person, view: View, action_id: str, *, block_id: str | None, value: object, confirm: bool
    ) -> Delivery:
        block, element = found(view.wire, action_id, block_id)
        action = self._action(block, element, value, confirm)
        payload = interactions.view_action(self.world, who, view, action)
        return await self.outbox.send(view.installation.app, "interactive", payload)

    def _action(self, block: Json, element: Json, value: object, confirm: bool) -> Json:
        if "confirm" in element and not confirm:
            raise Impossible("a dialog asks whether you are sure: press with confirm=True")
        action: Json = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
        if element["type"] == "button":
            action |= {key: element[key] for key in ("text", "value", "style", "url") if key in element}
        else:
            action |= filled_in(element, value)
        return action | {"action_ts": self.world.ids.ts()}

    # Views

    async def submit(self, who: Person, view: View, values: Mapping[str, object]) -> Delivery:
        """Fill in a modal and send it; what the app answers decides whether it closes. Raises Impossible."""
        if view not in self.world.views.of(who) or view is not self.world.views.of(who)[-1]:
            raise Impossible("this view is not in front")
        state = state_of(view, values)
        payload = interactions.view_submission(self.world, who, view, state)
        delivery = await self.outbox.send(view.installation.app, "interactive", payload)
        if delivery.succeeded:
            obey(self.world, view, delivery.answer)
        else:
            view.errors = {"": TROUBLE}
        return delivery

    async def close(self, who: Person, view: View, *, cleared: bool = False) -> Delivery | None:
        """The person gives up; the app hears of it only when it asked to."""
        self.world.views.close(view, all_of_them=cleared)
        if not view.sent.get("notify_on_close"):
            return None
        payload = interactions.view_closed(self.world, who, view, cleared=cleared)
        return await self.outbox.send(view.installation.app, "interactive", payload)

    async def open_home(self, app: App, who: Person, tab: str) -> Delivery | None:
        installation = app.installed_in(who.workspace)
        if installation is None:
            raise Impossible("the app is not installed here")
        if "app_home_opened" not in app.events:
            return None
        return await self.outbox.send(app, "events_api", home_opened(self.world, installation, who, tab))

    # What Slack does around it

    def _enter(self, who: Person, channel: Channel) -> None:
        """People join a public channel when they write there; into private ones nobody gets alone."""
        if who.deleted:
            raise Impossible(f"{who.name} is deactivated")
        if not channel.known_to(who):
            raise Impossible(f"{who.name} can not see this channel")
        if channel.archived:
            raise Impossible("the channel is archived")
        channel.members.add(who.id)

    def _with_ids(self, text: str, who: Person, place: Channel, *, labels: bool) -> str:
        """Names of the own workspace first; in a shared channel those of the others, too."""

        def person(name: str) -> Person | None:
            known = (self.world.find_person(each, name) for each in (who.workspace, *place.workspaces))
            return next((each for each in known if each is not None), None)

        def channel(name: str) -> Channel | None:
            found = self.world.find_channel(who.workspace, name)
            return found if found and found.known_to(who) else None

        return with_ids(text, person, channel, labels=labels)

    def _slackbot(self, who: Person, channel: Channel, text: str, thread: str | None) -> None:
        self.world.post(channel, self.world.slackbot(who.workspace), escaped(text), to=who, thread_ts=thread)

    def _ack(self, delivery: Delivery, who: Person, channel: Channel, name: str) -> None:
        """The ack of a command may carry a message; a bad one reads as `dispatch_failed` does."""
        if delivery.failure:
            return self._slackbot(who, channel, FAILED.format(name, delivery.failure), None)
        answer = delivery.answer
        if answer is None:
            return None
        payload: Json = answer if isinstance(answer, dict) else {"text": answer}
        path = str(delivery.payload["response_url"]).removeprefix(self.world.origin)
        try:
            perform(self.world, self.world.hooks.peek(path), payload)
        except Refused:
            self._slackbot(who, channel, FAILED.format(name, "dispatch_failed"), None)
        return None


def found(blocks: list[Json], action_id: str, block_id: str | None) -> tuple[Json, Json]:
    """A block and the element in it. Raises Impossible when there is none, or several."""
    hits = [
        (block, element)
        for block in blocks
        if block_id in (None, block["block_id"])
        for element in elements(block)
        if element.get("action_id") == action_id
    ]
    if not hits:
        raise Impossible(f"there is no {action_id} here")
    if len(hits) > 1:
        raise Impossible(f"there are {len(hits)} of {action_id} here: say in which block_id")
    return hits[0]


def elements(block: Json) -> Iterator[Json]:
    """What can be pressed or filled in, in a block."""
    inside = block.get("elements")
    candidates = [block.get("accessory"), block.get("element"), *(inside if isinstance(inside, list) else [])]
    for each in candidates:
        if isinstance(each, dict) and each.get("type") in INTERACTIVE:
            yield each


def state_of(view: View, values: Mapping[str, object]) -> Json:
    """What the fields hold, by block and action; what was not filled in keeps its initial value."""
    state: Json = {}
    used: set[str] = set()
    for block in view.wire:
        for element in elements(block):
            keys = [key for key in (str(element["action_id"]), str(block["block_id"])) if key in values]
            if block["type"] != "input" and (element["type"] in ("button", "overflow")):
                continue
            used |= set(keys)
            held = filled_in(element, values[keys[0]] if keys else None)
            if block["type"] == "input" and not block.get("optional") and empty(held):
                raise Impossible(f"{element['action_id']} has to be filled in")
            state[str(block["block_id"])] = {str(element["action_id"]): {"type": element["type"], **held}}
    if values.keys() - used:
        raise Impossible(f"there is no field {', '.join(sorted(values.keys() - used))}")
    return state


def empty(held: Json) -> bool:
    return all(value in (None, "", []) for value in held.values())


def message_of(world: World, message: Seen | Message) -> Message:
    """The message that somebody reads; ephemeral ones included. Raises Impossible."""
    if isinstance(message, Message):
        return message
    for each in world.channels[message.channel].messages:
        if each.ts == message.ts:
            return each
    raise Impossible("the message is not there any more")
