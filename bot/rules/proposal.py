"""Owns the first configuration that is proposed for a repository: a command for each workflow that can be started.

It asks for nothing that is not there yet. What would make it stricter stands in comments, to be switched on.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from typing import Final

from bot.model.command import Argument, ArgumentType
from bot.model.workflow import Workflow
from bot.rules.claims import folded
from bot.rules.drift import SHA_INPUT
from bot.rules.inputs import is_reserved
from bot.rules.plain_yaml import comment, prose, written
from bot.rules.proposed_arguments import argument, can_be_given
from bot.rules.verbs import RESERVED
from bot.rules.wording import quoted

NAMING: Final = ("environment", "env", "stage")
REHEARSING: Final = ("dry_run", "dry-run", "dryrun", "noop")
GRAVE: Final = ("prod", "live")
"""What is in the names of environments in which mistakes are dear."""

FILE: Final = re.compile(r"[^/\\]{1,250}\.ya?ml")
MOST_COMMANDS: Final = 200
MOST_ENVIRONMENTS: Final = 100
LONGEST_VERB: Final = 40
LONGEST_ENVIRONMENT: Final = 255

HEAD: Final = """\
# What people can type, who may, and what has to be so before it runs.
# Proposed by Signalbox from the workflows of this repository; change it as you like.
version: 1
"""
NOTHING: Final = """\
# No workflow of this repository has `workflow_dispatch:` under `on:`, so there is nothing to start yet.
"""
SWITCHES: Final = """\
    # Take away the number signs of what your team agrees on.
    # permission: maintain
    # requires: {checks: passing, reviews: approved}
    # lock: true
"""


def proposed(workflows: Sequence[Workflow]) -> str:
    """The text of `.github/signalbox.yml`, which is valid whatever the workflows hold."""
    usable = [each for each in workflows if _usable(each)][:MOST_COMMANDS]
    if not usable:
        return HEAD + NOTHING
    verbs: list[str] = []
    for each in usable:
        verbs.append(_verb(_file(each), verbs))
    lines = [line for verb, each in zip(verbs, usable, strict=True) for line in _command(verb, each)]
    return HEAD + "commands:\n" + "".join(f"{line}\n" for line in lines) + _environments(usable)


def _usable(workflow: Workflow) -> bool:
    file = _file(workflow)
    named = file.isprintable() and FILE.fullmatch(file) is not None
    return workflow.dispatchable and workflow.problem is None and named


def _file(workflow: Workflow) -> str:
    return workflow.path.rpartition("/")[2]


def _verb(file: str, taken: Sequence[str]) -> str:
    """`deploy-prod.v2.yml` is `deploy-prod-v`; a verb that is taken or built in gets more letters."""
    stem = file.removesuffix(".yaml").removesuffix(".yml").lower()
    letters = "".join(char if char in string.ascii_lowercase else "-" for char in stem)
    verb = "-".join(filter(None, letters.split("-")))[: LONGEST_VERB - 12].strip("-") or "workflow"
    verb = f"{verb}-workflow" if verb in RESERVED else verb
    suffix = ""
    while f"{verb}{suffix}" in taken:
        suffix = _after(suffix)
    return verb + suffix


def _after(suffix: str) -> str:
    """`-b`, `-c`, ..., `-z`, `-zb`, ...: verbs hold no digits."""
    last = suffix[-1:]
    return f"{suffix or '-'}b" if last in {"", "z"} else suffix[:-1] + chr(ord(last) + 1)


# --- commands ------------------------------------------------------------------------------------------------------


def _command(verb: str, workflow: Workflow) -> Iterator[str]:
    yield f"  {verb}:"
    if about := prose(workflow.name if workflow.name != workflow.path else ""):
        yield f"    description: {written(about)}"
    yield f"    workflow: {written(_file(workflow))}"
    given = [each for each in workflow.inputs if can_be_given(each)]
    if given:
        yield "    arguments:"
        yield from (f"      {written(each.name)}: {argument(each)}" for each in given)
    for each in workflow.inputs:
        if each not in given and not is_reserved(each.name):
            yield f"    # The input {quoted(comment(each.name))} can not be typed: rename it in the workflow."
    if naming := _naming(given):
        yield f"    environment: {written(naming.name)}"
        if not any(each.name == SHA_INPUT for each in workflow.inputs):
            yield f"    # Before this can run, the workflow has to declare the input {SHA_INPUT} and check out that"
            yield "    # commit: what is shipped to an environment is pinned."
    if rehearsing := next((each for each in given if _rehearses(each)), None):
        yield f"    dry_run: {written(rehearsing.name)}"


def _naming(given: Sequence[Argument]) -> Argument | None:
    """The input of type environment, else a choice that is called as if it was one."""
    of_type = [each for each in given if each.type is ArgumentType.ENVIRONMENT]
    called = [
        each for name in NAMING for each in given if each.type is ArgumentType.CHOICE and each.name.casefold() == name
    ]
    return next(iter([*of_type, *called]), None)


def _rehearses(each: Argument) -> bool:
    return each.type is ArgumentType.BOOLEAN and each.name.casefold() in REHEARSING


# --- environments --------------------------------------------------------------------------------------------------


def _environments(workflows: Sequence[Workflow]) -> str:
    """Those that the choices name, in their order."""
    named: dict[str, str] = {}
    for workflow in workflows:
        naming = _naming([each for each in workflow.inputs if can_be_given(each)])
        for choice in () if naming is None else naming.choices:
            name = choice.strip()
            if name == choice and name and name.isprintable() and len(name) <= LONGEST_ENVIRONMENT:
                named.setdefault(folded(name), name)
    if not named:
        return ""
    grave = [name for fold, name in named.items() if any(word in fold for word in GRAVE)]
    entries = [*grave, *(name for name in named.values() if name not in grave)][:MOST_ENVIRONMENTS]
    return "environments:\n" + "".join(f"  {written(name)}:\n{SWITCHES if name in grave else ''}" for name in entries)
