"""Owns what one place of a shape takes: a table, a list, or a value, sorted out of msgspec's description of it."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import inspect

from bot.config.shape import File
from bot.rules.wording import listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """The kinds of node that a place takes; each at most once."""

    struct: inspect.StructType | None = None
    table: inspect.DictType | None = None
    items: inspect.ListType | None = None
    words: tuple[str, ...] = ()
    """The closed list of texts."""
    number: int | None = None
    """The one number that may stand there."""
    text: inspect.StrType | None = None
    whole: inspect.IntType | None = None
    boolean: bool = False
    nothing: bool = False
    as_written: bool = False
    """Whether numbers and booleans are taken too, as the text that they are written with."""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """What is wanted, in words: `true, false, strict, pr_base or default_branch`."""
        return listed(self._told(), last="or")

    def _told(self) -> Iterator[str]:
        yield from ["true", "false"] if self.boolean and not self.as_written else []
        yield from self.words
        yield from [f"the number {self.number}"] if self.number is not None else []
        yield from ["a whole number"] if self.whole and not self.as_written else []
        yield from ["text"] if self.text else []
        yield from ["a list"] if self.items else []
        yield from ["a table of keys"] if self.struct or self.table else []


@functools.cache
def root() -> inspect.Type:
    """The shape of a whole file."""
    return inspect.type_info(File)


_known: dict[int, Kinds] = {}


def kinds(shape: inspect.Type) -> Kinds:
    """What `shape` takes. Shapes are parts of `root`, which lives as long as the process."""
    if id(shape) not in _known:
        found: dict[str, Any] = {}
        _collect(shape, found)
        _known[id(shape)] = Kinds(**found)
    return _known[id(shape)]


def _collect(shape: inspect.Type, found: dict[str, Any]) -> None:
    match shape:
        case inspect.Metadata():
            found["extra"] = {**found.get("extra", {}), **(shape.extra or {})}
            _collect(shape.type, found)
        case inspect.UnionType():
            for each in shape.types:
                _collect(each, found)
        case inspect.StructType():
            found["struct"] = shape
        case inspect.DictType():
            found["table"] = shape
        case inspect.ListType():
            found["items"] = shape
        case inspect.LiteralType():
            found["words"] = tuple(word for word in shape.values if isinstance(word, str))
            found["number"] = next((number for number in shape.values if isinstance(number, int)), None)
        case _:
            _collect_plain(shape, found)


def _collect_plain(shape: inspect.Type, found: dict[str, Any]) -> None:
    match shape:
        case inspect.StrType():
            found["text"] = shape
        case inspect.IntType():
            found["whole"] = shape
        case inspect.FloatType():
            found["as_written"] = True
        case inspect.BoolType():
            found["boolean"] = True
        case inspect.NoneType():
            found["nothing"] = True
        case _:
            raise TypeError(f"A configuration has no {shape}.")
