"""The part of the composition root that needs people who sign in: the pages behind GitHub's sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aiohttp import web

from bot.flow import help as helping
from bot.flow.catalog_page import ShowCatalog
from bot.flow.link_browser import GITHUB_CALLBACK
from bot.flow.signin import SignIn
from bot.github.oauth import OAuth
from bot.settings import GitHubSettings
from bot.web.catalog import CatalogPages
from bot.web.signin import LOGIN, Handler, SignInPages

if TYPE_CHECKING:
    from bot.app import Signalbox
    from bot.wiring import Common

SHARED = (LOGIN, GITHUB_CALLBACK)
"""Addresses that linking and signing in have in common: GitHub knows one callback."""


def routes(
    bot: Signalbox, settings: GitHubSettings, common: Common, linking: Sequence[web.RouteDef]
) -> list[web.RouteDef]:
    """All pages behind a sign-in, those for linking included; none where nobody can sign in."""
    public_url, client_id, secret = bot.settings.public_url, settings.client_id, settings.client_secret
    if public_url is None or client_id is None or secret is None:
        return [*linking]
    signin = SignIn(
        units=common.units,
        github=OAuth(
            connection=common.github.connection.id,
            api_url=settings.api_url,
            server_url=settings.server_url,
            client_id=client_id,
            client_secret=secret.reveal(),
            clock=bot.timer,
            user_agent=bot.user_agent,
            on_call=bot.measure.asked_github,
        ),
        clock=common.clock,
        mint=common.mint,
        public_url=public_url,
    )
    shared: dict[str, Handler] = {route.path: route.handler for route in linking if route.path in SHARED}
    pages = SignInPages(signin, https=public_url.startswith("https://"), linking=shared)
    others = [route for route in linking if route.path not in SHARED]
    return [*others, *pages.routes(), *CatalogPages(_catalog(common, settings), pages).routes()]


def _catalog(common: Common, settings: GitHubSettings) -> ShowCatalog:
    github = common.github
    return ShowCatalog(
        units=common.units,
        repositories=github.repositories,
        permissions=github.permissions,
        catalogs=common.catalogs,
        help=helping.Help(common.catalogs.built_in, common.catalogs, github.teams, github.workflows),
        github=github.connection.id,
        server_url=settings.server_url,
    )
