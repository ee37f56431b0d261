"""Owns which commands a repository has: those that are built in, and those that its configuration adds."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Final

from bot.model.command import Argument, Arguments, Command
from bot.model.config import Config, ConfiguredCommand
from bot.model.intent import Dispatch, Intent
from bot.rules.claims import naming
from bot.rules.live import LIVE
from bot.rules.rehearsing import NOOP, offered
from bot.rules.values import wanted

REF: Final = Argument(
    name="ref", description="A branch or tag, or a commit of the default branch, instead of the pull request's head."
)
"""What every configured command takes beside its own arguments."""

REPLACEABLE: Final = frozenset({"deploy"})
"""Built-in names that a configuration may give a meaning of its own."""


def catalog(built_in: Mapping[str, Command], config: Config) -> Mapping[str, Command]:
    """The commands by name: built-in ones first, then those of the configuration in its order."""
    added = {
        name: command_of(configured)
        for name, configured in config.commands.items()
        if name not in built_in or name in REPLACEABLE
    }
    return {**built_in, **added} if added else built_in


def command_of(configured: ConfiguredCommand) -> Command:
    """The verb that a configuration declares. Its gates are not in it: those hang on what it touches (T2)."""

    def propose(arguments: Arguments) -> Intent:
        values = dict(arguments.values)
        ref = values.pop(REF.name, None)
        return Dispatch(workflow=configured.workflow, inputs={**values, **configured.fixed}, ref=ref)

    return Command(
        name=configured.name,
        summary=configured.description or f"Start {configured.workflow}.",
        usage=usage_of(configured),
        permission=configured.permission,
        arguments=configured.arguments,
        open_ended=False,
        whole_line=False,
        examples=examples_of(configured),
        propose=propose,
        options=(REF, NOOP) if offered(configured) else (REF,),
        configured=configured,
        bare=LIVE if _names_none(configured) else None,
    )


def _names_none(configured: ConfiguredCommand) -> bool:
    """Whether it starts nothing without any words, and is what people type to see what is live."""
    where = naming(configured)
    return configured.name in REPLACEABLE and where is not None and where.required and where.default is None


def usage_of(configured: ConfiguredCommand) -> str:
    """`deploy <staging|production> [dry_run=<true|false>]`: what must be there by its place, the rest by its name."""
    words = [configured.name]
    placed = True
    for argument in configured.arguments:
        must = argument.required and argument.default is None
        placed = placed and must
        shown = wanted(argument) if placed else f"{argument.name}={wanted(argument)}"
        words.append(shown if must else f"[{shown}]")
    return " ".join(words)


def examples_of(configured: ConfiguredCommand) -> tuple[str, ...]:
    """Lines that would be understood, made of the choices: one for each of the first, where there is one."""
    must = [argument for argument in configured.arguments if argument.required and argument.default is None]
    choice = next((argument for argument in must if argument.choices), None)
    picks = choice.choices[:3] if choice else ("",)
    return tuple(
        " ".join([configured.name, *(shlex.quote(pick if each is choice else _sample(each)) for each in must)])
        for pick in picks
    )


def _sample(argument: Argument) -> str:
    return argument.choices[0] if argument.choices else SAMPLES.get(argument.type.value, "value")


SAMPLES: Final = {"boolean": "true", "number": "1", "environment": "staging", "string": "value"}
