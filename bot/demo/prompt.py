"""Owns the demo's prompt: whoever sits before it speaks as anybody, in the pull request and in Slack."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

import click

from bot.demo import press, reading
from bot.demo.company import COMMAND, Company
from bot.sandbox.github.refusals import Refused
from bot.sandbox.slack import Channel, Impossible, Message, View

LOOK_SECONDS: Final = 0.1
ANSWER_SECONDS: Final = 1
SPEED: Final = 0.5  # a deployment takes 14 s: long enough to look, and to cancel it
QUIT: Final = ":quit"
HELP: Final = """\
You are {who} on {place}. Type a comment as you would on GitHub, such as
  /deploy production      /status      /cancel      /help      /explain deploy production      /run e2e.yml
or go to Slack with :slack and type there
  {command} deploy {place} production      @signalbox status      anything else is a message
Where you are, and who:
  :slack [#channel]   Slack, #deploys at first; the bot is not in #random      :github    the pull request
  :dm                 your direct message with the bot                         :home      its Home tab
  :thread [n]         into the thread of message (n); without n out again      :as <alice|bob|carol|rita|anybody>
What you can do there:
  :press <button>     the newest one with these words on it                    :fill <words>   the open form
  :link               how to link your accounts in a real browser              :push           the head moves
  :read               everything written here                                  :help    :quit (so does Ctrl-D)
"""
WAY: Final = """\
  1. Open {address}
  2. Press “Continue to GitHub”, then “Continue as {who}”, then “Yes, show me the code”.
  3. Type here what the page shows: {command} link ABCD-EFGH\
"""
FORM: Final = "  A form is open: fill it with :fill and what you would type after {command}."


class Prompt:
    """Who speaks, and where."""

    def __init__(self, company: Company) -> None:
        """It begins on the pull request."""
        self.company = company
        self.who = "alice"
        self.channel: Channel | None = None
        self.thread: Message | None = None
        self.verbs: dict[str, Callable[[str], Awaitable[None]]] = {
            ":as": self._as,
            ":github": self._github,
            ":slack": self._slack,
            ":dm": self._direct,
            ":thread": self._thread,
            ":press": self._press,
            ":fill": self._fill,
            ":home": self._home,
            ":link": self._link,
            ":push": self._push,
            ":read": self._read,
            ":help": self._help,
        }

    async def converse(self) -> None:
        """Take lines until somebody quits; without a terminal, serve until told to stop."""
        self.company.github.speed = SPEED
        await self._help("")
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(self._watch())
            while (line := (await self._line()).strip()) != QUIT:
                try:
                    await self._take(line)
                except Impossible as impossible:
                    click.echo(f"  That can not be done: {impossible}.")
                except Refused as refused:
                    click.echo(f"  GitHub answers {self.who}: {refused.status} {refused.message}")
            watching.cancel()

    async def _line(self) -> str:
        """What was typed. The end of the input quits; without a terminal, we keep serving until a signal ends us."""
        try:
            return await asyncio.to_thread(input, f"{self.who} {self._where()}> ")
        except EOFError:
            if not sys.stdin.isatty():
                await asyncio.Event().wait()
            return QUIT

    def _where(self) -> str:
        if self.channel is None:
            return f"on {self.company.place}"
        place = "your direct message" if self.channel.pair else f"#{self.channel.name}"
        if self.thread is None:
            return f"in {place}"
        return f"in {place}, thread ({reading.roots(self.company).index(self.thread) + 1})"

    async def _take(self, line: str) -> None:
        verb, _, words = line.partition(" ")
        if verb in self.verbs:
            await self.verbs[verb](words.strip())
        elif verb.startswith(":"):
            click.echo(f"  There is no {verb}; :help shows what there is.")
        elif line:
            await self._say(line)
            await asyncio.sleep(ANSWER_SECONDS)

    async def _say(self, line: str) -> None:
        slack, below = self.company.slack, self.thread.ts if self.thread else None
        if self.channel is None:
            await self.company.github.comments(self.who, self.company.pull, line)
        elif line.startswith("/"):
            await slack.command(self.who, self.channel, line, thread=below)
        else:
            await slack.says(self.who, self.channel, line, thread=below)

    # Who and where

    async def _as(self, name: str) -> None:
        self.who = name.removeprefix("@") or self.who
        if self.channel is not None and self.channel.pair:
            self._go(self.company.slack.dm(self.who))

    async def _github(self, _: str) -> None:
        self.channel = self.thread = None

    async def _slack(self, name: str) -> None:
        self._go(self.company.slack.where(name) if name else self.company.channel)

    async def _direct(self, _: str) -> None:
        self._go(self.company.slack.dm(self.who))

    def _go(self, channel: Channel) -> None:
        self.channel, self.thread = channel, None

    async def _thread(self, number: str) -> None:
        roots = reading.roots(self.company)
        if number and not (number.isdecimal() and 0 < int(number) <= len(roots)):
            raise Impossible(f"there is no message ({number}) in Slack")
        self.thread = roots[int(number) - 1] if number else None
        if self.thread is not None:
            self.channel = self.thread.channel

    # Doing

    async def _press(self, label: str) -> None:
        within = press.within_reach(self.company, self.who)
        for place in [self.thread] if self.thread else within:
            if found := [
                each for each in press.buttons(place.wire) if each["text"]["text"].casefold() == label.casefold()
            ]:
                return await self._pressed(place, found[0])
        raise Impossible(f"no button “{label}” is before {self.who}")

    async def _pressed(self, place: Message | View, button: dict[str, Any]) -> None:
        if "confirm" in button:
            click.echo(f"  It asks first: {button['confirm']['text']['text']} You say yes.")
        await self.company.slack.presses(self.who, place, button["action_id"], confirm=True)
        if "url" in button:
            click.echo(f"  It opens {button['url']}")
        await asyncio.sleep(ANSWER_SECONDS)
        if self.company.slack.views_of(self.who):
            click.echo(FORM.format(command=COMMAND))

    async def _fill(self, words: str) -> None:
        open_ones = self.company.slack.views_of(self.who)
        if not open_ones:
            raise Impossible(f"no form is open before {self.who}; :home has a button that opens one")
        values: dict[str, object] = dict(self._fields(open_ones[-1], words))
        await self.company.slack.submits(self.who, open_ones[-1], values)
        for name, error in open_ones[-1].errors.items():
            click.echo(f"  {name}: {error}")
        await asyncio.sleep(ANSWER_SECONDS)

    def _fields(self, view: View, words: str) -> Iterator[tuple[str, object]]:
        """The words are for the line of text; where it asks for a place, that is here."""
        kinds: dict[str, object] = {
            "plain_text_input": words,
            "conversations_select": (self.channel or self.company.channel).id,
        }
        for block in view.wire:
            element = block.get("element")
            if isinstance(element, dict) and element["type"] in kinds:
                yield str(element["action_id"]), kinds[element["type"]]

    async def _link(self, _: str) -> None:
        self.channel = self.channel or self.company.channel
        before = press.link_address(self.company, self.who)
        await self.company.slack.command(self.who, self.channel, f"{COMMAND} link")
        await self.company.settled()
        await asyncio.sleep(ANSWER_SECONDS)
        address = press.link_address(self.company, self.who)
        if address not in (None, before):
            click.echo(WAY.format(address=address, who=self.who, command=COMMAND))

    async def _push(self, _: str) -> None:
        click.echo(f"  The head is {(await self.company.pull.push('One more'))[:12]} now.")

    # Looking

    async def _home(self, _: str) -> None:
        await self.company.slack.opens_home(self.who)
        await self.company.settled()
        home = self.company.slack.home_of(self.who)
        text = reading.blocks_read(self.company, home.blocks) if home else "Nothing is there yet."
        click.echo("\n".join(f"    {line}".rstrip() for line in text.splitlines()))

    async def _read(self, _: str) -> None:
        person = self.company.slack.person(self.who)
        for entry in reading.entries(self.company):
            message = entry.key if isinstance(entry.key, Message) else None
            here = message.channel is self.channel if message else self.channel is None
            if here and (message is None or message.to in (None, person)):
                click.echo(str(entry))

    async def _help(self, _: str) -> None:
        click.echo(HELP.format(who=self.who, place=self.company.place, command=COMMAND))

    async def _watch(self) -> None:
        """Print what the bot writes, the first line of what it edits, and how it reacts, as a screen would show it."""
        shown = {entry.key: entry.state for entry in reading.entries(self.company)}
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for entry in reading.entries(self.company):
                if entry.by_bot and entry.key not in shown:
                    click.echo(f"\n{entry}")
                elif entry.state not in ("", shown.get(entry.key)):
                    click.echo(f"\n  {entry.head} ... {entry.state}")
                shown[entry.key] = entry.state
