"""T2: gates hang on what is touched, whatever the way in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.model.bound import Bound, TeamRule
from bot.model.command import Argument, ArgumentType
from bot.model.config import Config, ConfiguredCommand, Environment, Layer, Mark, Path, Where
from bot.model.people import Role
from bot.model.workflow import Workflow
from bot.rules.bind import bind

ENVIRONMENT = Argument(name="environment", type=ArgumentType.CHOICE, choices=("staging", "production"))
DEPLOY = ConfiguredCommand(
    name="deploy",
    workflow="deploy.yml",
    arguments=(ENVIRONMENT, Argument(name="dry_run", type=ArgumentType.BOOLEAN)),
    environment="environment",
    dry_run="dry_run",
    permission=Role.MAINTAIN,
    teams=("acme/platform",),
    where=frozenset({Where.SLACK, Where.PULL_REQUEST}),
)
PRODUCTION = Environment(name="Production", permission=Role.ADMIN, teams=("acme/deployers",), lock=True)


def at(line: int, layer: Layer = Layer.REPOSITORY) -> Mark:
    return Mark(layer=layer, file="acme/shop/.github/signalbox.yml", line=line)


MARKS: Mapping[Path, Mark] = {
    ("commands", "deploy"): at(3),
    ("commands", "deploy", "permission"): at(8),
    ("commands", "deploy", "teams"): at(9),
    ("environments", "production"): at(20),
    ("environments", "production", "teams"): at(22),
}
CONFIG = Config(commands={"deploy": DEPLOY}, environments={"production": PRODUCTION}, marks=MARKS)


def file(*inputs: Argument) -> Workflow:
    return Workflow(path=".github/workflows/deploy.yml", name="Deploy", blob="b", inputs=inputs, dispatchable=True)


FILE = file(Argument(name="environment"), Argument(name="dry_run", type=ArgumentType.BOOLEAN))


def bound(
    config: Config = CONFIG,
    command: str = "deploy",
    workflow: str = "deploy.yml",
    workflow_file: Workflow | None = FILE,
    **inputs: str,
) -> Bound:
    return bind(config, command=command, workflow=workflow, inputs=inputs, workflow_file=workflow_file)


def test_everything_that_applies_to_a_command_and_its_environment() -> None:
    assert bound(environment="production", dry_run="true") == Bound(
        workflow="deploy.yml",
        permission=Role.ADMIN,
        permission_rule="acme/shop/.github/signalbox.yml line 20",
        teams=(
            TeamRule(teams=("acme/platform",), rule="acme/shop/.github/signalbox.yml line 9"),
            TeamRule(teams=("acme/deployers",), rule="acme/shop/.github/signalbox.yml line 22"),
        ),
        where=frozenset({Where.SLACK, Where.PULL_REQUEST}),
        where_rule="acme/shop/.github/signalbox.yml line 3",
        environment="production",
        gates=PRODUCTION,
        guarded=True,
        dry_run=True,
        ships=False,
    )


def test_an_environment_without_an_entry_has_the_defaults_and_is_guarded() -> None:
    found = bound(environment="staging")
    assert found.gates == Environment(name="staging")
    assert (found.environment, found.guarded, found.permission) == ("staging", True, Role.MAINTAIN)
    assert found.permission_rule == "acme/shop/.github/signalbox.yml line 8"


@pytest.mark.parametrize("command", ["run", "rerun", "rollback"])
@pytest.mark.parametrize("workflow", ["deploy.yml", "DEPLOY.yml", ".github/workflows/deploy.yml"])
def test_run_of_a_claimed_workflow_inherits_everything_but_the_rehearsal(command: str, workflow: str) -> None:
    typed = bound(command=command, workflow=workflow, environment="production", dry_run="true")
    assert typed == replace(bound(environment="production"), workflow=workflow.rpartition("/")[2], ships=False)


def test_an_unclaimed_workflow_has_the_built_in_defaults() -> None:
    found = bound(command="run", workflow="nightly.yml", workflow_file=file(), environment="production")
    assert found == Bound(workflow="nightly.yml", permission=Role.WRITE)


def test_a_second_command_on_the_workflow_bears_the_gates_of_the_first() -> None:
    quick = ConfiguredCommand(name="quick", workflow="Deploy.yml", permission=Role.READ)
    config = replace(CONFIG, commands={"quick": quick, "deploy": DEPLOY})
    found = bound(config, "quick", environment="production")
    assert (found.permission, found.environment, found.guarded) == (Role.ADMIN, "production", True)
    assert [rule.teams for rule in found.teams] == [("acme/platform",), ("acme/deployers",)]
    assert found.where == DEPLOY.where


def pinned(environment: str, permission: Role) -> ConfiguredCommand:
    return ConfiguredCommand(
        name=environment,
        workflow="deploy.yml",
        fixed={"environment": environment},
        environment="environment",
        permission=permission,
    )


def test_commands_for_two_environments_do_not_bear_each_others_gates_but_run_bears_all() -> None:
    commands = {"staging": pinned("staging", Role.READ), "prod": pinned("production", Role.ADMIN)}
    config = Config(commands=commands)
    assert bound(config, "staging", environment="staging").permission is Role.READ
    assert bound(config, "prod", environment="production").permission is Role.ADMIN
    assert bound(config, "run", environment="staging").permission is Role.ADMIN


def test_an_environment_that_a_neighbour_would_name_is_guarded_too() -> None:
    quick = ConfiguredCommand(name="quick", workflow="deploy.yml")
    config = Config(commands={"quick": quick, "staging": pinned("staging", Role.ADMIN)})
    found = bound(config, "quick", environment="production")
    assert (found.permission, found.guarded) == (Role.WRITE, True)


def test_a_claim_that_was_left_behind_binds() -> None:
    config = Config(claims={"deploy deploy.yml": DEPLOY}, marks={("claims", "deploy deploy.yml", "permission"): at(8)})
    found = bound(config, "run", environment="production")
    assert (found.permission, found.environment, found.guarded) == (Role.MAINTAIN, "production", True)
    assert found.permission_rule == "acme/shop/.github/signalbox.yml line 8"
    assert bound(config, "run", workflow="other.yml").permission is Role.WRITE


def test_what_is_fixed_names_the_environment_whatever_was_typed() -> None:
    config = Config(commands={"prod": pinned("production", Role.WRITE)}, environments={"production": PRODUCTION})
    assert bound(config, "prod").environment == "production"
    assert bound(config, "prod", environment="staging").gates == PRODUCTION


def test_a_command_is_bound_by_its_own_rules_where_the_workflow_is_no_longer_its_own() -> None:
    assert bound(workflow="old.yml", environment="production").permission is Role.ADMIN


# --- how an environment is spelt -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelt",
    [
        "production",
        "Production",
        "PRODUCTION",
        "  production\t",
        "production\u00a0",
        "\uff50\uff52\uff4f\uff44\uff55\uff43\uff54\uff49\uff4f\uff4e",  # full-width letters
        "\u24df\u24e1\u24de\u24d3\u24e4\u24d2\u24e3\u24d8\u24de\u24dd",  # letters in circles
    ],
)
def test_capitals_spaces_and_look_alikes_by_width_are_the_same_environment(spelt: str) -> None:
    found = bound(environment=spelt)
    assert (found.environment, found.gates) == ("production", PRODUCTION)


@pytest.mark.parametrize(
    "spelt",
    [
        "pr\u043eduction",  # a Cyrillic o
        "produ\u200bction",  # a space of no width
        "production\u200d",
        "produ\u0441tion",
        "pro\x00duction",
        "pro\x7fduction",
        "\u202enoitcudorp",
        "größe",
    ],
)
def test_a_name_that_could_pass_for_another_is_unknown_without_an_entry(spelt: str) -> None:
    found = bound(environment=spelt)
    assert (found.environment, found.gates, found.guarded) == (None, None, False)
    assert "has no entry in the configuration" in found.unknown


def test_with_an_entry_any_name_will_do() -> None:
    config = replace(CONFIG, environments={"grösse": Environment(name="Größe", lock=True)})
    assert bound(config, environment="GRÖSSE").environment == "grösse"


def test_two_entries_that_look_alike_are_no_entry() -> None:
    wide = "\uff50rod"
    config = replace(CONFIG, environments={"prod": PRODUCTION, wide: Environment(name=wide)})
    assert bound(config, environment="prod").unknown == 'Several environments of the configuration are called "prod".'


# --- which input names it ------------------------------------------------------------------------------------------


def test_the_workflows_own_default_counts_where_nothing_was_given() -> None:
    by_default = file(Argument(name="environment", default="Production"))
    assert bound(command="run", workflow_file=by_default).gates == PRODUCTION


@pytest.mark.parametrize("workflow_file", [FILE, file(), None])
@pytest.mark.parametrize("given", [{}, {"environment": ""}, {"environment": "  "}])
@pytest.mark.parametrize("command", ["run", "deploy"])
def test_an_environment_that_nobody_names_is_unknown(
    command: str, given: dict[str, Any], workflow_file: Workflow | None
) -> None:
    found = bound(command=command, workflow_file=workflow_file, **given)
    assert found.unknown == (
        'It can not be told which environment this touches: the input "environment" names it, which was not given and '
        "has no default in the workflow."
    )
    assert found.environment is None
    assert found.permission is Role.MAINTAIN


def test_an_empty_value_is_not_the_default() -> None:
    by_default = file(Argument(name="environment", default="production"))
    assert bound(workflow_file=by_default, environment="").unknown


def test_without_the_workflow_file_a_commands_own_default_names_it() -> None:
    deploy = replace(DEPLOY, arguments=(replace(ENVIRONMENT, default="staging"),))
    config = replace(CONFIG, commands={"deploy": deploy})
    assert bound(config, workflow_file=None).environment == "staging"


def test_without_the_workflow_file_run_can_not_be_told() -> None:
    assert bound(command="run", workflow="nightly.yml", workflow_file=None).unknown == (
        "It can not be told which environment this touches: its workflow is not known."
    )


TYPED = file(Argument(name="target", type=ArgumentType.ENVIRONMENT))


def test_run_of_an_unclaimed_workflow_bears_the_gates_of_an_environment_with_an_entry() -> None:
    found = bound(command="run", workflow="ship.yml", workflow_file=TYPED, target="Production")
    assert (found.permission, found.gates, found.guarded) == (Role.ADMIN, PRODUCTION, True)
    assert [rule.teams for rule in found.teams] == [("acme/deployers",)]


def test_an_environment_without_an_entry_is_not_guarded_where_nobody_claims_the_workflow() -> None:
    found = bound(command="run", workflow="ship.yml", workflow_file=TYPED, target="qa")
    assert (found.environment, found.gates, found.guarded) == ("qa", Environment(name="qa"), False)


def test_an_input_of_type_environment_that_is_left_empty_touches_nothing() -> None:
    found = bound(command="run", workflow="ship.yml", workflow_file=TYPED)
    assert found == Bound(workflow="ship.yml", permission=Role.WRITE)


def test_two_inputs_that_disagree_are_unknown() -> None:
    both = file(Argument(name="environment"), Argument(name="target", type=ArgumentType.ENVIRONMENT))
    found = bound(workflow_file=both, environment="staging", target="production")
    assert found.unknown == (
        'It can not be told which environment this touches: "environment" names "staging" and "target" names '
        '"production".'
    )
    assert bound(workflow_file=both, environment="production", target=" PRODUCTION").gates == PRODUCTION


def test_a_command_that_names_none_itself_has_the_default_of_the_input_that_others_name() -> None:
    quick = ConfiguredCommand(name="quick", workflow="deploy.yml")
    config = replace(CONFIG, commands={"quick": quick, "deploy": DEPLOY})
    by_default = file(Argument(name="environment", default="production"))
    assert bound(config, "quick", workflow_file=by_default).gates == PRODUCTION
    assert bound(config, "quick").unknown


# --- single gates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "environment", "expected"),
    [
        (Role.READ, "staging", Role.READ),
        (Role.WRITE, "staging", Role.WRITE),
        (Role.ADMIN, "staging", Role.ADMIN),
        (Role.READ, "production", Role.ADMIN),
    ],
)
def test_the_highest_permission_counts(role: Role, environment: str, expected: Role) -> None:
    config = replace(CONFIG, commands={"deploy": replace(DEPLOY, permission=role)})
    assert bound(config, environment=environment).permission is expected


def test_run_never_asks_for_less_than_it_does_without_a_configuration() -> None:
    config = replace(CONFIG, commands={"deploy": replace(DEPLOY, permission=Role.READ)})
    assert bound(config, "run", environment="staging").permission is Role.WRITE


@pytest.mark.parametrize("closed", ["command", "environment"])
def test_what_is_closed_is_a_team_that_nobody_is_in(closed: str) -> None:
    config = CONFIG
    if closed == "command":
        config = replace(config, commands={"deploy": replace(DEPLOY, teams=(), closed=True)})
    else:
        config = replace(config, environments={"production": replace(PRODUCTION, teams=(), closed=True)})
    assert () in [rule.teams for rule in bound(config, environment="production").teams]


def test_where_is_what_all_claims_have_in_common() -> None:
    other = replace(DEPLOY, name="other", where=frozenset({Where.ISSUE, Where.SLACK}))
    config = replace(CONFIG, commands={"deploy": DEPLOY, "other": other}, marks={("commands", "other"): at(30)})
    found = bound(config, "run", environment="staging")
    assert (found.where, found.where_rule) == (frozenset({Where.SLACK}), "acme/shop/.github/signalbox.yml line 30")


def test_workflow_from_head_is_not_guarded_unless_another_claim_disagrees() -> None:
    head = replace(DEPLOY, workflow_from_head=True)
    alone = replace(CONFIG, commands={"deploy": head})
    assert bound(alone, environment="production").guarded is False
    assert bound(alone, "run", environment="production").guarded is True
    shared = replace(CONFIG, commands={"deploy": head, "other": replace(DEPLOY, name="other")})
    assert bound(shared, environment="production").guarded is True


@pytest.mark.parametrize(("value", "expected"), [("true", True), ("TRUE", True), ("false", False), ("", False)])
def test_a_rehearsal_is_what_the_commands_own_input_says(value: str, expected: bool) -> None:
    inputs: dict[str, Any] = {"environment": "staging", "dry_run": value}
    assert bound(**inputs).dry_run is expected
    assert bound(command="run", **inputs).dry_run is False
