"""Owns where a configured command and its workflow file do not say the same about inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from bot.model.advice import Advice, Grade
from bot.model.command import Argument, ArgumentType
from bot.model.config import ConfiguredCommand, Path
from bot.model.workflow import Workflow
from bot.rules.claims import COMMANDS
from bot.rules.inputs import is_reserved
from bot.rules.loosened import FREE
from bot.rules.nearest import nearest
from bot.rules.values import Misfit, fit
from bot.rules.wording import listed, quoted

SHA_INPUT: Final = "signalbox_sha"


def drift(command: ConfiguredCommand, workflow: Workflow, *, input_limit: int) -> Iterator[Advice]:
    """Everything about the command that its workflow would not take, or not as it is meant."""
    path = (COMMANDS, command.name)
    if workflow.problem is not None or not workflow.dispatchable:
        why = workflow.problem or 'it has no "workflow_dispatch:" under "on:"'
        sentence = f"{command.name}: {command.workflow} can not be started: {why.rstrip('.')}."
        yield Advice(grade=Grade.ERROR, sentence=sentence, path=(*path, "workflow"))
        return
    declared = {each.name: each for each in workflow.inputs if not is_reserved(each.name)}
    for argument in command.arguments:
        where = (*path, "arguments", argument.name)
        if argument.name in declared:
            yield from _argument(command, argument, declared[argument.name], where)
        else:
            yield _unknown(command, argument.name, declared, where)
    for name, value in command.fixed.items():
        where = (*path, "fixed", name)
        if name in declared:
            yield from _fixed(command, declared[name], value, where)
        else:
            yield _unknown(command, name, declared, where)
    yield from _missing(command, declared, (*path, "arguments"))
    yield from _pinnable(command, workflow, (*path, "environment"))
    yield from _too_many(command, workflow, input_limit, (*path, "arguments"))


def _unknown(command: ConfiguredCommand, name: str, declared: Mapping[str, Argument], path: Path) -> Advice:
    taken = {*command.fixed, *(each.name for each in command.arguments)}
    meant = nearest(name, [each for each in declared if each not in taken])
    has = f"It has {listed(map(quoted, declared))}." if declared else "It has none."
    offered = f" Did you mean {quoted(meant)}?" if meant else f" {has}"
    return _error(command, f"{command.workflow} has no input {quoted(name)}.{offered}", path)


def _argument(command: ConfiguredCommand, argument: Argument, declared: Argument, path: Path) -> Iterator[Advice]:
    name = quoted(argument.name)
    refused = [choice for choice in argument.choices if isinstance(fit(declared, choice), Misfit)]
    if argument.default is not None and argument.default not in refused and _misfits(declared, argument.default):
        refused.append(argument.default)
    if refused:
        values = listed(map(quoted, refused), last="or")
        yield _error(command, f"{command.workflow} does not take {values} for {name}.", (*path, "choices"))
    elif _may_differ(argument, declared):
        sentence = f"{name} is {_a(argument.type)} here and {_a(declared.type)} in {command.workflow}."
        yield _warning(command, sentence, (*path, "type"))
    if argument.type is declared.type is ArgumentType.CHOICE:
        left = [choice for choice in declared.choices if choice not in argument.choices]
        if left:
            values = listed(map(quoted, left), last="or")
            yield _warning(command, f"{command.workflow} takes {values} for {name}, too.", (*path, "choices"))
    if declared.required and declared.default is None and not argument.required and argument.default is None:
        yield _error(command, f"{name} may be left out here, {command.workflow} requires it.", (*path, "required"))


def _misfits(declared: Argument, value: str) -> bool:
    return isinstance(fit(declared, value), Misfit)


def _may_differ(argument: Argument, declared: Argument) -> bool:
    """Whether some values that the argument takes would be refused; choices were looked at one by one."""
    if argument.type is declared.type or argument.type is ArgumentType.CHOICE:
        return False
    return declared.type not in FREE


def _a(kind: ArgumentType) -> str:
    return f"an {kind}" if kind is ArgumentType.ENVIRONMENT else f"a {kind}"


def _fixed(command: ConfiguredCommand, declared: Argument, value: str, path: Path) -> Iterator[Advice]:
    if _misfits(declared, value):
        yield _error(command, f"{command.workflow} does not take {quoted(value)} for {quoted(declared.name)}.", path)


def _missing(command: ConfiguredCommand, declared: Mapping[str, Argument], path: Path) -> Iterator[Advice]:
    sent = {*command.fixed, *(each.name for each in command.arguments)}
    for name, each in declared.items():
        if each.required and each.default is None and name not in sent:
            sentence = f"{command.workflow} requires the input {quoted(name)}: add it to the arguments, or fix it."
            yield _error(command, sentence, path)


def _pinnable(command: ConfiguredCommand, workflow: Workflow, path: Path) -> Iterator[Advice]:
    """T1: the default branch's workflow has to be told which commit to ship."""
    if command.environment is None or command.workflow_from_head:
        return
    if not any(each.name == SHA_INPUT for each in workflow.inputs):
        yield _error(
            command,
            f"{command.workflow} does not declare the input {quoted(SHA_INPUT)}, so that what it ships can not be "
            "pinned (not_pinnable). Declare it, and check out that commit.",
            path,
        )


def _too_many(command: ConfiguredCommand, workflow: Workflow, limit: int, path: Path) -> Iterator[Advice]:
    sent = {*command.fixed, *(each.name for each in command.arguments)}
    ours = sum(is_reserved(each.name) for each in workflow.inputs)
    if len(sent) + ours > limit:
        filled = f", {ours} of them filled in by Signalbox" if ours else ""
        yield _error(command, f"that can be {len(sent) + ours} inputs{filled}; this GitHub takes {limit}.", path)


def _error(command: ConfiguredCommand, sentence: str, path: Path) -> Advice:
    return Advice(grade=Grade.ERROR, sentence=f"{command.name}: {sentence}", path=path)


def _warning(command: ConfiguredCommand, sentence: str, path: Path) -> Advice:
    return Advice(grade=Grade.WARNING, sentence=f"{command.name}: {sentence}", path=path)
