"""Owns the page about the commands of a repository, for people who signed in with GitHub."""

from __future__ import annotations

from aiohttp import web

from bot.errors import UpstreamError
from bot.flow.catalog_page import ShowCatalog
from bot.web import pages
from bot.web.signin import LOGOUT, SignInPages

PATH = "/repos/{owner}/{repo}/commands"


class CatalogPages:
    """`/repos/{owner}/{repo}/commands`."""

    def __init__(self, show: ShowCatalog, signin: SignInPages) -> None:
        """`signin` says who somebody is."""
        self._show = show
        self._signin = signin

    def routes(self) -> list[web.RouteDef]:
        """For `bot.web.app.create`."""
        return [web.get(PATH, self.page)]

    async def page(self, request: web.Request) -> web.Response:
        """What this person can run there. What is hidden answers as what is missing (T22): 404."""
        account = await self._signin.account(request)
        if account is None:
            return self._signin.first(request)
        try:
            shown = await self._show(account, request.match_info["owner"], request.match_info["repo"])
        except UpstreamError as error:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "10"}) from error
        if shown is None:
            raise web.HTTPNotFound
        page = pages.html("catalog.html.j2", page=shown, token=self._signin.token(request), logout=LOGOUT)
        page.headers[pages.POLICY] = pages.HEADERS[pages.POLICY].replace("form-action 'none'", "form-action 'self'")
        return page
