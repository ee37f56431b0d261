"""What a workflow file says about being dispatched."""

from __future__ import annotations

import pytest

from bot.github.workflow_file import read_workflow
from bot.model.command import Argument, ArgumentType
from bot.model.workflow import Workflow

PATH = ".github/workflows/deploy.yml"


def read(text: str) -> Workflow:
    return read_workflow(PATH, "f" * 40, text.encode())


@pytest.mark.parametrize(
    ("on", "dispatchable"),
    [
        ("on: workflow_dispatch", True),
        ("'on': workflow_dispatch", True),
        ("on: [push, workflow_dispatch]", True),
        ("on:\n  - push\n  - workflow_dispatch", True),
        ("on:\n  workflow_dispatch:", True),
        ("on:\n  workflow_dispatch: {}", True),
        ("on: {push: {branches: [main]}, workflow_dispatch: ~}", True),
        ("on:\n  workflow_dispatch:\n    inputs:", True),
        ("on: push", False),
        ("on: [push]", False),
        ("on: {push: ~}", False),
        ("on:", False),
        ("on: [[workflow_dispatch]]", False),
        ("true: workflow_dispatch", False),
        ("jobs: {}", False),
        ("", False),
    ],
)
def test_a_workflow_can_be_dispatched_when_it_says_so(on: str, dispatchable: bool) -> None:
    workflow = read(f"{on}\n")
    assert (workflow.dispatchable, workflow.inputs, workflow.problem) == (dispatchable, (), None)


def test_a_workflow_is_called_by_its_name_or_its_path() -> None:
    assert read("name: Deploy\non: push").name == "Deploy"
    assert read("name: 7\non: push").name == "7"
    assert read("name:\non: push").name == PATH
    assert read("on: push").name == PATH


def test_inputs_come_in_their_order_with_everything_they_say() -> None:
    workflow = read(
        """
        name: Deploy
        on:
          workflow_dispatch:
            inputs:
              environment:
                description: Where to
                type: environment
                required: true
              size:
                type: choice
                options: [small, 2, 1.10, yes]
                default: small
              dry_run: {type: boolean, default: False}
              replicas: {type: number, default: 3, required: false}
              note: {type: string, default: '', required: "true"}
              bare:
              signalbox_sha: {deprecationMessage: old, options: [ignored]}
        """
    )
    assert workflow == Workflow(
        path=PATH,
        name="Deploy",
        blob="f" * 40,
        inputs=(
            Argument(name="environment", type=ArgumentType.ENVIRONMENT, required=True, description="Where to"),
            Argument(name="size", type=ArgumentType.CHOICE, default="small", choices=("small", "2", "1.10", "yes")),
            Argument(name="dry_run", type=ArgumentType.BOOLEAN, default="false"),
            Argument(name="replicas", type=ArgumentType.NUMBER, default="3"),
            Argument(name="note", default="", required=True),
            Argument(name="bare"),
            Argument(name="signalbox_sha"),
        ),
        dispatchable=True,
    )


INPUT = "on:\n  workflow_dispatch:\n    inputs:\n      size: "


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a", "a workflow is a mapping with `on` and `jobs` (line 1, column 1)"),
        ("words", "a workflow is a mapping with `on` and `jobs` (line 1, column 1)"),
        ("on: [push", "expected ',' or ']', but got '<stream end>' (line 1, column 10)"),
        ("on: &x push", "anchors and aliases are not read (line 1, column 5)"),
        ("on:\n  workflow_dispatch: [a]", "`workflow_dispatch` is not a mapping (line 2, column 22)"),
        ("on:\n  workflow_dispatch: {inputs: [a]}", "`inputs` is not a mapping (line 2, column 31)"),
        (INPUT + "big", "the input `size` is not a mapping (line 4, column 13)"),
        (INPUT + "{type: colour}", "the input `size` has an unknown type (line 4, column 20)"),
        (INPUT + "{type: [string]}", "`type` of the input `size` is not plain text (line 4, column 20)"),
        (INPUT + "{type: choice}", "the input `size` is a choice without options (line 4, column 7)"),
        (INPUT + "{type: choice, options: []}", "the input `size` is a choice without options (line 4, column 7)"),
        (INPUT + "{type: choice, options: a}", "the options of the input `size` are not a list (line 4, column 37)"),
        (
            INPUT + "{type: choice, options: [{a: b}]}",
            "`options` of the input `size` is not plain text (line 4, column 38)",
        ),
        (INPUT + "{required: maybe}", "`required` of the input `size` is neither true nor false (line 4, column 24)"),
        (INPUT + "{default: [a]}", "`default` of the input `size` is not plain text (line 4, column 23)"),
        (INPUT + "{description: {a: b}}", "`description` of the input `size` is not plain text (line 4, column 27)"),
    ],
)
def test_a_file_that_can_not_be_used_says_why_and_where(text: str, problem: str) -> None:
    workflow = read(text)
    assert workflow.problem == problem
    assert (workflow.dispatchable, workflow.inputs) == (False, ())
