"""Owns whether a line is a command for us, and which (DESIGN section 5, "Grammar").

Silence is an answer: in a thread that other bots share, a line that is not ours gets none. A line that is ours and can
not be read gets one short answer, and a guess is only ever offered.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final, TypeVar

from bot.model.command import ParsedCommand, Problem
from bot.model.origin import Origin
from bot.rules.line import MAX_CHARACTERS, TOO_LONG, read
from bot.rules.nearest import likely, nearest
from bot.rules.normalise import normalise
from bot.rules.wording import quoted

MAX_COMMANDS: Final = 10
"""Per comment; what is beyond is told, not run."""

SHORTEST_GUESS: Final = 5
"""Letters of an unknown bare verb that we take for a slip: shorter ones are too often somebody else's command."""

_CALL: Final = re.compile(r"/(?P<verb>[A-Za-z][A-Za-z-]*)(?: +(?P<rest>.*))?", re.DOTALL)
_VERB: Final = re.compile(r"(?P<verb>[A-Za-z][A-Za-z-]*)(?: +(?P<rest>.*))?", re.DOTALL)

T = TypeVar("T")


def first(lines: Sequence[T]) -> tuple[Sequence[T], Sequence[T]]:
    """The commands of one comment that are run, and those that are too many."""
    return lines[:MAX_COMMANDS], lines[MAX_COMMANDS:]


def parse(
    line: str, origin: Origin, *, verbs: Collection[str], prefix: str = "ops", require_prefix: bool = False
) -> ParsedCommand | Problem | None:
    """What a line that starts with a slash says, as typed and not yet normalised.

    None means that it is not for us. `verbs` are the known commands, `prefix` calls any of them (`/ops run`) and is
    always answered; `require_prefix` silences bare verbs. Capitals in a verb are a keyboard's doing.
    """
    text = normalise(line[: MAX_CHARACTERS + 1])
    call = _CALL.fullmatch(text)
    if call is None:
        return None
    verb, words = call["verb"].lower(), call["rest"] or ""
    answer: ParsedCommand | Problem | None
    if verb == prefix:
        answer = _prefixed(text, words, origin, verbs, prefix)
    elif require_prefix:
        return None
    elif verb in verbs:
        answer = _command(text, f"/{verb}", verb, words, origin)
    else:
        answer = _slip(verb, words, verbs, prefix)
    if (
        answer and len(line) > MAX_CHARACTERS
    ):  # the cut above bounds the work; what was cut off must not be acted without
        return Problem(sentence=TOO_LONG)
    return answer


def head(parsed: ParsedCommand) -> str:
    """How the command was called, ready to copy: `/run`, or `/ops run`."""
    called = parsed.text.split(" ", 1)[0].lower()
    return called if called == f"/{parsed.verb}" else f"{called} {parsed.verb}"


def rest(parsed: ParsedCommand) -> str:
    """Everything after the verb as it was typed, for a command whose only value is a line."""
    called, _, after = parsed.text.partition(" ")
    if called.lower() != f"/{parsed.verb}":
        _, _, after = after.strip().partition(" ")
    return after.strip()


def _prefixed(text: str, words: str, origin: Origin, verbs: Collection[str], prefix: str) -> ParsedCommand | Problem:
    if not words:
        return _command(text, f"/{prefix}", "help", "", origin)
    called = _VERB.fullmatch(words)
    if called and called["verb"].lower() in verbs:
        verb = called["verb"].lower()
        return _command(text, f"/{prefix} {verb}", verb, called["rest"] or "", origin)
    word, _, others = words.partition(" ")
    meant = likely(word.strip("/-"), verbs)
    return Problem(
        sentence=f"There is no command {quoted(word)}.",
        usage=f"/{prefix} help",
        nearest=_offer(f"/{prefix} {meant}", others) if meant else None,
    )


def _command(text: str, call: str, verb: str, words: str, origin: Origin) -> ParsedCommand | Problem:
    line = read(call, words)
    if isinstance(line, Problem):
        return line
    return ParsedCommand(verb=verb, positional=line.positional, named=line.named, origin=origin, text=text)


def _slip(verb: str, words: str, verbs: Collection[str], prefix: str) -> Problem | None:
    meant = nearest(verb, verbs, limit=1)
    if meant is None or len(verb) < SHORTEST_GUESS:
        return None
    return Problem(
        sentence=f"There is no command {quoted('/' + verb)}.",
        usage=f"/{prefix} help",
        nearest=_offer(f"/{meant}", words),
    )


def _offer(call: str, words: str) -> str | None:
    """The line with this call, its words mended too where they can not be read."""
    line = read(call, words)
    return line.nearest if isinstance(line, Problem) else f"{call} {words}".strip()
