"""Workflow files: triggers, inputs, jobs, matrices and names, and the expressions inside them."""

import pytest

from bot.sandbox.github.expressions import contexts_of, render
from bot.sandbox.github.workflows import Input, is_workflow, read_workflow

PATH = ".github/workflows/a.yml"


@pytest.mark.parametrize(
    ("text", "dispatchable"),
    [
        ("on: workflow_dispatch", True),
        ("on: [push, workflow_dispatch]", True),
        ("on: {push: {}, workflow_dispatch: }", True),
        ('"on": {workflow_dispatch: {}}', True),
        ("on: push", False),
        ("true: {workflow_dispatch: }", False),
        ("on: [", False),
        ("", False),
    ],
)
def test_the_trigger_is_found_however_it_is_written(text: str, dispatchable: bool) -> None:
    assert read_workflow(PATH, text.encode()).dispatchable is dispatchable


def test_inputs_keep_their_types_and_defaults() -> None:
    text = """
on:
  workflow_dispatch:
    inputs:
      plain:
      flag: {type: boolean, default: true}
      pick: {type: choice, options: [1, two], default: two, required: true}
      count: {type: number, default: 3}
      at: {default: 12:30:00}
"""
    assert list(read_workflow(PATH, text.encode()).inputs.values()) == [
        Input(name="plain"),
        Input(name="flag", type="boolean", default="true"),
        Input(name="pick", type="choice", options=("1", "two"), default="two", required=True),
        Input(name="count", type="number", default="3"),
        Input(name="at", default="12:30:00"),
    ]


def test_a_matrix_makes_a_job_of_each_cell() -> None:
    text = """
jobs:
  test:
    strategy:
      matrix:
        python: ["3.11", "3.12"]
        os: [linux, mac]
        exclude: [{python: "3.11", os: mac}]
  named:
    name: Build on ${{ matrix.os }}
    strategy: {matrix: {os: [linux, mac]}}
  given:
    name: Check
    strategy: {matrix: {os: [linux]}}
    needs: [test, named]
"""
    jobs = read_workflow(PATH, text.encode()).jobs
    assert [job.name for job in jobs] == [
        "test (3.11, linux)",
        "test (3.12, linux)",
        "test (3.12, mac)",
        "Build on linux",
        "Build on mac",
        "Check (linux)",
    ]
    assert (jobs[0].key, jobs[-1].needs) == ("test", ("test", "named"))


@pytest.mark.parametrize(
    ("path", "yes"),
    [
        (".github/workflows/a.yml", True),
        (".github/workflows/a.yaml", True),
        (".github/workflows/folder/a.yml", False),
        (".github/workflows/a.json", False),
        ("a.yml", False),
    ],
)
def test_only_yaml_right_in_the_folder_is_a_workflow(path: str, yes: bool) -> None:
    assert is_workflow(path) is yes


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("Deploy ${{ inputs.environment }}", "Deploy staging"),
        ("${{inputs.Environment}}/${{ github.actor }}", "staging/alice"),
        ("${{ github.event.inputs.environment }}", "staging"),
        ("${{ inputs.empty || 'nothing' }}", "nothing"),
        ("${{ inputs.unknown }}!", "!"),
        ("it's ${{ 'it''s' }}", "it's it's"),
        ("$ {{ plain }}", "$ {{ plain }}"),
    ],
)
def test_expressions_are_rendered(text: str, rendered: str) -> None:
    contexts = contexts_of(inputs={"environment": "staging", "empty": ""}, github={"actor": "alice"})
    assert render(text, contexts) == rendered
