"""Owns what there is to read in the demo, in both places, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import click

from bot.demo.company import Company
from bot.sandbox.slack import Channel, Message
from bot.transcript import readable, readable_blocks

SLACKBOT: Final = "Slackbot"
SIGNS: Final = {"eyes": "👀", "+1": "👍", "-1": "👎", "confused": "😕"}
"""Reactions as people see them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message as it stands now."""

    key: object
    """The same as long as it is the same message."""
    where: str
    author: str
    by_bot: bool
    only: str | None
    """Who alone reads what is written there; None: everybody."""
    ephemeral: bool
    """In a place where others write, too."""
    in_thread: bool
    marks: tuple[str, ...]
    text: str

    @property
    def state(self) -> str:
        """What is worth a line when it changes: the bot's first line to everybody, its reaction to a person's words."""
        if not self.by_bot:
            return " ".join(self.marks)
        return "" if self.in_thread or self.ephemeral else self.text.partition("\n")[0]

    @property
    def head(self) -> str:
        """Whose it is, and where it stands."""
        return f"{click.style(self.author, fg='cyan')} {click.style(self.where, dim=True)}"

    def __str__(self) -> str:
        marks = [*self.marks, *([f"only {self.only} sees this"] if self.ephemeral else [])]
        after = f"  [{', '.join(marks)}]" if marks else ""
        pad = "      " if self.in_thread else "    "
        lines = "\n".join(f"{pad}{line}".rstrip() for line in self.text.splitlines())
        return f"{pad[2:]}{self.head}{after}\n{lines}"


def entries(company: Company) -> Iterator[Entry]:
    """Everything that was written, in each place the oldest first."""
    for number, said in enumerate(company.github.thread(company.pull)):
        yield Entry(
            key=number,
            where=f"on {company.place}",
            author=said.author,
            by_bot=said.author.endswith("[bot]"),
            only=None,
            ephemeral=False,
            in_thread=False,
            marks=tuple(SIGNS.get(name, name) for name in said.reactions),
            text=readable(said.body),
        )
    numbers = {message: number for number, message in enumerate(roots(company), 1)}
    for channel in company.slack.world.channels.values():
        yield from (_entry(company, message, numbers) for message in threaded(channel))


def roots(company: Company) -> Sequence[Message]:
    """What everybody in its place sees and can answer in a thread, oldest first: `:thread 3` is the third."""
    written = [each for channel in company.slack.world.channels.values() for each in channel.messages]
    return sorted((each for each in written if each.to is None and not each.is_reply), key=lambda each: each.ts)


def threaded(channel: Channel) -> list[Message]:
    """The messages of a channel, each followed by its thread."""
    return sorted(channel.messages, key=lambda each: (each.thread_ts or each.ts, each.ts))


def _entry(company: Company, message: Message, numbers: Mapping[Message, int]) -> Entry:
    name = place(company, message.channel)
    root = message.channel.find(message.thread_ts) if message.is_reply and message.thread_ts else None
    number = numbers.get(root or message)
    return Entry(
        key=message,
        where=f"in the thread of ({number}) in {name}" if root else f"in {name}{f' ({number})' if number else ''}",
        author=message.author.name,
        by_bot=message.author.is_bot or message.author.name == SLACKBOT,
        only=message.to.name if message.to else other(company, message.channel),
        ephemeral=message.to is not None,
        in_thread=root is not None,
        marks=tuple(SIGNS.get(name, name) for name in message.reactions),
        text=blocks_read(company, message.blocks) or words_read(company, message.text),
    )


def place(company: Company, channel: Channel) -> str:
    """A channel as people name it."""
    person = other(company, channel)
    return f"the direct message with {person}" if person else f"#{channel.name}"


def other(company: Company, channel: Channel) -> str | None:
    """Whom the bot writes with in a direct message."""
    return next((each.name for each in channel.pair if each is not company.slack.bot), None)


def words_read(company: Company, mrkdwn: str) -> str:
    """One text of Slack's."""
    return blocks_read(company, [{"text": {"text": mrkdwn}}])


def blocks_read(company: Company, blocks: Sequence[Mapping[str, Any]]) -> str:
    """Blocks with the names of people and channels, as Slack shows them."""
    text = readable_blocks(blocks)
    for person in company.slack.world.people.values():
        text = text.replace(f"@{person.id}", f"@{person.name}")
    for channel in company.slack.world.channels.values():
        text = text.replace(f"#{channel.id}", f"#{channel.name}")
    return text
