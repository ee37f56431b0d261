"""What can be typed, and what was typed."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.model.intent import Intent
from bot.model.origin import Origin
from bot.model.people import Role

if TYPE_CHECKING:
    from bot.model.config import ConfiguredCommand


class Surface(enum.StrEnum):
    """Where commands are typed."""

    GITHUB = "github"
    SLACK = "slack"


class ArgumentType(enum.StrEnum):
    """The types of a workflow's inputs, which are the types of arguments too.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputsinput_idtype
    """

    STRING = "string"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    NUMBER = "number"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One declared argument of a command, or one input of a workflow."""

    name: str
    type: ArgumentType = ArgumentType.STRING
    required: bool = False
    default: str | None = None
    choices: tuple[str, ...] = ()
    description: str = ""
    pattern: str | None = None
    """What a text has to match as a whole, where the configuration says so; None is the safe pattern (T27)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedCommand:
    """A line that is a command: its verb and its words, not yet judged against any declaration.

    `positional` are the values without a name in their order; `named` those given as `name=value`, `--name value`,
    `--name=value` or `--flag` (then `true`).
    """

    verb: str
    positional: tuple[str, ...]
    named: Mapping[str, str]
    origin: Origin
    text: str
    """The line as typed (normalised), for quoting back and for the audit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a line can not be acted on, as one short answer: what was wrong, the usage line, the nearest valid form."""

    sentence: str
    usage: str | None = None
    """With the slash, ready to copy."""
    nearest: str | None = None
    """A whole valid line, ready to copy; offered, never acted on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """The values of one command after they were matched with its declaration."""

    values: Mapping[str, str]
    extra: Mapping[str, str] = field(default_factory=dict)
    """Named values beyond the declared ones, only for commands that say `open_ended`."""

    def get(self, name: str) -> str | None:
        """The value, or None when it was not given."""
        return self.values.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A verb: what it is called, who may use it, how it reads, and what it proposes."""

    name: str
    summary: str
    usage: str
    """Without the slash: `run <workflow file> [input=value ...]`."""
    permission: Role
    arguments: tuple[Argument, ...]
    open_ended: bool
    """Whether named values beyond `arguments` are passed on (a workflow's inputs)."""
    whole_line: bool
    """Whether everything after the verb is one value, named `line` (a command about a command)."""
    examples: tuple[str, ...]
    propose: Callable[[Arguments], Intent]
    where: frozenset[Surface] = frozenset(Surface)
    anywhere: bool = False
    """Whether it needs no repository: it is about the asker, or about Signalbox itself."""
    options: tuple[Argument, ...] = ()
    """Given by name only, after what is declared in `arguments`."""
    configured: ConfiguredCommand | None = None
    """What the configuration says of it; None for what is built in."""
    bare: Intent | None = None
    """What it proposes without any words, where that is something of its own."""
