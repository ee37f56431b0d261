"""Owns the step from words to an intent: the command's declaration judges the words, the command proposes."""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import UserError
from bot.model.command import Arguments, Command, ParsedCommand, Problem
from bot.model.intent import Intent
from bot.rules import arguments, parse, rehearsing


def understand(catalog: Mapping[str, Command], parsed: ParsedCommand) -> Intent | Problem:
    """What the command proposes, or what is wrong with its words. The verb must be one of the catalog's."""
    command = catalog[parsed.verb]
    if command.bare is not None and not parsed.positional and not parsed.named:
        return command.bare
    if command.whole_line:
        matched: Arguments | Problem = Arguments(values={"line": parse.rest(parsed)})
    else:
        named = rehearsing.translated(command, parsed.named)
        if isinstance(named, Problem):
            return named
        matched = arguments.match(command, parsed.positional, named, head=parse.head(parsed))
    if isinstance(matched, Problem):
        return matched
    try:
        return command.propose(matched)
    except UserError as error:
        return Problem(sentence=str(error), usage=error.usage, nearest=error.nearest)
