"""Owns judging what was typed against the workflow file's own `workflow_dispatch` inputs, and how such a line reads.

Inputs whose name starts with `signalbox_` are ours to fill: they are hidden, an error when typed, and count toward the
host's limit of inputs.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from bot.model.command import Argument, ArgumentType, Problem
from bot.model.workflow import Workflow
from bot.rules.line import Line, read, renamed, without, write
from bot.rules.nearest import likely
from bot.rules.normalise import normalise
from bot.rules.values import Misfit, fit, unsafe, wanted
from bot.rules.wording import listed, quoted

RESERVED_PREFIX: Final = "signalbox_"


def check(
    workflow: Workflow,
    given: Mapping[str, str],
    *,
    reserved: Mapping[str, str],
    limit: int,
    line: str,
    vouched: Collection[str] = (),
) -> Mapping[str, str] | Problem:
    """The inputs to send, reserved ones included where the workflow declares them, or the first thing that is wrong.

    Inputs that were not typed are left to the workflow's own defaults. `reserved` holds our values (an empty one is
    not known here), `limit` is how many inputs the host takes, `line` is what was typed, for the line that is offered.
    What free text may hold was judged already for the names in `vouched`.
    """
    if problem := _unusable(workflow):
        return problem
    typed = _typed(line)
    problem = _misnamed(workflow, given, typed) or _missing(workflow, given, reserved)
    if problem:
        return _with_usage(problem, workflow, typed)
    sent: dict[str, str] = {}
    for declared in workflow.inputs:
        value = _value(declared, given, reserved, typed, vouched=declared.name in vouched)
        if isinstance(value, Problem):
            return _with_usage(value, workflow, typed)
        if value is not None:
            sent[declared.name] = value
    return sent if len(sent) <= limit else _with_usage(_too_many(workflow, sent, limit), workflow, typed)


def usage_of(workflow: Workflow, file: str, *, call: str = "/run") -> str:
    """A line ready to copy and fill in: `/run deploy.yml environment=<staging|production> [dry_run=<true|false>]`."""
    shown = [declared for declared in workflow.inputs if not is_reserved(declared.name)]
    must = [f"{declared.name}={wanted(declared)}" for declared in shown if _must(declared)]
    may = [f"[{declared.name}={wanted(declared)}]" for declared in shown if not _must(declared)]
    return " ".join([call, shlex.quote(file), *must, *may])


def is_reserved(name: str) -> bool:
    """Whether an input is ours to fill."""
    return name.lower().startswith(RESERVED_PREFIX)


def _must(declared: Argument) -> bool:
    return declared.required and declared.default is None


def _file(workflow: Workflow) -> str:
    return workflow.path.rpartition("/")[2]


def _typed(line: str) -> Line | None:
    """The line in pieces, for mending; `/ops` alone counts as its head, so `run` is its first word."""
    head, _, rest = normalise(line).partition(" ")
    pieces = read(head, rest)
    return pieces if isinstance(pieces, Line) else None


def _with_usage(problem: Problem, workflow: Workflow, typed: Line | None) -> Problem:
    file = _file(workflow)
    if typed is None or file not in typed.positional:
        return replace(problem, usage=usage_of(workflow, file))
    call = " ".join([typed.head, *typed.positional[: typed.positional.index(file)]])
    return replace(problem, usage=usage_of(workflow, file, call=call))


def _unusable(workflow: Workflow) -> Problem | None:
    if workflow.problem is not None:
        return Problem(sentence=f"{_file(workflow)} can not be used: {workflow.problem.rstrip('.')}.")
    if not workflow.dispatchable:
        return Problem(
            sentence=f'{_file(workflow)} can not be started from here. Add "workflow_dispatch:" under "on:" in '
            f"{workflow.path} on the default branch."
        )
    return None


def _misnamed(workflow: Workflow, given: Mapping[str, str], typed: Line | None) -> Problem | None:
    """The first input that the workflow does not have, or that is not for people to fill."""
    for name in given:
        if is_reserved(name):
            sentence = f"{quoted(name)} is filled in by Signalbox and can not be typed."
            return Problem(sentence=sentence, nearest=write(without(typed, name)) if typed else None)
    known = [declared.name for declared in workflow.inputs if not is_reserved(declared.name)]
    name = next((name for name in given if name not in known), "")
    if not name:
        return None
    taken = {*given, *(typed.named if typed else ())}
    meant = likely(name, [option for option in known if option not in taken])
    there_are = f"It has {listed(known)}." if known else "It has none."
    return Problem(
        sentence=f"{_file(workflow)} has no input {quoted(name)}. {there_are}",
        nearest=write(renamed(typed, name, meant)) if typed and meant and name in typed.named else None,
    )


def _missing(workflow: Workflow, given: Mapping[str, str], reserved: Mapping[str, str]) -> Problem | None:
    for declared in filter(_must, workflow.inputs):
        if declared.name == "signalbox_pull_request" and not reserved.get(declared.name):
            return Problem(sentence=f"{_file(workflow)} works on a pull request: type the command in one.")
        if is_reserved(declared.name) and declared.name not in reserved:
            return Problem(
                sentence=f"{_file(workflow)} requires the input {quoted(declared.name)}. Names that start with "
                f"{RESERVED_PREFIX} are kept for Signalbox, which does not know this one: rename it in the workflow."
            )
    names = [
        declared.name
        for declared in workflow.inputs
        if _must(declared) and not is_reserved(declared.name) and not given.get(declared.name)
    ]
    if not names:
        return None
    return Problem(sentence=f"{listed(map(quoted, names))} {'is' if len(names) == 1 else 'are'} missing.")


def _value(
    declared: Argument, given: Mapping[str, str], reserved: Mapping[str, str], typed: Line | None, *, vouched: bool
) -> str | Problem | None:
    """What is sent for one input; None to leave it to the workflow's default."""
    if is_reserved(declared.name):
        return reserved.get(declared.name) or None
    if declared.name not in given:
        return None
    value = fit(declared, given[declared.name])
    free = declared.type in {ArgumentType.STRING, ArgumentType.ENVIRONMENT} and not vouched
    misfit = value if isinstance(value, Misfit) else unsafe(declared, value) if free else None
    if misfit is None:
        assert isinstance(value, str)
        return value
    mended = None
    if typed is not None and misfit.better is not None and declared.name in typed.named:
        mended = write(replace(typed, named={**typed.named, declared.name: misfit.better}))
    return Problem(sentence=misfit.sentence, nearest=mended)


def _too_many(workflow: Workflow, sent: Mapping[str, str], limit: int) -> Problem:
    ours = sum(map(is_reserved, sent))
    filled = f", {ours} of them filled in by Signalbox" if ours else ""
    return Problem(
        sentence=f"That is {len(sent)} inputs for {_file(workflow)}{filled}; this GitHub takes at most {limit}."
    )
