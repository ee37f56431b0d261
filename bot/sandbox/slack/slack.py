"""The sandbox's front door: a whole Slack that a test or the demo builds up, and that the bot talks to over HTTP."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.sandbox.slack.acting import Acting, message_of
from bot.sandbox.slack.apps import App
from bot.sandbox.slack.building import Building, Where, Who
from bot.sandbox.slack.deliveries import Delivery
from bot.sandbox.slack.events import revoked, uninstalled
from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.ids import Clock
from bot.sandbox.slack.journal import Exchange
from bot.sandbox.slack.messages import Message, Seen, seen
from bot.sandbox.slack.outbox import Outbox
from bot.sandbox.slack.people import Workspace
from bot.sandbox.slack.server import Server
from bot.sandbox.slack.signin import SignIn
from bot.sandbox.slack.sockets import Sockets
from bot.sandbox.slack.tiers import Tiers
from bot.sandbox.slack.views import View
from bot.sandbox.slack.world import World


def now() -> datetime:
    return datetime.now(UTC)


class SandboxSlack(Building):
    """slack.com with one workspace to begin with.

    `clock` dates messages and signatures and ends triggers, response URLs and codes. `auth_clock` dates id tokens and
    stays real under a faked `clock`, because libraries check those by the real time.
    """

    def __init__(
        self, *, clock: Clock = now, auth_clock: Clock = now, workspace: str = "acme", enterprise: str | None = None
    ) -> None:
        self.world = World(clock=clock, auth_clock=auth_clock)
        self.world.add_workspace(workspace, enterprise)
        self.faults = Faults()
        self.sockets = Sockets()
        self.outbox = Outbox(self.world, self.sockets)
        self._server = Server(self.world, self.faults, self.outbox)
        self._acting = Acting(self.world, self.outbox)
        self._signin = SignIn(self.world)

    # Life

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        await self._server.start(host, port, self._signin.routes())
        self.outbox.start()

    async def stop(self) -> None:
        await self.outbox.stop()
        await self._server.stop()

    async def settled(self) -> None:
        """Everything on its way to an app was answered or has failed."""
        await self.outbox.settled()

    async def __aenter__(self) -> "SandboxSlack":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # What a bot needs to know, and what happened

    @property
    def url(self) -> str:
        """The Web API's address, for `SLACK_API_URL`."""
        return f"{self.world.origin}/api/"

    @property
    def server_url(self) -> str:
        """The address of the sign-in pages."""
        return self.world.origin

    @property
    def journal(self) -> list[Exchange]:
        return list(self._server.journal)

    @property
    def deliveries(self) -> list[Delivery]:
        """What was sent to apps, oldest first."""
        return list(self.outbox.deliveries)

    @property
    def tiers(self) -> Tiers:
        """Rate limits; `slack.tiers.switched_on = True` makes them count."""
        return self.world.tiers

    def called(self, method: str) -> list[Exchange]:
        return [each for each in self._server.journal if each.name == method]

    # What people do

    async def command(
        self, who: Who, channel: Where, line: str, *, app: App | None = None, thread: str | None = None
    ) -> Delivery | None:
        """Somebody types a line such as `/ops help`; None when Slack itself said no."""
        place = self.where(channel)
        return await self._acting.command(app or self.app, self.who(who, place), place, line, thread)

    async def says(self, who: Who, channel: Where, text: str, *, thread: str | Seen | None = None) -> Message:
        """Somebody writes a message; `@name` and `#channel` in it become ids."""
        place = self.where(channel)
        ts = (thread.thread_ts or thread.ts) if isinstance(thread, Seen) else thread
        return await self._acting.says(self.app if self.world.apps else None, self.who(who, place), place, text, ts)

    async def mentions(self, who: Who, channel: Where, text: str, *, thread: str | Seen | None = None) -> Message:
        """The same, for a text with `@signalbox` in it."""
        return await self.says(who, channel, text, thread=thread)

    async def presses(
        self,
        who: Who,
        where: Seen | Message | View,
        action_id: str,
        *,
        block_id: str | None = None,
        confirm: bool = False,
    ) -> Delivery:
        """Press a button of a message or view as it stands now. Raises Impossible when it is not there."""
        return await self.chooses(who, where, action_id, None, block_id=block_id, confirm=confirm)

    async def chooses(
        self,
        who: Who,
        where: Seen | Message | View,
        action_id: str,
        value: object,
        *,
        block_id: str | None = None,
        confirm: bool = False,
    ) -> Delivery:
        """Choose a value (an option's value or text) in a menu. Raises Impossible."""
        person = self.who(who) if isinstance(where, View) else self.who(who, message_of(self.world, where).channel)
        if isinstance(where, View):
            return await self._acting.press_in_view(
                person, where, action_id, block_id=block_id, value=value, confirm=confirm
            )
        message = message_of(self.world, where)
        return await self._acting.press(person, message, action_id, block_id=block_id, value=value, confirm=confirm)

    async def submits(self, who: Who, view: View, values: Mapping[str, object] | None = None) -> Delivery:
        """Fill in the modal in front, by `action_id` or `block_id`, and send it. Raises Impossible."""
        return await self._acting.submit(self.who(who), view, values or {})

    async def closes(self, who: Who, view: View) -> Delivery | None:
        return await self._acting.close(self.who(who), view)

    async def opens_home(self, who: Who, *, tab: str = "home") -> Delivery | None:
        return await self._acting.open_home(self.app, self.who(who), tab)

    def agrees(self, who: Who, url: str) -> str:
        """Press "Continue as ..." on a sign-in page without a browser; returns the address it leads back to."""
        return self._signin.agree(url, self.who(who))

    async def uninstalls(self, workspace: Workspace | None = None, *, app: App | None = None) -> None:
        """An administrator removes the app; it hears `app_uninstalled` and `tokens_revoked`, in any order."""
        installation = (app or self.app).installed_in(workspace or self.home)
        if installation is not None:
            told = uninstalled(self.world, installation)
            await asyncio.gather(*(self.outbox.send(installation.app, "events_api", each) for each in told))

    async def revokes(self, workspace: Workspace | None = None, *, app: App | None = None) -> None:
        """The bot's token is revoked, and the app hears of it."""
        installation = (app or self.app).installed_in(workspace or self.home)
        if installation is not None:
            installation.token.state = "token_revoked"
            await self.outbox.send(
                installation.app, "events_api", revoked(self.world, installation, installation.token)
            )

    async def retries(self) -> list[Delivery]:
        """Send the failed events again that are due by the clock (1 and 5 minutes later); returns what was sent."""
        return await self.outbox.retry_due()

    async def resends(self, delivery: Delivery) -> Delivery:
        """The same payload once more with retry headers, as when the app's answer got lost."""
        return await self.outbox.again(delivery)

    # What people see

    def seen_by(self, who: Who, channel: Where) -> list[Seen]:
        """The messages in order, with the ephemeral ones for this person; nothing in a channel they can not see."""
        place = self.where(channel)
        person = self.who(who, place)
        if not place.known_to(person):
            return []
        return [seen(each) for each in place.messages if each.to in (None, person)]

    def thread_of(self, who: Who, message: Seen) -> list[Seen]:
        """A message and its replies."""
        root = message.thread_ts or message.ts
        return [each for each in self.seen_by(who, message.channel) if root in (each.ts, each.thread_ts)]

    def home_of(self, who: Who) -> View | None:
        return self.world.views.home(self.app.id, self.who(who))

    def views_of(self, who: Who) -> list[View]:
        """The open modals, the one in front last."""
        return self.world.views.of(self.who(who))
