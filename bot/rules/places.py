"""Owns where things that a message names can be looked up: a rule in its file at GitHub, a command on our own pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

from bot.model.config import CONFIG_PATH
from bot.model.message import Message

_RULE: Final = re.compile(
    rf"(?P<repository>[A-Za-z0-9-]+/[A-Za-z0-9._-]+)/{re.escape(CONFIG_PATH)} line (?P<line>[0-9]+)"
)
RULE_SAYS: Final = " The rule stands in "
_NOTED: Final = re.compile(rf"\A(?P<note>.*){RULE_SAYS}(?P<rule>.* line [0-9]+)\.\Z", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The hosts that a message may lead to, and the repository that it is about."""

    server_url: str
    """The GitHub host, without a slash at the end."""
    public_url: str | None
    """Where our own pages are; None where nobody reaches them."""
    repository: str
    """`owner/name`."""
    command: str = "/ops"
    """The slash command, which may stand before the verb."""

    def catalog(self, verb: str = "") -> str | None:
        """The page that explains the commands of the repository, and where on it one of them stands."""
        if not self.public_url:
            return None
        page = f"{self.public_url}/repos/{quote(self.repository)}/commands"
        return f"{page}#{quote(verb)}" if verb else page


def rule_url(rule: str | None, server_url: str) -> str | None:
    """The line of the file at GitHub; None for a file that lies on the server, and for what always holds.

    `HEAD` is the default branch, from which alone configurations are read.
    """
    match = _RULE.fullmatch(rule or "")
    if match is None or not server_url:
        return None
    return f"{server_url}/{match['repository']}/blob/HEAD/{CONFIG_PATH}#L{match['line']}"


def noted(sentence: str, rule: str) -> str:
    """A note below a request that also names the rule behind it."""
    return f"{sentence}{RULE_SAYS}{rule}." if rule else sentence


def apart(note: str) -> tuple[str, str | None]:
    """Such a note in its two parts: the sentence, and the rule if there is one."""
    match = _NOTED.fullmatch(note)
    return (match["note"], match["rule"]) if match else (note, None)


def lead(message: Message) -> bool:
    """Whether it has room for addresses."""
    return not {"source", "gates", "catalog_url"}.isdisjoint(message.fields)


def furnished(message: Message, places: Places) -> Message:
    """The message with the addresses that its fields have room for: of rules, gates and the page of commands."""
    fields = dict(message.fields)
    if "source" in fields:
        fields["source_url"] = rule_url(_text(fields["source"]), places.server_url)
    if isinstance(gates := fields.get("gates"), list | tuple):
        fields["gates"] = [_gate(row, places.server_url) for row in gates]
    if "catalog_url" in fields:
        verb = _verb(_text(fields.get("line") or fields.get("usage")), places.command)
        fields |= {"catalog_url": places.catalog(verb), "public_url": places.public_url or ""}
        fields["server_url"] = places.server_url
    return replace(message, fields=fields)


def _gate(row: Any, server_url: str) -> Any:
    if not isinstance(row, Mapping):
        return row
    return {**row, "source_url": rule_url(_text(row.get("source")), server_url)}


def _verb(line: str, command: str) -> str:
    """The word that says which command was meant."""
    first, _, rest = line.partition(" ")
    called = first if first not in ("/ops", command) else rest.split(" ")[0]
    return called.removeprefix("/")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
