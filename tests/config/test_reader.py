"""Reading configuration files: what right ones mean, and where everything stands."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from bot import catalog, config
from bot.flow.ports import ReadConfig
from bot.model.command import Argument, ArgumentType
from bot.model.config import (
    Approvals,
    CheckRule,
    ChecksWanted,
    Config,
    ConfiguredCommand,
    Environment,
    Freeze,
    Layer,
    Remember,
    UpToDate,
    Waiver,
    Where,
)
from bot.model.people import Role
from bot.rules.verbs import RESERVED
from tests.config.files import EVERYTHING, EXAMPLE, FILE, right

PORT: ReadConfig = config.read


def test_the_example_is_read() -> None:
    found = right(EXAMPLE)
    assert found.commands["deploy"] == ConfiguredCommand(
        name="deploy",
        description="Ship a build to an environment",
        workflow="deploy.yml",
        arguments=(
            Argument(name="environment", type=ArgumentType.CHOICE, required=True, choices=("staging", "production")),
            Argument(name="dry_run", type=ArgumentType.BOOLEAN, default="false"),
        ),
        fixed={"requested_by": "signalbox"},
        environment="environment",
        teams=("acme/platform",),
        where=frozenset({Where.SLACK, Where.PULL_REQUEST}),
    )
    assert found.environments["production"] == Environment(
        name="production",
        teams=("acme/deployers",),
        approvals=Approvals(count=1, teams=(("acme/release",),), expires=timedelta(hours=4)),
        checks=CheckRule(wanted=ChecksWanted.PASSING),
        reviews=True,
        up_to_date=UpToDate.STRICT,
        after=("staging",),
        lock=True,
        freeze=(Freeze(timezone="Europe/Berlin", from_day=4, from_time=time(16), to_day=0, to_time=time(8)),),
    )
    assert (found.rules, found.require_prefix, found.maintenance) == (1, False, None)


def test_every_key_has_its_meaning() -> None:
    found = right(EVERYTHING, Layer.SERVER)
    assert replace(found, marks={}) == Config(
        commands={
            "deploy": ConfiguredCommand(
                name="deploy",
                description="Ship a build to an environment",
                workflow="deploy.yaml",
                arguments=(
                    Argument(name="environment", type=ArgumentType.ENVIRONMENT, required=True, description="Where to"),
                    Argument(name="build", pattern="v[0-9]+"),
                    Argument(name="speed", type=ArgumentType.NUMBER, default="1.10"),
                    Argument(name="size", type=ArgumentType.CHOICE, choices=("1", "2.50", "big"), default="2.50"),
                    Argument(name="dry_run", type=ArgumentType.BOOLEAN, default="true"),
                    Argument(name="note", required=True),
                ),
                fixed={"requested_by": "signalbox", "replicas": "3", "loud": "true"},
                environment="environment",
                dry_run="dry_run",
                permission=Role.MAINTAIN,
                teams=("acme/platform", "acme/sre"),
                where=frozenset({Where.ISSUE}),
                final=True,
                workflow_from_head=True,
            )
        },
        environments={
            "production": Environment(
                name="Production",
                permission=Role.ADMIN,
                teams=("acme/deployers",),
                approvals=Approvals(
                    count=2, teams=(("acme/release",),), people=("octocat",), expires=timedelta(minutes=90)
                ),
                checks=CheckRule(wanted=ChecksWanted.NAMED, names=("build", "lint@15368"), ignored=("flaky",)),
                reviews=True,
                waive_reviews=frozenset(Waiver),
                up_to_date=UpToDate.PR_BASE,
                after=("staging", "canary"),
                drafts=True,
                any_base=True,
                lock=True,
                freeze=(
                    Freeze(
                        timezone="Europe/Berlin",
                        from_day=4,
                        from_time=time(16),
                        to_day=0,
                        to_time=time(8),
                        reason="weekend",
                    ),
                    Freeze(timezone="UTC", from_date="2026-12-20T16:00", to_date="2027-01-04T08:00"),
                ),
                notify=("deploys", "releases"),
            ),
            "staging": Environment(name="staging"),
            "canary": Environment(name="canary", checks=CheckRule(wanted=ChecksWanted.REQUIRED)),
        },
        require_prefix=True,
        remember_trust=Remember.PR,
        maintenance="The cluster is being moved",
        rules=1,
    )


@pytest.mark.parametrize(
    ("path", "there"),
    [
        (("version",), "version: 1"),
        (("trust", "remember"), "remember: pr"),
        (("commands", "deploy"), "deploy:"),
        (("commands", "deploy", "permission"), "permission: maintain"),
        (("commands", "deploy", "arguments", "build", "pattern"), "pattern: "),
        (("commands", "deploy", "fixed", "replicas"), "replicas: 3"),
        (("environments", "production"), "Production:"),
        (("environments", "production", "permission"), "permission: admin"),
        (("environments", "production", "approvals", "people"), "people: [octocat]"),
        (("environments", "production", "requires"), "requires:"),
        (("environments", "production", "requires", "waive_reviews"), "waive_reviews:"),
        (("environments", "production", "freeze", "1"), "{from: 2026-12-20"),
        (("environments", "production", "freeze", "1", "timezone"), "timezone: UTC"),
        (("environments", "staging"), "staging:"),
        (("rules", "0"), "{event: push"),
    ],
)
def test_every_rule_knows_where_it_stands(path: tuple[str, ...], there: str) -> None:
    mark = right(EVERYTHING, Layer.SERVER).marks[path]
    assert EVERYTHING.splitlines()[mark.line - 1][mark.column - 1 :].startswith(there)
    assert (mark.file, mark.layer) == (FILE, Layer.SERVER)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("checks: passing", "checks", CheckRule(wanted=ChecksWanted.PASSING)),
        ("checks: required", "checks", CheckRule(wanted=ChecksWanted.REQUIRED)),
        ("checks: [build]", "checks", CheckRule(wanted=ChecksWanted.NAMED, names=("build",))),
        ("checks: {ignore: [x]}", "checks", CheckRule(wanted=ChecksWanted.PASSING, ignored=("x",))),
        ("checks: {only: required}", "checks", CheckRule(wanted=ChecksWanted.REQUIRED)),
        ("up_to_date: true", "up_to_date", UpToDate.STRICT),
        ("up_to_date: strict", "up_to_date", UpToDate.STRICT),
        ("up_to_date: default_branch", "up_to_date", UpToDate.DEFAULT_BRANCH),
        ("up_to_date: false", "up_to_date", None),
        ("draft: false", "drafts", False),
        ("after: [b, b]", "after", ("b", "b")),
    ],
)
def test_what_is_required_can_be_said_in_several_ways(text: str, field: str, value: object) -> None:
    found = right(f"version: 1\nenvironments:\n  b:\n  a: {{requires: {{{text}}}}}\n")
    assert getattr(found.environments["a"], field) == value


def test_a_command_without_more_than_a_workflow_has_the_defaults() -> None:
    found = right("version: 1\ncommands: {ship: {workflow: ship.yml}}\n")
    assert found.commands == {"ship": ConfiguredCommand(name="ship", workflow="ship.yml")}


def test_a_file_with_a_version_alone_says_nothing() -> None:
    assert replace(right("version: 1"), marks={}) == Config()


def test_a_fixed_input_can_name_the_environment() -> None:
    found = right("version: 1\ncommands: {ship: {workflow: a.yml, fixed: {env: production}, environment: env}}")
    assert found.commands["ship"].environment == "env"


@pytest.mark.parametrize("layer", [Layer.SERVER, Layer.ORGANISATION])
def test_higher_layers_can_mean_environments_that_only_some_repositories_have(layer: Layer) -> None:
    found = right("version: 1\nenvironments: {production: {requires: {after: staging}}}", layer)
    assert found.environments["production"].after == ("staging",)


@pytest.mark.parametrize(
    "named",
    [
        "arguments: {environment: {type: choice, choices: [Staging, production]}}",
        "arguments: {environment: {default: staging}}",
        "fixed: {environment: staging}",
    ],
)
def test_an_environment_that_a_command_names_exists(named: str) -> None:
    command = f"{{workflow: a.yml, environment: environment, {named}}}"
    right(f"version: 1\ncommands: {{ship: {command}}}\nenvironments: {{production: {{requires: {{after: staging}}}}}}")


def test_no_repository_can_take_a_verb_that_is_built_in() -> None:
    assert set(catalog.load()) - {"deploy"} - RESERVED == set()
    assert "deploy" not in RESERVED


def test_the_front_door_imports_nothing_heavy() -> None:
    source = Path(config.__file__).read_text(encoding="utf-8")
    top = [node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [node.module for node in top if isinstance(node, ast.ImportFrom)] == [
        "__future__",
        "collections.abc",
        "bot.model.config",
    ]
