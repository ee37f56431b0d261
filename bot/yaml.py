"""Owns reading YAML that people wrote: as a tree that knows where everything stands, or as one fault.

YAML 1.2 without its traps: no anchors or aliases (they make small files huge), no tags, no merge keys, no key twice,
one document, 256 KiB at most. Text stays as written, so `on` is no boolean and `1.10` keeps its zero.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Final

MOST_BYTES: Final = 256 * 1024
DEEPEST: Final = 40
DEEPEST_BRACKETS: Final = 20
MOST_TOKENS: Final = 50_000
"""A line of `key: value` has four of them."""
TOO_DEEP: Final = "the file is nested too deeply"
TOO_MUCH: Final = "the file holds more than can be read"

_TAG: Final = "tag:yaml.org,2002:"
_SCALARS: Final = frozenset(_TAG + name for name in ("str", "int", "float", "bool", "null", "timestamp", "merge"))
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a file can not be used, and where; lines and columns count from 1."""

    problem: str
    line: int
    column: int

    @property
    def sentence(self) -> str:
        """`could not find expected ':' (line 3, column 5)`."""
        return f"{self.problem} (line {self.line}, column {self.column})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One value as written. `plain` is False for quoted and block text, which is text whatever it looks like."""

    text: str
    plain: bool
    line: int
    column: int

    @property
    def empty(self) -> bool:
        """Whether it is YAML's null."""
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}

    @property
    def boolean(self) -> bool | None:
        """True or False where that is written, else None."""
        if not self.plain:
            return None
        return True if self.text in _TRUE else False if self.text in _FALSE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A sequence."""

    items: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A mapping. Its keys are scalars, each once, in the file's order."""

    entries: tuple[tuple[Scalar, Node], ...]
    line: int
    column: int

    def get(self, name: str) -> Node | None:
        """The value under that key."""
        return next((value for key, value in self.entries if key.text == name), None)


Node = Scalar | Items | Table


class _Faulty(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.sentence)
        self.fault = fault


def parse(data: bytes) -> Node | Fault:
    """The document in `data`; an empty one is an empty table. Mind the loop: it takes about 7
    microseconds per byte of what people write, and two seconds for the worst that is made to take long.
    """
    if len(data) > MOST_BYTES:
        return Fault(problem=f"the file is larger than {MOST_BYTES // 1024} KiB", line=1, column=1)
    try:
        root = _compose(data.decode("utf-8-sig"))
        return Table(entries=(), line=1, column=1) if root is None else _node(root, 1)
    except _Faulty as error:
        return error.fault
    except UnicodeDecodeError:
        return Fault(problem="the file is not UTF-8", line=1, column=1)
    except RecursionError:
        return Fault(problem=TOO_DEEP, line=1, column=1)


def _compose(text: str) -> Any:
    """The library's nodes. It is imported here because it costs every start 50 ms, and only workflow files need it."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    try:
        library = YAML(typ="safe", pure=True)
        library.Scanner = _shallow_scanner()
        return library.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        fault = Fault(problem=_one_line(error.problem or error.context), line=line, column=column)
        raise _Faulty(fault) from error
    except ReaderError as error:
        before = text[: error.position].split("\n")
        problem = f"the character U+{error.character:04X} is not allowed"
        raise _Faulty(Fault(problem=problem, line=len(before), column=len(before[-1]) + 1)) from error
    except YAMLError as error:
        raise _Faulty(Fault(problem=_one_line(str(error)), line=1, column=1)) from error
    except (ArithmeticError, AssertionError, LookupError, ValueError) as error:
        # The library trips over escapes beyond Unicode and directives for versions of YAML that do not exist.
        raise _Faulty(Fault(problem="an escape or a directive is no YAML", line=1, column=1)) from error


@functools.cache
def _shallow_scanner() -> Any:
    """The library's scanner, stopped early. It looks ahead into brackets, for a time that is the square of their depth,
    and takes some forty microseconds for each token: a quarter of a mebibyte could keep it busy for a minute.
    """
    from ruamel.yaml.scanner import Scanner

    class Shallow(Scanner):
        def fetch_flow_collection_start(self, TokenClass: Any, to_push: str) -> None:
            if self.flow_level >= DEEPEST_BRACKETS:
                mark = self.reader.get_mark()
                raise _Faulty(Fault(problem=TOO_DEEP, line=mark.line + 1, column=mark.column + 1))
            super().fetch_flow_collection_start(TokenClass, to_push)

        def fetch_more_tokens(self) -> Any:
            if self.tokens_taken > MOST_TOKENS:
                mark = self.reader.get_mark()
                raise _Faulty(Fault(problem=TOO_MUCH, line=mark.line + 1, column=mark.column + 1))
            return super().fetch_more_tokens()

    return Shallow


def _node(node: Any, depth: int) -> Node:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    if node.anchor is not None:
        raise _Faulty(Fault(problem="anchors and aliases are not read", line=line, column=column))
    if depth > DEEPEST:
        raise _Faulty(Fault(problem=TOO_DEEP, line=line, column=column))
    if node.id == "scalar" and node.tag in _SCALARS:
        return Scalar(text=str(node.value), plain=not node.style, line=line, column=column)
    if node.id == "sequence" and node.tag == f"{_TAG}seq":
        return Items(items=tuple(_node(each, depth + 1) for each in node.value), line=line, column=column)
    if node.id == "mapping" and node.tag == f"{_TAG}map":
        return Table(entries=_entries(node, depth), line=line, column=column)
    raise _Faulty(Fault(problem=f"the tag {_one_line(str(node.tag))} is not read", line=line, column=column))


def _entries(node: Any, depth: int) -> tuple[tuple[Scalar, Node], ...]:
    entries: dict[str, tuple[Scalar, Node]] = {}
    for key_node, value_node in node.value:
        key = _node(key_node, depth + 1)
        if not isinstance(key, Scalar):
            raise _Faulty(Fault(problem="a key is not plain text", line=key.line, column=key.column))
        if key.plain and key.text == "<<":
            raise _Faulty(Fault(problem="merge keys are not read", line=key.line, column=key.column))
        if key.text in entries:
            problem = f"the key {_one_line(key.text)!r} is there twice"
            raise _Faulty(Fault(problem=problem, line=key.line, column=key.column))
        entries[key.text] = (key, _node(value_node, depth + 1))
    return tuple(entries.values())


def _one_line(text: str | None) -> str:
    return " ".join((text or "it can not be read").split())[:200]
