"""Owns the sign-in pages."""

from aiohttp import web

from bot.sandbox.slack.world import World


class SignIn:
    """Pages that a browser can drive."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> web.RouteTableDef:
        return web.RouteTableDef()
