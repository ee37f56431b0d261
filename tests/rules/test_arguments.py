"""Matching the words of a command with its declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bot.model.command import Argument, Arguments, ArgumentType, Command, Problem
from bot.model.intent import Query, Question
from bot.model.people import Role
from bot.rules.arguments import match

DEPLOY = Command(
    name="deploy",
    summary="Ship a build",
    usage="deploy <environment> [count=<number>]",
    permission=Role.WRITE,
    arguments=(
        Argument(name="environment", type=ArgumentType.CHOICE, choices=("staging", "production"), required=True),
        Argument(name="count", type=ArgumentType.NUMBER, default="1"),
        Argument(name="dry_run", type=ArgumentType.BOOLEAN),
        Argument(name="note"),
    ),
    open_ended=False,
    whole_line=False,
    examples=(),
    propose=lambda arguments: Query(question=Question.HELP, arguments=arguments.values),
)
RUN = Command(
    name="run",
    summary="Start a workflow",
    usage="run <workflow file> [input=value ...]",
    permission=Role.WRITE,
    arguments=(Argument(name="workflow", required=True),),
    open_ended=True,
    whole_line=False,
    examples=(),
    propose=DEPLOY.propose,
)
WHOAMI = Command(
    name="whoami",
    summary="Who you are",
    usage="whoami",
    permission=Role.READ,
    arguments=(),
    open_ended=False,
    whole_line=False,
    examples=(),
    propose=DEPLOY.propose,
)


@pytest.mark.parametrize(
    ("command", "positional", "named", "values", "extra"),
    [
        (DEPLOY, ["staging"], {}, {"environment": "staging", "count": "1"}, {}),
        (DEPLOY, [], {"environment": "staging"}, {"environment": "staging", "count": "1"}, {}),
        (DEPLOY, ["staging", "3", "yes"], {}, {"environment": "staging", "count": "3", "dry_run": "true"}, {}),
        (DEPLOY, ["staging"], {"note": ""}, {"environment": "staging", "count": "1", "note": ""}, {}),
        (RUN, ["deploy.yml"], {}, {"workflow": "deploy.yml"}, {}),
        (RUN, ["deploy.yml"], {"a": "1", "b": "2"}, {"workflow": "deploy.yml"}, {"a": "1", "b": "2"}),
        (RUN, [], {"workflow": "deploy.yml"}, {"workflow": "deploy.yml"}, {}),
        (WHOAMI, [], {}, {}, {}),
    ],
)
def test_values_find_their_names(
    command: Command,
    positional: Sequence[str],
    named: Mapping[str, str],
    values: Mapping[str, str],
    extra: Mapping[str, str],
) -> None:
    assert match(command, positional, named) == Arguments(values=values, extra=extra)


DEPLOY_USAGE = "/deploy <environment> [count=<number>]"
RUN_USAGE = "/run <workflow file> [input=value ...]"
CHOICE = '"environment" is staging or production, not '


@pytest.mark.parametrize(
    ("command", "positional", "named", "problem"),
    [
        (DEPLOY, [], {}, Problem(sentence='"environment" is missing.', usage=DEPLOY_USAGE)),
        (DEPLOY, [], {"environment": ""}, Problem(sentence='"environment" is missing.', usage=DEPLOY_USAGE)),
        (RUN, [""], {}, Problem(sentence='"workflow" is missing.', usage=RUN_USAGE)),
        (
            DEPLOY,
            ["stagng"],
            {"note": "a b"},
            Problem(sentence=CHOICE + '"stagng".', usage=DEPLOY_USAGE, nearest="/deploy staging note='a b'"),
        ),
        (
            DEPLOY,
            [],
            {"environment": "stagng"},
            Problem(sentence=CHOICE + '"stagng".', usage=DEPLOY_USAGE, nearest="/deploy environment=staging"),
        ),
        (DEPLOY, ["mars"], {}, Problem(sentence=CHOICE + '"mars".', usage=DEPLOY_USAGE)),
        (
            DEPLOY,
            ["staging", "many"],
            {},
            Problem(sentence='"count" is a number, not "many".', usage=DEPLOY_USAGE),
        ),
        (
            DEPLOY,
            ["staging", "1", "no", "hi", "there"],
            {},
            Problem(sentence='"there" is one value too many.', usage=DEPLOY_USAGE, nearest="/deploy staging 1 no hi"),
        ),
        (WHOAMI, ["me"], {}, Problem(sentence='"me" is one value too many.', usage="/whoami", nearest="/whoami")),
        (
            RUN,
            ["deploy.yml", "staging"],
            {},
            Problem(sentence='"staging" is one value too many. Inputs are given by name: name=value.', usage=RUN_USAGE),
        ),
        (
            DEPLOY,
            ["staging"],
            {"dry-run": "true"},
            Problem(
                sentence='"deploy" has no argument "dry-run". It takes environment, count, dry_run and note.',
                usage=DEPLOY_USAGE,
                nearest="/deploy staging dry_run=true",
            ),
        ),
        (
            DEPLOY,
            ["staging"],
            {"signalbox_sha": "x"},
            Problem(
                sentence='"deploy" has no argument "signalbox_sha". It takes environment, count, dry_run and note.',
                usage=DEPLOY_USAGE,
            ),
        ),
        (
            WHOAMI,
            [],
            {"as": "root"},
            Problem(sentence='"whoami" has no argument "as". It takes none.', usage="/whoami"),
        ),
        (
            DEPLOY,
            ["staging"],
            {"environment": "production"},
            Problem(sentence='"environment" is given twice: by its place and by its name.', usage=DEPLOY_USAGE),
        ),
        (
            DEPLOY,
            ["staging"],
            {"environment": "staging"},
            Problem(
                sentence='"environment" is given twice: by its place and by its name.',
                usage=DEPLOY_USAGE,
                nearest="/deploy staging",
            ),
        ),
        (
            DEPLOY,
            ["staging"],
            {"enviroment": "production"},  # its place is taken, so the near name is no help
            Problem(
                sentence='"deploy" has no argument "enviroment". It takes environment, count, dry_run and note.',
                usage=DEPLOY_USAGE,
            ),
        ),
        (
            RUN,
            ["a\nb"],
            {},
            Problem(sentence='"workflow" holds a line break, which no value may.', usage=RUN_USAGE),
        ),
    ],
)
def test_what_does_not_match_is_explained(
    command: Command, positional: Sequence[str], named: Mapping[str, str], problem: Problem
) -> None:
    assert match(command, positional, named) == problem


def test_the_lines_offered_begin_as_the_command_was_called() -> None:
    assert match(DEPLOY, ["stagng"], {}, head="/ops deploy") == Problem(
        sentence=CHOICE + '"stagng".',
        usage="/ops deploy <environment> [count=<number>]",
        nearest="/ops deploy staging",
    )
