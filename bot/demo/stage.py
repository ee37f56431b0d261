"""Owns playing a story: people act over the same ways as anywhere, and what they read is awaited and printed."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import click

from bot.demo.company import COMMAND, Company
from bot.demo.press import button, link_address
from bot.demo.reading import Entry, entries
from bot.demo.window import window
from bot.errors import BotError
from bot.sandbox.slack import Message

PATIENCE_SECONDS: Final = 20
LOOK_SECONDS: Final = 0.05
A_SECOND: Final = 1.1
CODE: Final = re.compile(r"· `?([A-Z0-9]{6})\b")
"""Where a request's code stands in the first line of its message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What people do, and what they must be able to read then."""

    title: str
    tell: Callable[[Stage], Awaitable[None]]


class Missed(Exception):
    """What a story expects to be read did not come."""


class Stage:
    """Where stories are played, one after the other."""

    def __init__(self, company: Company, began: float) -> None:
        """`began` is when the demo did, for the times that are printed."""
        self.company = company
        self._began = began
        self._before: dict[object, str] = {}
        self._states: dict[object, str] = {}

    async def play(self, story: Story) -> bool:
        """Play it and print it; False when it did not read as it should."""
        click.secho(story.title, bold=True)
        try:
            await story.tell(self)
        except Missed as missed:
            click.secho(f"  (waited {PATIENCE_SECONDS} s for: {missed})", fg="red")
            return False
        finally:
            click.echo(f"  [{time.monotonic() - self._began:.1f} s]\n")
        return True

    # What people do

    def comments(self, who: str, text: str) -> None:
        """Somebody writes on the pull request."""
        self._acts(f"{click.style(who, fg='cyan')} {click.style(f'on {self.company.place}', dim=True)}", text)
        self.company.pull.issue.add_comment(self.company.github.person(who), text, None)

    async def pushes(self, who: str, file: str, text: str) -> None:
        """Somebody pushes to the pull request's branch."""
        self._acts(f"{click.style(who, fg='cyan')} {click.style('pushes to the branch', dim=True)} {file}")
        await self.company.pull.push(files={file: text}, by=who)
        await self.company.settled()
        # GitHub's times have whole seconds: what is typed in the same one may have been meant for the head before (T4).
        await asyncio.sleep(A_SECOND)

    async def types(self, who: str, words: str) -> None:
        """Somebody types the slash command in the channel; that leaves no message."""
        line = f"{COMMAND} {words}"
        self._acts(f"{click.style(who, fg='cyan')} {click.style(f'in #{self.company.channel.name}', dim=True)}", line)
        await self.company.slack.command(who, self.company.channel, line)

    async def mentions(self, who: str, words: str, below: Message) -> None:
        """Somebody calls the bot in the thread of a message."""
        text = f"@{self.company.slack.bot.name} {words}"
        self._acts(f"  {click.style(who, fg='cyan')} {click.style('in its thread', dim=True)}", text, pad="      ")
        await self.company.slack.mentions(who, self.company.channel, text, thread=below.ts)

    async def presses(self, who: str, message: Message, label: str) -> None:
        """Somebody presses a button, and says yes where it asks."""
        self._acts(f"{click.style(who, fg='cyan')} {click.style('presses', dim=True)} [{label}]")
        action = str(button(message.wire, label)["action_id"])
        await self.company.slack.presses(who, message, action, confirm=True)

    async def links(self, who: str) -> None:
        """Somebody follows the private button in a browser, and types the code that they read there."""
        address = link_address(self.company, who)
        if address is None:
            raise Missed(f"a link for {who}")
        self._acts(f"{click.style(who, fg='cyan')} {click.style('presses the button, and a browser opens', dim=True)}")
        async with window() as browser:
            page = await browser.opens(address)
            for label in ("Continue to GitHub", f"Continue as {who}", "Yes, show me the code"):
                click.echo(f"    {page.heading}  [{label}]")
                page = await browser.presses(page, label)
            line = re.search(rf"{COMMAND} (link [A-Z0-9-]+)", page.words)
        if line is None:
            raise BotError(f"The page “{page.heading}” shows no code.")
        click.echo(f"    {page.heading}  {line[0]}")
        await self.types(who, line[1])

    def _acts(self, head: str, text: str = "", pad: str = "    ") -> None:
        """From here on, everything is new. The people's own words are printed at once."""
        known = list(entries(self.company))
        self._before = {entry.key: entry.text for entry in known}
        self._states = {entry.key: entry.state for entry in known}
        click.echo("\n".join([f"  {head}", *(f"{pad}{line}".rstrip() for line in text.splitlines())]))

    # What they read

    async def reads(self, *words: str, only: str | None = None) -> None:
        """Wait until the bot's new messages hold these words, show how they change on the way, print them.

        `only` says who alone may see them; None: everybody there. Raises `Missed` when they do not come.
        """
        until = time.monotonic() + PATIENCE_SECONDS
        while not self._holds(words, only):
            if time.monotonic() > until:
                self._print()
                raise Missed(", ".join(words))
            self._changes()
            await asyncio.sleep(LOOK_SECONDS)
        await self.company.settled()
        self._print()

    def shown(self) -> Message:
        """The newest of the bot's messages that everybody in the channel sees. Raises `Missed` when there is none."""
        said = [entry for entry in self._new() if not entry.in_thread and entry.only is None]
        found = [entry.key for entry in said if isinstance(entry.key, Message)]
        if not found:
            raise Missed(f"a message in #{self.company.channel.name}")
        return found[-1]

    def code(self) -> str:
        """The six letters of the request in the newest of the bot's messages. Raises `Missed` when there are none."""
        found = [match for entry in self._new() if (match := CODE.search(entry.text))]
        if not found:
            raise Missed("a request's code")
        return found[-1][1]

    def _new(self) -> list[Entry]:
        """What was written since, or says something else now."""
        said = [entry for entry in entries(self.company) if entry.by_bot]
        return [entry for entry in said if self._before.get(entry.key) != entry.text]

    def _holds(self, words: tuple[str, ...], only: str | None) -> bool:
        text = "\n".join(entry.text for entry in self._new() if entry.only == only)
        return all(word in text for word in words)

    def _changes(self) -> None:
        """It is one message, edited in place: what its first line said on the way, and who took notice."""
        for entry in entries(self.company):
            if entry.state not in ("", self._states.get(entry.key)):
                click.secho(f"  ... {entry.state}", dim=True)
            self._states[entry.key] = entry.state

    def _print(self) -> None:
        for entry in self._new():
            click.echo(str(entry))
