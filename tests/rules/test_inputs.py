"""Inputs against the workflow file's own declaration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.model.command import Argument, ArgumentType, Problem
from bot.model.workflow import Workflow
from bot.rules.inputs import check, usage_of

ENVIRONMENT = Argument(name="environment", type=ArgumentType.CHOICE, choices=("staging", "production"), required=True)
RESERVED = {
    "signalbox_request": "k3y",
    "signalbox_sha": "abc",
    "signalbox_actor": "alice",
    "signalbox_pull_request": "12",
}
USAGE = (
    "/run deploy.yml environment=<staging|production> version=<text> [dry_run=<true|false>] [count=<number>] "
    "[target=<environment>]"
)


def deploy(*more: Argument) -> Workflow:
    return Workflow(
        path=".github/workflows/deploy.yml",
        name="Deploy",
        blob="b10b",
        inputs=(
            Argument(name="dry_run", type=ArgumentType.BOOLEAN, required=True, default="false"),
            ENVIRONMENT,
            Argument(name="count", type=ArgumentType.NUMBER),
            Argument(name="version", required=True),
            Argument(name="target", type=ArgumentType.ENVIRONMENT),
            *more,
        ),
        dispatchable=True,
    )


GOOD = {"environment": "staging", "version": "v1.2.3"}


def judge(
    given: Mapping[str, str],
    *,
    workflow: Workflow | None = None,
    reserved: Mapping[str, str] = RESERVED,
    limit: int = 25,
    line: str | None = None,
) -> Mapping[str, str] | Problem:
    typed = line or " ".join(["/run deploy.yml", *(f"{name}='{value}'" for name, value in given.items())])
    return check(workflow or deploy(), given, reserved=reserved, limit=limit, line=typed)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (GOOD, GOOD),
        ({**GOOD, "dry_run": "Yes"}, {"dry_run": "true", **GOOD}),
        ({**GOOD, "count": "-5"}, {**GOOD, "count": "-5"}),
        ({**GOOD, "target": "prod-eu"}, {**GOOD, "target": "prod-eu"}),
    ],
)
def test_inputs_that_fit_are_sent(given: Mapping[str, str], sent: Mapping[str, str]) -> None:
    assert judge(given) == sent


def test_reserved_inputs_are_filled_only_where_they_are_declared() -> None:
    workflow = deploy(Argument(name="signalbox_sha", required=True), Argument(name="signalbox_request"))
    assert judge(GOOD, workflow=workflow) == {**GOOD, "signalbox_sha": "abc", "signalbox_request": "k3y"}


def test_a_reserved_value_that_is_not_known_is_left_out() -> None:
    workflow = deploy(Argument(name="signalbox_pull_request"), Argument(name="signalbox_other"))
    assert judge(GOOD, workflow=workflow, reserved={**RESERVED, "signalbox_pull_request": ""}) == GOOD


@pytest.mark.parametrize(
    ("given", "sentence", "nearest"),
    [
        ({"version": "1"}, '"environment" is missing.', None),
        ({}, '"environment" and "version" are missing.', None),
        ({"environment": "staging", "version": ""}, '"version" is missing.', None),
        (
            {**GOOD, "dry-run": "true"},
            'deploy.yml has no input "dry-run". It has dry_run, environment, count, version and target.',
            "/run deploy.yml environment=staging version=v1.2.3 dry_run=true",
        ),
        (
            {"enviroment": "staging", "version": "1"},
            'deploy.yml has no input "enviroment". It has dry_run, environment, count, version and target.',
            "/run deploy.yml environment=staging version=1",
        ),
        (
            {**GOOD, "colour": "red"},
            'deploy.yml has no input "colour". It has dry_run, environment, count, version and target.',
            None,
        ),
        (
            {"environment": "prodution", "version": "1"},
            '"environment" is staging or production, not "prodution".',
            "/run deploy.yml environment=production version=1",
        ),
        ({**GOOD, "dry_run": "perhaps"}, '"dry_run" is true or false, not "perhaps".', None),
        ({**GOOD, "count": "many"}, '"count" is a number, not "many".', None),
        ({**GOOD, "target": ""}, '"target" names no environment.', None),
        *[
            (
                {**GOOD, name: "x"},
                f'"{name}" is filled in by Signalbox and can not be typed.',
                "/run deploy.yml environment=staging version=v1.2.3",
            )
            for name in (*RESERVED, "signalbox_anything", "Signalbox_SHA")
        ],
    ],
)
def test_inputs_that_do_not_fit_are_explained(given: Mapping[str, str], sentence: str, nearest: str | None) -> None:
    assert judge(given) == Problem(sentence=sentence, usage=USAGE, nearest=nearest)


ALLOWED = (
    "Inputs reach shells inside workflows, so only letters, digits, spaces and . _ - / : @ + , = ~ % # are passed on."
)


@pytest.mark.parametrize(
    ("value", "first", "nearest"),
    [
        ("$(id)", "the character $", "/run deploy.yml environment=staging version=id"),
        ("v1; rm -rf /", "the character ;", "/run deploy.yml environment=staging version='v1 rm -rf /'"),
        ("`id`", "the character `", "/run deploy.yml environment=staging version=id"),
        ("${{ secrets.X }}", "the character $", "/run deploy.yml environment=staging version=secrets.X"),
        ("$", "the character $", None),
    ],
)
@pytest.mark.parametrize("name", ["version", "target"])
def test_t27_what_a_shell_acts_on_is_refused(name: str, value: str, first: str, nearest: str | None) -> None:
    given = {"environment": "staging", "version": "1", name: value}
    if nearest and name == "target":
        nearest = nearest.replace("version=", "version=1 target=")
    sentence = f'"{name}" holds {first}. {ALLOWED}'
    assert judge(given) == Problem(sentence=sentence, usage=USAGE, nearest=nearest)


def test_the_host_s_limit_counts_what_signalbox_fills_in() -> None:
    more = [Argument(name=f"i{number}") for number in range(7)]
    workflow = deploy(*more, Argument(name="signalbox_sha"))
    given = {**GOOD, **{argument.name: "x" for argument in more}}
    assert judge(given, workflow=workflow, limit=10) == {**given, "signalbox_sha": "abc"}
    answer = judge({**given, "count": "1"}, workflow=workflow, limit=10)
    assert isinstance(answer, Problem)
    assert answer.sentence == (
        "That is 11 inputs for deploy.yml, 1 of them filled in by Signalbox; this GitHub takes at most 10."
    )


@pytest.mark.parametrize(
    ("workflow", "sentence"),
    [
        (
            replace(deploy(), dispatchable=False, inputs=()),
            'deploy.yml can not be started from here. Add "workflow_dispatch:" under "on:" in '
            ".github/workflows/deploy.yml on the default branch.",
        ),
        (
            replace(deploy(), problem="line 3, column 7: a tab can not indent."),
            "deploy.yml can not be used: line 3, column 7: a tab can not indent.",
        ),
    ],
)
def test_a_workflow_that_can_not_be_started_says_what_to_do(workflow: Workflow, sentence: str) -> None:
    assert judge(GOOD, workflow=workflow) == Problem(sentence=sentence)


def test_a_workflow_that_needs_a_pull_request_says_so() -> None:
    workflow = deploy(Argument(name="signalbox_pull_request", required=True))
    answer = judge(GOOD, workflow=workflow, reserved={**RESERVED, "signalbox_pull_request": ""})
    assert answer == Problem(sentence="deploy.yml works on a pull request: type the command in one.", usage=USAGE)


def test_a_required_name_that_only_looks_like_ours_is_refused() -> None:
    answer = judge(GOOD, workflow=deploy(Argument(name="signalbox_mood", required=True)))
    assert answer == Problem(
        sentence='deploy.yml requires the input "signalbox_mood". Names that start with signalbox_ are kept for '
        "Signalbox, which does not know this one: rename it in the workflow.",
        usage=USAGE,
    )


def test_the_lines_offered_begin_as_the_command_was_called() -> None:
    line = "/ops run deploy.yml version=1 --environment prodution ref=main"
    assert judge({"version": "1", "environment": "prodution"}, line=line) == Problem(
        sentence='"environment" is staging or production, not "prodution".',
        usage="/ops " + USAGE.removeprefix("/"),
        nearest="/ops run deploy.yml version=1 environment=production ref=main",
    )


def test_a_line_that_does_not_hold_the_input_is_not_mended() -> None:
    answer = judge({"version": "1", "environment": "prodution"}, line="/release 'prodution")
    assert answer == Problem(sentence='"environment" is staging or production, not "prodution".', usage=USAGE)


@pytest.mark.parametrize(
    ("inputs", "usage"),
    [
        ((), "/run deploy.yml"),
        ((ENVIRONMENT,), "/run deploy.yml environment=<staging|production>"),
        ((Argument(name="a"), ENVIRONMENT), "/run deploy.yml environment=<staging|production> [a=<text>]"),
        ((Argument(name="signalbox_sha", required=True),), "/run deploy.yml"),
    ],
)
def test_the_usage_line_is_ready_to_fill_in(inputs: tuple[Argument, ...], usage: str) -> None:
    assert usage_of(replace(deploy(), inputs=inputs), "deploy.yml") == usage
