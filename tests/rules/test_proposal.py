"""A first configuration, proposed from the workflows that are there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import config
from bot.model.advice import Surroundings
from bot.model.command import Argument, ArgumentType
from bot.model.config import Config, Environment, Layer
from bot.model.people import Role
from bot.model.workflow import Workflow
from bot.rules.advice import advice
from bot.rules.proposal import proposed
from bot.rules.verbs import RESERVED

CHOICE, BOOLEAN, ENVIRONMENT = ArgumentType.CHOICE, ArgumentType.BOOLEAN, ArgumentType.ENVIRONMENT


def workflow(file: str, *inputs: Argument, name: str = "", dispatchable: bool = True) -> Workflow:
    path = f".github/workflows/{file}"
    return Workflow(path=path, name=name or path, blob="b", inputs=inputs, dispatchable=dispatchable)


def read(text: str) -> Config:
    found = config.read(text.encode(), layer=Layer.REPOSITORY, file=".github/signalbox.yml")
    assert isinstance(found, Config), f"{found}\n{text}"
    return found


DEPLOY = workflow(
    "deploy.yml",
    Argument(
        name="environment", type=CHOICE, choices=("staging", "Production"), required=True, description="Where: to"
    ),
    Argument(name="version", default="1.10", description="Which"),
    Argument(name="dry_run", type=BOOLEAN, default="false"),
    Argument(name="signalbox_sha"),
    name="Ship it",
)


def test_the_whole_text() -> None:
    assert (
        proposed([workflow("ci.yml", dispatchable=False), DEPLOY, workflow("nightly.yaml")])
        == """\
# What people can type, who may, and what has to be so before it runs.
# Proposed by Signalbox from the workflows of this repository; change it as you like.
version: 1
commands:
  deploy:
    description: Ship it
    workflow: deploy.yml
    arguments:
      environment: {type: choice, choices: [staging, Production], description: "Where: to"}
      version: {default: "1.10", description: Which}
      dry_run: {type: boolean, default: "false"}
    environment: environment
    dry_run: dry_run
  nightly:
    workflow: nightly.yaml
environments:
  Production:
    # Take away the number signs of what your team agrees on.
    # permission: maintain
    # requires: {checks: passing, reviews: approved}
    # lock: true
  staging:
"""
    )


def test_it_is_read_back_as_it_is_meant() -> None:
    found = read(proposed([DEPLOY]))
    command = found.commands["deploy"]
    assert command.arguments == tuple(each for each in DEPLOY.inputs if each.name != "signalbox_sha")
    assert (command.environment, command.dry_run, command.permission) == ("environment", "dry_run", Role.WRITE)
    assert found.environments == {name.casefold(): Environment(name=name) for name in ("Production", "staging")}


def test_what_is_switched_on_is_valid() -> None:
    text = proposed([DEPLOY])
    for rule in ("permission: maintain", "requires: {checks: passing, reviews: approved}", "lock: true"):
        text = text.replace(f"# {rule}", rule)
    production = read(text).environments["production"]
    assert (production.permission, production.reviews, production.lock) == (Role.MAINTAIN, True, True)
    assert production.checks is not None


@pytest.mark.parametrize("workflows", [[], [workflow("ci.yml", dispatchable=False)]])
def test_without_a_workflow_to_start_it_says_so(workflows: list[Workflow]) -> None:
    text = proposed(workflows)
    assert "nothing to start yet" in text
    assert read(text).commands == {}


@pytest.mark.parametrize(
    ("files", "verbs"),
    [
        (["deploy-prod.v2.yml"], ["deploy-prod-v"]),
        (["Deploy_Prod.YML.yml"], ["deploy-prod-yml"]),
        (["1.yml", "2.yml", "3.yaml"], ["workflow", "workflow-b", "workflow-c"]),
        (["run.yml", "help.yml"], ["run-workflow", "help-workflow"]),
        (["deploy.yml", "deploy.yaml"], ["deploy", "deploy-b"]),
        (["x" * 90 + ".yml"], ["x" * 28]),
        (["größe.yml"], ["gr-e"]),
    ],
)
def test_verbs_come_from_the_files(files: list[str], verbs: list[str]) -> None:
    found = read(proposed([workflow(file) for file in files]))
    assert list(found.commands) == verbs
    assert [command.workflow for command in found.commands.values()] == files


def test_no_built_in_verb_is_taken() -> None:
    found = read(proposed([workflow(f"{verb}.yml") for verb in sorted(RESERVED)]))
    assert len(found.commands) == len(RESERVED)


def test_more_workflows_of_one_name_than_letters() -> None:
    assert len(read(proposed([workflow(f"{number}.yml") for number in range(60)])).commands) == 60


@pytest.mark.parametrize(
    ("inputs", "environment"),
    [
        ([Argument(name="target", type=ENVIRONMENT), Argument(name="env", type=CHOICE, choices=("a",))], "target"),
        ([Argument(name="STAGE", type=CHOICE, choices=("qa",))], "STAGE"),
        ([Argument(name=name, type=CHOICE, choices=("qa",)) for name in ("stage", "env")], "env"),
        ([Argument(name="environment")], None),
        ([Argument(name="size", type=CHOICE, choices=("s", "m"))], None),
    ],
)  # fmt: skip
def test_which_input_names_the_environment(inputs: list[Argument], environment: str | None) -> None:
    text = proposed([workflow("ship.yml", *inputs)])
    assert read(text).commands["ship"].environment == environment
    assert ("signalbox_sha" in text) is (environment is not None)


def test_an_input_that_can_not_be_typed_is_left_out_aloud() -> None:
    odd = [Argument(name=name) for name in ("ref", "2nd", "a b", "x\ny: z", "signalbox_actor")]
    text = proposed([workflow("ship.yml", *odd)])
    assert read(text).commands["ship"].arguments == ()
    assert text.count("can not be typed: rename it in the workflow.") == 4


words = st.text(max_size=12) | st.sampled_from(
    ["true", "no", "~", "1.10", "- a", "a: b", "#", "'", '"', "\\", "{", "[a]", "&a", "*a", "!a", "%", "@", "`", "prod"]
)  # fmt: skip
arguments = st.builds(
    Argument,
    name=words | st.sampled_from(["environment", "env", "stage", "dry_run", "on", "null", "version", "signalbox_sha"]),
    type=st.sampled_from(ArgumentType),
    required=st.booleans(),
    default=st.none() | words,
    choices=st.lists(words, max_size=3).map(tuple),
    description=words,
)
inputs = st.lists(arguments, max_size=3, unique_by=lambda each: each.name)
workflows = st.builds(
    lambda file, given, name: workflow(f"{file}.yml", *given, name=name),
    words.map(lambda word: word.replace("/", "-")),
    inputs,
    words,
)


@settings(max_examples=60)
@given(st.lists(workflows, max_size=2))
def test_whatever_the_workflows_hold_it_is_valid(found: list[Workflow]) -> None:
    read(proposed(found))


def test_it_fits_the_workflows_that_it_was_made_from() -> None:
    files = [DEPLOY, workflow("nightly.yml", Argument(name="count", type=ArgumentType.NUMBER, required=True))]
    around = Surroundings(
        owner="acme",
        everybody_reads=True,
        workflows={each.path.rpartition("/")[2]: each for each in files},
        input_limit=10,
    )
    assert advice(read(proposed(files)), around) == []
