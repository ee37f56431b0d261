"""The part of the composition root that needs Slack: its adapter, its steps, its door, and the pages for linking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from bot.flow import aim, converse, home, link, meet, myself, ports, press, receive_slack
from bot.flow.act import Act
from bot.flow.link_browser import Browser
from bot.flow.query import Ask
from bot.github.oauth import OAuth
from bot.model.command import Command
from bot.model.repository import Connection
from bot.rules.dialect import Dialect
from bot.settings import GitHubSettings, SlackSettings
from bot.slack.api import SlackApi
from bot.slack.channels import SlackChannels
from bot.slack.clients import Clients
from bot.slack.edge import SlackDoor
from bot.slack.inbound import ReadDelivery
from bot.slack.messages import SlackMessages
from bot.slack.openid import SlackOpenId
from bot.slack.socket import SocketMode
from bot.slack.users import SlackUsers
from bot.slack.views import SlackViews
from bot.web.link import LinkPages
from bot.wiring import Common

if TYPE_CHECKING:
    from bot.app import Signalbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """Slack's half: ports filled by its adapter."""

    bot: Signalbox
    connection: Connection
    settings: SlackSettings
    github: GitHubSettings
    read: ports.ReadDelivery
    users: ports.SlackUsers
    channels: ports.SlackChannels
    messages: ports.SlackMessages
    views: ports.SlackViews
    api: SlackApi
    door: SlackDoor
    stack: AsyncExitStack
    browsers: list[Browser]
    """The way through the browser, once the steps are built; empty where nobody can sign in."""

    def dialect(self, catalog: Mapping[str, Command]) -> Dialect:
        """How lines to copy read in the living messages: requests are named by their codes there."""
        anywhere = [name for name, command in catalog.items() if command.anywhere]
        return Dialect(command=self.settings.command, target=None, anywhere=anywhere)

    def routes(self) -> list[web.RouteDef]:
        """The pages for linking; none where nobody can sign in."""
        https = (self.bot.settings.public_url or "").startswith("https://")
        pages = (LinkPages(browser, https=https, command=self.settings.command) for browser in self.browsers)
        return [route for page in pages for route in page.routes()]

    def socket(self) -> SocketMode | None:
        """The way in that we open ourselves, where an app-level token says so."""
        if self.settings.app_token is None:
            return None
        socket = SocketMode(
            api_url=self.settings.api_url,
            app_token=self.settings.app_token.reveal(),
            hear=self.door.hear,
            user_agent=self.bot.user_agent,
        )
        self.bot.metrics.watch_slack_socket(lambda: socket.connected)
        return socket

    def steps(self, common: Common, acting: Act, ask: Ask) -> receive_slack.ReceiveSlack:
        """The steps behind what Slack tells us. The pages for linking are kept for `app` to mount."""
        units, clock, github = common.units, common.clock, common.github.connection
        meeting = meet.Meet(units, self.users, self.channels)
        linking = self._linking(common, github)
        talk = converse.Converse(
            units=units,
            catalogs=common.catalogs,
            command=self.settings.command,
            meet=meeting,
            aim=aim.Aim(units, common.github.repositories, common.github.permissions, github.id),
            myself=myself.Myself(units, linking, ask, common.reply, clock),
            act=acting,
            channels=self.channels,
            reply=common.reply,
            wait=common.wait,
            clock=clock,
        )
        self.browsers.extend(self._browser(common, linking, github))
        return receive_slack.ReceiveSlack(
            units=units,
            converse=talk,
            press=press.Press(units, talk),
            home=home.ShowHome(
                units, common.github.permissions, self.users, self.views, common.render, self.settings.command
            ),
            views=self.views,
            patience=common.patience,
            clock=clock,
        )

    def _linking(self, common: Common, github: Connection) -> link.Linking:
        return link.Linking(
            identify=common.identify,
            reply=common.reply,
            clock=common.clock,
            mint=common.mint,
            github=github.id,
            public_url=self.bot.settings.public_url,
            signs_in=self.github.client_id is not None,
            command=self.settings.command,
        )

    def _browser(self, common: Common, linking: link.Linking, github: Connection) -> Iterator[Browser]:
        """The way through the browser, where people can sign in."""
        public_url, client_id, secret = self.bot.settings.public_url, self.github.client_id, self.github.client_secret
        if public_url is None or client_id is None or secret is None:
            return
        sign_in = OAuth(
            connection=github.id,
            api_url=self.github.api_url,
            server_url=self.github.server_url,
            client_id=client_id,
            client_secret=secret.reveal(),
            clock=self.bot.timer,
            user_agent=self.bot.user_agent,
            on_call=self.bot.measure.asked_github,
        )
        yield Browser(
            units=common.units,
            linking=linking,
            users=self.users,
            github=sign_in,
            slack=self._sign_in(),
            clock=common.clock,
            mint=common.mint,
            public_url=public_url,
        )

    def _sign_in(self) -> ports.SlackSignIn | None:
        if self.settings.client_id is None or self.settings.client_secret is None:
            return None
        return SlackOpenId(
            self.api,
            client_id=self.settings.client_id,
            client_secret=self.settings.client_secret.reveal(),
            clock=self.bot.timer,
        )


def connect(
    bot: Signalbox, connection: Connection, settings: SlackSettings, github: GitHubSettings, stack: AsyncExitStack
) -> Slack:
    """Build Slack's adapter. Nothing is asked of Slack yet."""
    api = SlackApi(
        connection=connection.id,
        api_url=settings.api_url,
        token=settings.bot_token.reveal(),
        clock=bot.timer,
        user_agent=bot.user_agent,
        on_call=bot.measure.asked_slack,
    )
    stack.push_async_callback(api.aclose)
    clients = Clients(api)
    channels = SlackChannels(clients, bot.timer)
    return Slack(
        bot=bot,
        connection=connection,
        settings=settings,
        github=github,
        read=ReadDelivery(),
        users=SlackUsers(clients, bot.timer),
        channels=channels,
        messages=SlackMessages(clients, channels),
        views=SlackViews(clients),
        api=api,
        door=SlackDoor(
            connection=connection.id,
            api_url=settings.api_url,
            command=settings.command,
            signing_secret=settings.signing_secret.reveal() if settings.signing_secret else None,
            record=bot.record,
            clock=bot.timer,
            mint=bot.mint,
            on_outcome=bot.measure.heard_slack,
        ),
        stack=stack,
        browsers=[],
    )
