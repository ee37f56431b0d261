"""Owns the apps whose checks are seen here: registered ones, and somebody else's, of which only the number is known."""

from typing import TYPE_CHECKING

from bot.sandbox.github.accounts import Account, Kind
from bot.sandbox.github.apps import App

if TYPE_CHECKING:
    from bot.sandbox.github.world import World

ACTIONS = 15368
"""GitHub Actions, whose jobs are check runs: this number on github.com, another one on each Enterprise Server."""


def reporter(world: "World", number: int) -> App:
    """The app with this number; a stranger is introduced on the way."""
    known = world.apps.get(number) or world.reporters.get(number)
    if known is not None:
        return known
    slug = "github-actions" if number == ACTIONS else f"reporter-{number}"
    world.reporters[number] = App(
        id=number,
        slug=slug,
        client_id=f"Iv1.{number:016x}",
        client_secret="",
        callback_urls=(),
        private_key_pem="",
        webhook_secret="",
        webhook_url=None,
        owner=world.find_account("github") or world.add_account("github", Kind.ORGANIZATION),
        bot=bot_of(world, slug),
        hook_id=world.ids.new(),
        permissions={"checks": "write", "metadata": "read"},
        events=(),
        created_at=world.clock(),
    )
    return world.reporters[number]


def bot_of(world: "World", slug: str) -> Account:
    login = f"{slug}[bot]"
    return world.find_account(login) or world.add_account(login, Kind.BOT)
