"""What `config check` says beside faults."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.model.advice import Advice, Grade, Surroundings
from bot.model.command import Argument, ArgumentType
from bot.model.config import Approvals, Config, ConfiguredCommand, Environment
from bot.model.people import Role
from bot.model.workflow import Workflow
from bot.rules.advice import advice

NAMING = Argument(name="environment", type=ArgumentType.CHOICE, choices=("staging", "production"))
SHA = Argument(name="signalbox_sha")
DEPLOY = ConfiguredCommand(name="deploy", workflow="deploy.yml", arguments=(NAMING,), environment="environment")


def workflow(*inputs: Argument, file: str = "deploy.yml", **fields: Any) -> Workflow:
    whole = Workflow(path=f".github/workflows/{file}", name=file, blob="b", inputs=inputs, dispatchable=True)
    return replace(whole, **fields)


def around(*workflows: Workflow, **fields: Any) -> Surroundings:
    found = {each.path.rpartition("/")[2]: each for each in workflows or (workflow(NAMING, SHA),)}
    return replace(Surroundings(owner="Acme", everybody_reads=False, workflows=found, input_limit=25), **fields)


def config(**fields: Any) -> Config:
    return Config(commands={"deploy": replace(DEPLOY, **fields)})


def sentences(config: Config, surroundings: Surroundings) -> list[str]:
    return [f"{each.grade}: {each.sentence}" for each in advice(config, surroundings)]


def test_nothing_is_said_of_what_is_well() -> None:
    well = replace(config(), environments={"production": Environment(name="Production", teams=("acme/deployers",))})
    assert advice(well, around()) == []


# --- who may (T13, T14) --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.READ, Role.TRIAGE])
def test_where_everybody_reads_less_than_write_needs_a_team(role: Role) -> None:
    open_to_all = config(permission=role)
    assert advice(open_to_all, around(everybody_reads=True)) == [
        Advice(
            grade=Grade.ERROR,
            sentence=f"deploy: everybody can read this repository, so that the permission {role.label} lets in people "
            "whom nobody chose. Name a team as well, or ask for write.",
            path=("commands", "deploy", "permission"),
        )
    ]
    assert advice(open_to_all, around()) == []
    assert advice(config(permission=role, teams=("acme/support",)), around(everybody_reads=True)) == []
    assert advice(config(permission=role, closed=True), around(everybody_reads=True)) == []


def test_t14_members_of_an_enterprise_are_not_chosen_either() -> None:
    [said] = advice(config(permission=Role.READ), around(everybody_reads=True, internal=True))
    assert said.sentence.startswith("deploy: a whole enterprise can read this repository, so that the permission read")


def test_write_is_nobody_by_chance() -> None:
    assert advice(config(permission=Role.WRITE), around(everybody_reads=True)) == []


def test_teams_are_of_the_repositorys_own_organisation() -> None:
    entry = Environment(
        name="production", teams=("acme/a", "other/b"), approvals=Approvals(teams=(("acme/a",), ("third/c",)))
    )
    foreign = replace(config(teams=("evil/d", "ACME/a")), environments={"production": entry})
    assert [(each.grade, each.path, each.sentence) for each in advice(foreign, around())] == [
        (
            Grade.ERROR,
            ("commands", "deploy", "teams"),
            "deploy: evil/d is no team of Acme, to whom this repository belongs.",
        ),
        (
            Grade.ERROR,
            ("environments", "production", "teams"),
            "production: other/b is no team of Acme, to whom this repository belongs.",
        ),
        (
            Grade.ERROR,
            ("environments", "production", "approvals", "teams"),
            "production: third/c is no team of Acme, to whom this repository belongs.",
        ),
    ]


# --- what runs (T1, T2, T27) ---------------------------------------------------------------------------------------


def test_a_workflow_that_can_not_be_told_the_commit_is_not_pinnable() -> None:
    assert sentences(config(), around(workflow(NAMING))) == [
        'error: deploy: deploy.yml does not declare the input "signalbox_sha", so that what it ships can not be pinned '
        "(not_pinnable). Declare it, and check out that commit."
    ]
    assert advice(config(environment=None), around(workflow(NAMING))) == []


def test_a_workflow_that_is_not_there() -> None:
    (found,) = advice(config(workflow="deplo.yml"), around())
    assert found.sentence == ('deploy: there is no deplo.yml under .github/workflows. Did you mean "deploy.yml"?')
    assert found.path == ("commands", "deploy", "workflow")
    (found,) = advice(config(workflow="other.yml"), around())
    assert found.sentence == "deploy: there is no other.yml under .github/workflows."


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"dispatchable": False}, 'it has no "workflow_dispatch:" under "on:"'),
        ({"dispatchable": False, "problem": "`on` is odd (line 1, column 2)."}, "`on` is odd (line 1, column 2)"),
    ],
)
def test_a_workflow_that_can_not_be_started(fields: dict[str, Any], why: str) -> None:
    assert sentences(config(), around(workflow(NAMING, **fields))) == [
        f"error: deploy: deploy.yml can not be started: {why}."
    ]


def test_the_pull_requests_own_workflow_needs_a_protection_rule() -> None:
    head = config(workflow_from_head=True)
    said = "warning: deploy: the pull request's own workflow file runs, and nothing at GitHub keeps it from {}. "
    more = "Let Signalbox's protection rule guard the environment, or remove workflow_from."
    assert sentences(head, around()) == [said.format("production or staging") + more]
    assert sentences(head, around(protected=frozenset({"production"}))) == [said.format("staging") + more]
    assert sentences(head, around(protected=frozenset({"staging", "production"}))) == []
    free = config(workflow_from_head=True, environment=None)
    assert sentences(free, around(protected=frozenset({"staging"}))) == [said.format("any environment") + more]


def test_inputs_inside_scripts_are_flagged_with_file_and_lines() -> None:
    said = (
        "warning: .github/workflows/{}: an input is put into a script, where a shell reads it as code. Hand it over "
        "in env: and use the variable."
    )
    ship = workflow(file="ship.yml", scripts_with_inputs=(7,))
    both = around(workflow(NAMING, SHA, scripts_with_inputs=(3, 12)), ship)
    assert sentences(config(), both) == [said.format("deploy.yml lines 3 and 12"), said.format("ship.yml line 7")]
    assert [each.path for each in advice(config(), both)] == [("commands", "deploy", "workflow"), ()]


def test_scripts_of_what_nobody_can_start_are_nobodys_concern() -> None:
    ship = workflow(file="ship.yml", dispatchable=False, scripts_with_inputs=(7,))
    assert advice(config(), around(workflow(NAMING, SHA), ship)) == []


def test_a_workflow_without_a_command_that_can_name_a_gated_environment() -> None:
    gated = replace(config(), environments={"production": Environment(name="Production", lock=True)})
    stage = Argument(name="stage", type=ArgumentType.CHOICE, choices=("qa", "Production"))
    ship = workflow(stage, file="ship.yml")
    assert sentences(gated, around(workflow(NAMING, SHA), ship)) == [
        'warning: ship.yml can name Production in its input "stage", and no command says so: the gates are not asked '
        "when somebody runs it. Add a command with workflow: ship.yml and environment: stage."
    ]


# --- environments and rules ----------------------------------------------------------------------------------------


def test_an_environment_that_nothing_names() -> None:
    typo = replace(config(), environments={"produktion": Environment(name="Produktion")})
    (found,) = advice(typo, around())
    assert (found.grade, found.path) == (Grade.WARNING, ("environments", "produktion"))
    assert found.sentence == (
        'Produktion: no command and no workflow names this environment. Did you mean "production"?'
    )
    other = replace(config(), environments={"qa": Environment(name="qa")})
    assert sentences(other, around()) == ["warning: qa: no command and no workflow names this environment."]


def test_an_environment_that_free_text_or_an_input_of_its_type_can_name() -> None:
    entry = {"qa": Environment(name="qa")}
    text = replace(DEPLOY, arguments=(Argument(name="environment"),))
    declared = around(workflow(Argument(name="environment"), SHA))
    assert advice(Config(commands={"deploy": text}, environments=entry), declared) == []
    typed = workflow(Argument(name="target", type=ArgumentType.ENVIRONMENT), file="ship.yml")
    assert advice(replace(config(), environments=entry), around(workflow(NAMING, SHA), typed)) == []


def test_nothing_acts_on_rules_yet() -> None:
    (found,) = advice(replace(config(), rules=1), around())
    assert found == Advice(
        grade=Grade.WARNING,
        sentence="The event rules are well-formed, and nothing acts on rules yet.",
        path=("rules",),
    )


def test_errors_come_first() -> None:
    both = replace(config(teams=("evil/d",)), rules=1, environments={"qa": Environment(name="qa")})
    assert [each.grade for each in advice(both, around())] == [Grade.ERROR, Grade.WARNING, Grade.WARNING]
