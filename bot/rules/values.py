"""Owns whether a value fits the type that was declared for it, and how it is spelt once it does.

The types are those of a workflow's inputs, which are the types of a command's arguments too:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputsinput_idtype
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, assert_never

from bot.model.command import Argument, ArgumentType
from bot.rules.line import is_control
from bot.rules.nearest import likely, nearest
from bot.rules.patterns import matches
from bot.rules.wording import listed, quoted

BOOLEAN_WORDS: Final = {
    **dict.fromkeys(("true", "yes", "on", "1"), "true"),
    **dict.fromkeys(("false", "no", "off", "0"), "false"),
}
SAFE_PUNCTUATION: Final = " ._-/:@+,=~%#"
"""What free text may hold beside letters and digits: nothing that a shell acts on inside double quotes, or that opens
or closes a quote or a command (T27)."""

LONGEST_ENVIRONMENT: Final = 255

_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """Why a value does not fit, and the value that probably was meant."""

    sentence: str
    better: str | None = None


def fit(argument: Argument, value: str) -> str | Misfit:
    """The value as it is passed on (`yes` becomes `true`), or why it does not fit `argument`."""
    if strange := next(filter(is_control, value), None):
        return Misfit(sentence=f"{quoted(argument.name)} holds {_called(strange)}, which no value may.")
    match argument.type:
        case ArgumentType.BOOLEAN:
            return _boolean(argument, value)
        case ArgumentType.CHOICE:
            return _choice(argument, value)
        case ArgumentType.NUMBER:
            fits = _NUMBER.fullmatch(value) is not None
            return value if fits else Misfit(sentence=f"{quoted(argument.name)} is a number, not {quoted(value)}.")
        case ArgumentType.ENVIRONMENT:
            return _environment(argument, value)
        case ArgumentType.STRING:
            return _text(argument, value)
        case _:
            assert_never(argument.type)


def unsafe(argument: Argument, value: str) -> Misfit | None:
    """T27: free text reaches shells. Whether `value` holds a character that one could act on, and the first of them."""
    first = next((char for char in value if not _is_safe(char)), None)
    if first is None:
        return None
    return Misfit(
        sentence=f"{quoted(argument.name)} holds {_called(first)}. Inputs reach shells inside workflows, so only "
        f"letters, digits, spaces and {' '.join(SAFE_PUNCTUATION.strip())} are passed on.",
        better="".join(filter(_is_safe, value)).strip() or None,
    )


def wanted(argument: Argument) -> str:
    """What stands for the value in a usage line: `<staging|production>`, `<true|false>`, `<number>`."""
    match argument.type:
        case ArgumentType.BOOLEAN:
            return "<true|false>"
        case ArgumentType.CHOICE:
            return f"<{'|'.join(argument.choices)}>"
        case ArgumentType.NUMBER | ArgumentType.ENVIRONMENT:
            return f"<{argument.type.value}>"
        case ArgumentType.STRING:
            return "<text>"
        case _:
            assert_never(argument.type)


def _text(argument: Argument, value: str) -> str | Misfit:
    """Where the configuration says what a text looks like, that holds instead of the safe pattern (T27)."""
    if argument.pattern is None or matches(argument.pattern, value):
        return value
    return Misfit(sentence=f"{quoted(argument.name)} has to look like {quoted(argument.pattern)}.")


def _boolean(argument: Argument, value: str) -> str | Misfit:
    if word := BOOLEAN_WORDS.get(value.lower()):
        return word
    sentence = f"{quoted(argument.name)} is true or false, not {quoted(value)}."
    return Misfit(sentence=sentence, better=BOOLEAN_WORDS.get(nearest(value, BOOLEAN_WORDS, limit=1) or ""))


def _choice(argument: Argument, value: str) -> str | Misfit:
    if value in argument.choices:
        return value
    sentence = f"{quoted(argument.name)} is {listed(argument.choices, last='or')}, not {quoted(value)}."
    return Misfit(sentence=sentence, better=likely(value, argument.choices))


def _environment(argument: Argument, value: str) -> str | Misfit:
    if not value.strip():
        return Misfit(sentence=f"{quoted(argument.name)} names no environment.")
    if len(value) > LONGEST_ENVIRONMENT:
        return Misfit(sentence=f"{quoted(argument.name)} is longer than {LONGEST_ENVIRONMENT} characters.")
    return value


def _is_safe(char: str) -> bool:
    return char.isalnum() or char in SAFE_PUNCTUATION or unicodedata.category(char).startswith("M")


def _called(char: str) -> str:
    if char in "\r\n":
        return "a line break"
    return f"the character U+{ord(char):04X}" if is_control(char) or char.isspace() else f"the character {char}"
