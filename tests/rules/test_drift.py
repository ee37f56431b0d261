"""Where a command and its workflow file differ about inputs."""

from __future__ import annotations

from typing import Any

import pytest

from bot.model.command import Argument, ArgumentType
from bot.model.config import ConfiguredCommand
from bot.model.workflow import Workflow
from bot.rules.drift import drift

STAGE = Argument(name="stage", type=ArgumentType.CHOICE, choices=("staging", "production"))


def found(
    *arguments: Argument, declared: tuple[Argument, ...], input_limit: int = 25, **fields: Any
) -> list[tuple[str, str, tuple[str, ...]]]:
    command = ConfiguredCommand(name="ship", workflow="ship.yml", arguments=arguments, **fields)
    workflow = Workflow(path="ship.yml", name="Ship", blob="b", inputs=declared, dispatchable=True)
    return [
        (each.grade.value, each.sentence, each.path[2:]) for each in drift(command, workflow, input_limit=input_limit)
    ]


def typed(kind: ArgumentType, *choices: str, **fields: Any) -> Argument:
    return Argument(name="value", type=kind, choices=choices, **fields)


def test_what_is_alike_does_not_differ() -> None:
    reserved = Argument(name="signalbox_request", required=True)
    assert found(STAGE, declared=(STAGE, reserved)) == []


@pytest.mark.parametrize(
    ("name", "offered"),
    [("stge", 'Did you mean "stage"?'), ("target", 'It has "stage" and "count".')],
)
def test_an_argument_that_the_workflow_does_not_have(name: str, offered: str) -> None:
    declared = (STAGE, Argument(name="count"))
    sentence = f'ship: ship.yml has no input "{name}". {offered}'
    assert found(Argument(name=name), declared=declared) == [("error", sentence, ("arguments", name))]


def test_a_fixed_input_that_the_workflow_does_not_have_or_does_not_take() -> None:
    assert found(declared=(), fixed={"by": "x"}) == [
        ("error", 'ship: ship.yml has no input "by". It has none.', ("fixed", "by"))
    ]
    assert found(declared=(STAGE,), fixed={"stage": "qa"}) == [
        ("error", 'ship: ship.yml does not take "qa" for "stage".', ("fixed", "stage"))
    ]
    assert found(declared=(STAGE,), fixed={"stage": "staging"}) == []


def test_a_required_input_that_nobody_sends() -> None:
    required = Argument(name="version", required=True)
    sentence = 'ship: ship.yml requires the input "version": add it to the arguments, or fix it.'
    assert found(declared=(required,)) == [("error", sentence, ("arguments",))]
    assert found(declared=(required,), fixed={"version": "1"}) == []
    assert found(declared=(Argument(name="version", required=True, default="1"),)) == []


def test_a_required_input_that_may_be_left_out() -> None:
    required = Argument(name="version", required=True)
    sentence = 'ship: "version" may be left out here, ship.yml requires it.'
    assert found(Argument(name="version"), declared=(required,)) == [
        ("error", sentence, ("arguments", "version", "required"))
    ]
    assert found(Argument(name="version", default="1"), declared=(required,)) == []
    assert found(required, declared=(required,)) == []


STRING, CHOICE, BOOLEAN = ArgumentType.STRING, ArgumentType.CHOICE, ArgumentType.BOOLEAN
NUMBER, ENVIRONMENT = ArgumentType.NUMBER, ArgumentType.ENVIRONMENT


@pytest.mark.parametrize(
    ("here", "there", "sentence"),
    [
        (typed(STRING), typed(STRING), None),
        (typed(ENVIRONMENT), typed(STRING), None),
        (typed(NUMBER), typed(STRING), None),
        (typed(CHOICE, "a"), typed(STRING), None),
        (typed(CHOICE, "a"), typed(ENVIRONMENT), None),
        (typed(CHOICE, "1", "2.5"), typed(NUMBER), None),
        (typed(STRING), typed(NUMBER), 'warning: "value" is a string here and a number in ship.yml.'),
        (typed(ENVIRONMENT), typed(CHOICE, "a"), 'warning: "value" is an environment here and a choice in ship.yml.'),
        (typed(NUMBER), typed(BOOLEAN), 'warning: "value" is a number here and a boolean in ship.yml.'),
        (typed(CHOICE, "a", "b"), typed(CHOICE, "b", "a"), None),
        (typed(CHOICE, "a", "b"), typed(CHOICE, "a"), 'error: ship.yml does not take "b" for "value".'),
        (typed(CHOICE, "a"), typed(CHOICE, "a", "b"), 'warning: ship.yml takes "b" for "value", too.'),
        (typed(CHOICE, "a"), typed(BOOLEAN), 'error: ship.yml does not take "a" for "value".'),
        (typed(STRING, default="x"), typed(NUMBER), 'error: ship.yml does not take "x" for "value".'),
    ],
)  # fmt: skip
def test_types_and_choices(here: Argument, there: Argument, sentence: str | None) -> None:
    said = [f"{grade}: {words.removeprefix('ship: ')}" for grade, words, _ in found(here, declared=(there,))]
    assert said == ([] if sentence is None else [sentence])


def test_more_inputs_than_the_host_takes() -> None:
    names = [Argument(name=name) for name in "abc"]
    declared = (*names, Argument(name="signalbox_request"), Argument(name="signalbox_sha"))
    sentence = "ship: that can be 5 inputs, 2 of them filled in by Signalbox; this GitHub takes 4."
    assert found(*names, declared=declared, input_limit=4) == [("error", sentence, ("arguments",))]
    assert found(*names, declared=declared, input_limit=5) == []
    assert found(*names, declared=tuple(names), input_limit=2)[0][1] == (
        "ship: that can be 3 inputs; this GitHub takes 2."
    )
