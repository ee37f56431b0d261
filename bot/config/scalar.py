"""Owns single values: whether what is written is the text, the number, the word or the boolean that is wanted."""

from __future__ import annotations

import re
from typing import Final

from bot.config.faults import Faults, did_you_mean, meant, shown
from bot.config.kinds import Kinds
from bot.rules.line import is_control
from bot.rules.values import BOOLEAN_WORDS
from bot.yaml import Scalar

_WHOLE: Final = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER: Final = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
"""What other readers of YAML 1.2 take for a number. https://yaml.org/spec/1.2.2/#1032-tag-resolution"""

Value = str | int | bool | None


class Unfit(Exception):
    """A value was not taken; the fault is noted."""


def value(node: Scalar, wanted: Kinds, faults: Faults) -> Value:
    """What is written there, as it is wanted; raises `Unfit` when it is something else.

    Nothing is None, and comes here only where nothing is wanted too.
    """
    place = (node.line, node.column)
    if node.empty:
        return None
    if wanted.as_written and wanted.text:
        return text(node.text, wanted, place, faults)
    if wanted.boolean and node.boolean is not None:
        return node.boolean
    if wanted.number is not None and node.plain and node.text == str(wanted.number):
        return wanted.number
    if wanted.whole and node.plain and _WHOLE.fullmatch(node.text):
        return _whole(int(node.text), wanted, place, faults)
    if wanted.words and node.text in wanted.words:
        return node.text
    if wanted.text and not _is_other(node):
        return text(node.text, wanted, place, faults)
    return _refuse(node, wanted, faults)


def text(written: str, wanted: Kinds, place: tuple[int, int], faults: Faults) -> str:
    """The text, when it meets the bounds and the pattern; raises `Unfit` else. Prose becomes one line."""
    shape = wanted.text
    assert shape is not None
    found = " ".join(written.split()) if wanted.extra.get("prose") else written
    if strange := next(filter(is_control, found), None):
        faults.add(f"the character U+{ord(strange):04X}, which can not be seen, stands in a text", place)
        raise Unfit
    if shape.max_length is not None and len(found) > shape.max_length:
        faults.add(f"{shown(found)} is longer than {shape.max_length} characters", place)
        raise Unfit
    if len(found) < (shape.min_length or 0):
        faults.add("the text is empty", place, "Write some, or remove the key.")
        raise Unfit
    if shape.pattern is not None and not re.search(shape.pattern, found):
        faults.add(f"{shown(found)} is not {wanted.extra['words']}", place, _mended(found, shape.pattern))
        raise Unfit
    return found


def _whole(number: int, wanted: Kinds, place: tuple[int, int], faults: Faults) -> int:
    shape = wanted.whole
    assert shape is not None
    if not (shape.ge or 0) <= number <= (shape.le or number):
        faults.add(f"{number} is not between {shape.ge} and {shape.le}", place)
        raise Unfit
    return number


def _is_other(node: Scalar) -> bool:
    """Whether another reader of YAML 1.2 takes it for something else than text."""
    return node.plain and (node.boolean is not None or _NUMBER.fullmatch(node.text) is not None)


def _refuse(node: Scalar, wanted: Kinds, faults: Faults) -> Value:
    place, told = (node.line, node.column), shown(node.text)
    faults.add(f"{told} is not {wanted.told}", place, _better(node, wanted))
    raise Unfit


def _better(node: Scalar, wanted: Kinds) -> str:
    if not node.plain and _unquoted(node.text, wanted):
        return "Remove the quotes."
    if wanted.text and _is_other(node):
        return f"Put it in quotes: {shown(node.text)}."
    if wanted.boolean and (word := BOOLEAN_WORDS.get(node.text.lower())):
        return did_you_mean(word)
    suggestion = meant(node.text, [*wanted.words, *(["true", "false"] if wanted.boolean else [])])
    return suggestion or (f"A list of one is [{shown(node.text)}]." if wanted.items else "")


def _unquoted(text: str, wanted: Kinds) -> bool:
    """Whether it would be taken without quotes."""
    number = wanted.number is not None and text == str(wanted.number)
    whole = wanted.whole is not None and _WHOLE.fullmatch(text) is not None
    return number or whole or (wanted.boolean and text in ("true", "false"))


def _mended(found: str, pattern: str) -> str:
    """The same with capitals, spaces, an @ or folders taken away, where that helps."""
    last = found.replace("\\", "/").rsplit("/", 1)[-1]
    stem = last.rsplit(".", 1)[0]
    tries = (found.strip(), found.lower(), found.lower().replace("_", "-"), found.replace(" ", ""), found.lstrip("@/"))
    files = (last, f"{stem}.yml")
    options = tries if "ya?ml" not in pattern else files
    return did_you_mean(next((each for each in options if each != found and re.search(pattern, each)), None))
