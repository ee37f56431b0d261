"""Whose success in an earlier environment lets a workflow go on (T11)."""

from __future__ import annotations

import pytest

from bot.model.command import Argument, ArgumentType
from bot.model.config import Config, ConfiguredCommand
from bot.model.workflow import Workflow
from bot.rules.shipping import shippers


def command(name: str, workflow: str, *environments: str) -> ConfiguredCommand:
    """One that can name these environments; any, where there are none."""
    kind = ArgumentType.CHOICE if environments else ArgumentType.STRING
    argument = Argument(name="environment", type=kind, choices=environments)
    return ConfiguredCommand(name=name, workflow=workflow, arguments=(argument,), environment="environment")


def file(kind: ArgumentType) -> Workflow:
    inputs = (Argument(name="environment", type=kind),)
    return Workflow(path=".github/workflows/other.yml", name="Other", blob="b", inputs=inputs, dispatchable=True)


DEPLOY = command("deploy", "Deploy.yml", "Staging", "production")
SMOKE = command("smoke", "smoke.yml")
LIVE = command("live", "live.yml", "production")
LINT = ConfiguredCommand(name="lint", workflow="lint.yml")
ALL = Config(commands={each.name: each for each in (DEPLOY, SMOKE, LIVE, LINT)})


@pytest.mark.parametrize(
    ("workflow", "files"),
    [
        ("deploy.yml", {"deploy.yml"}),  # it ships there too, so a smoke test is not enough
        (".github/workflows/DEPLOY.yml", {"deploy.yml"}),
        ("smoke.yml", {"smoke.yml"}),
        ("live.yml", {"deploy.yml", "smoke.yml"}),  # it never ships there
        ("lint.yml", {"deploy.yml", "smoke.yml"}),  # it names no environment
        ("other.yml", {"deploy.yml", "smoke.yml"}),
    ],
)
def test_t11_what_ships_there_itself_has_to_have_done_so(workflow: str, files: set[str]) -> None:
    assert shippers(ALL, workflow, None, ["STAGING"]) == {"staging": files}


def test_t11_what_no_command_names_counts_for_itself_alone() -> None:
    assert shippers(ALL, "other.yml", file(ArgumentType.ENVIRONMENT), ["staging"]) == {"staging": {"other.yml"}}
    assert shippers(ALL, "live.yml", file(ArgumentType.ENVIRONMENT), ["qa"]) == {"qa": {"smoke.yml"}}


def test_t11_where_nothing_ships_nothing_counts() -> None:
    config = Config(commands={"live": LIVE, "lint": LINT})
    assert shippers(config, "live.yml", None, ["staging", "qa"]) == {"staging": frozenset(), "qa": frozenset()}


def test_t11_a_claim_of_another_layer_ships_as_well() -> None:
    config = Config(commands={"live": LIVE}, claims={"deploy": DEPLOY})
    assert shippers(config, "live.yml", None, ["staging"]) == {"staging": {"deploy.yml"}}
