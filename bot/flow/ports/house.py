"""What the steps need of the house itself: time, names for new things, words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.model.config import Config, ConfigFault, Layer
from bot.model.message import Message, SlackText


class Clock(Protocol):
    """Time, so that stories can travel."""

    def now(self) -> datetime:
        """This moment, aware UTC."""


class Mint(Protocol):
    """Names for new things."""

    def id(self) -> UUID:
        """A UUIDv7."""

    def code(self) -> str:
        """Six letters for people; uniqueness is the database's to check."""

    def key(self) -> str:
        """128 random bits in hex."""

    def nonce(self) -> str:
        """256 random bits, safe in an address."""

    def secret_code(self) -> str:
        """At least 40 random bits in letters that people can type."""


class Render(Protocol):
    """Turns a message into the text of a surface, escaped and cut to the surface's limit."""

    def github(self, message: Message) -> str: ...
    def slack(self, message: Message) -> SlackText: ...


class ReadConfig(Protocol):
    """Reads a configuration file."""

    def __call__(self, data: bytes, *, layer: Layer, file: str) -> Config | Sequence[ConfigFault]:
        """What it says, with marks that name `file`; or everything that is wrong with it, in the file's order.

        It takes milliseconds per kilobyte: not for the event loop.
        """
