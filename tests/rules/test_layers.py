"""Layers together, and what is in force while a change waits (T13): never fewer gates than before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    Mark,
    Remember,
    UpToDate,
    Waiver,
    Where,
)
from bot.model.people import Role
from bot.model.workflow import Workflow
from bot.rules.bind import bind
from bot.rules.claims import key_of
from bot.rules.layers import strictest, together
from tests.rules.configs import FILES, NAMES, VERBS, configs, looser, softer

DEPLOY = ConfiguredCommand(
    name="deploy",
    workflow="deploy.yml",
    arguments=(Argument(name="environment"),),
    environment="environment",
    permission=Role.MAINTAIN,
)
WEEKEND = Freeze(timezone="UTC", from_day=4, to_day=0)
HOLIDAY = Freeze(timezone="UTC", from_date="2026-12-20T16:00", to_date="2027-01-04T08:00")


def deploy(**fields: object) -> Config:
    return Config(commands={"deploy": replace(DEPLOY, **fields)})  # type: ignore[arg-type]


def production(**fields: object) -> Config:
    return Config(environments={"production": replace(Environment(name="production"), **fields)})  # type: ignore[arg-type]


def test_no_layers_say_nothing() -> None:
    assert together([]) == Config()


@given(configs())
def test_one_layer_alone_is_itself(config: Config) -> None:
    assert together([config]) == config
    assert together([Config(), config, Config()]) == config


# --- commands ------------------------------------------------------------------------------------------------------


def test_a_lower_layer_replaces_a_command_and_inherits_its_gates() -> None:
    upper = deploy(permission=Role.ADMIN, teams=("acme/a", "acme/b"), where=frozenset({Where.SLACK, Where.ISSUE}))
    lower = deploy(description="Ship", teams=("acme/B", "acme/c"), where=frozenset({Where.SLACK, Where.PULL_REQUEST}))
    found = together([upper, lower]).commands["deploy"]
    assert (found.description, found.permission) == ("Ship", Role.ADMIN)
    assert (found.teams, found.where) == (("acme/b",), frozenset({Where.SLACK}))


@pytest.mark.parametrize(("first", "second"), [((), ("acme/a",)), (("acme/a",), ())])
def test_a_layer_without_teams_has_no_say_in_them(first: tuple[str, ...], second: tuple[str, ...]) -> None:
    found = together([deploy(teams=first), deploy(teams=second)]).commands["deploy"]
    assert (found.teams, found.closed) == (("acme/a",), False)


def test_teams_with_nobody_in_common_close_it_for_good() -> None:
    layers = [deploy(teams=("acme/a",)), deploy(teams=("acme/b",)), deploy(teams=("acme/c",))]
    found = together(layers).commands["deploy"]
    assert (found.teams, found.closed) == ((), True)


def test_a_final_command_is_not_replaced_but_takes_on_gates() -> None:
    upper, lower = deploy(final=True), deploy(description="Mine", permission=Role.ADMIN)
    found = together([upper, lower]).commands["deploy"]
    assert (found.description, found.permission, found.final) == ("", Role.ADMIN, True)


def test_a_command_that_is_pointed_elsewhere_leaves_its_claim_behind() -> None:
    found = together([deploy(permission=Role.ADMIN), deploy(workflow="ship.yml")])
    assert found.commands["deploy"].workflow == "ship.yml"
    left = replace(DEPLOY, permission=Role.ADMIN)
    assert found.claims == {key_of(left): left}
    assert found.commands["deploy"].permission is Role.ADMIN


def test_what_would_have_replaced_a_final_command_keeps_its_claim() -> None:
    found = together([deploy(final=True), deploy(workflow="ship.yml")])
    assert [claim.workflow for claim in found.claims.values()] == ["ship.yml"]
    assert found.commands["deploy"].workflow == "deploy.yml"


def choice(*names: str) -> tuple[Argument, ...]:
    return (Argument(name="environment", type=ArgumentType.CHOICE, choices=names),)


@pytest.mark.parametrize(
    ("upper", "lower", "left"),
    [
        ({}, {"description": "Ship"}, 0),
        ({"arguments": choice("staging")}, {"arguments": choice("staging", "production")}, 0),
        ({"arguments": choice("staging", "production")}, {"arguments": choice("staging")}, 1),
        ({"arguments": choice("staging")}, {}, 0),
        ({}, {"arguments": choice("staging")}, 1),
        ({}, {"environment": None}, 1),
        ({}, {"workflow": "DEPLOY.YML"}, 0),
    ],
)
def test_a_claim_is_left_behind_where_the_new_one_holds_less(
    upper: dict[str, object], lower: dict[str, object], left: int
) -> None:
    assert len(together([deploy(**upper), deploy(**lower)]).claims) == left


# --- environments --------------------------------------------------------------------------------------------------


def test_environments_have_the_strictest_of_each_gate() -> None:
    upper = production(
        permission=Role.MAINTAIN,
        teams=("acme/a", "acme/b"),
        approvals=Approvals(count=1, teams=(("acme/a",),), people=("octocat",), expires=timedelta(hours=8)),
        checks=CheckRule(wanted=ChecksWanted.REQUIRED, ignored=("flaky", "slow")),
        reviews=True,
        waive_reviews=frozenset({Waiver.ADMIN, Waiver.DRY_RUN}),
        up_to_date=UpToDate.PR_BASE,
        after=("staging",),
        drafts=True,
        any_base=True,
        freeze=(WEEKEND,),
        notify=("deploys",),
    )
    lower = production(
        permission=Role.WRITE,
        teams=("acme/a",),
        approvals=Approvals(count=2, teams=(("acme/b",),), people=("hubot",), expires=timedelta(hours=2)),
        checks=CheckRule(wanted=ChecksWanted.NAMED, names=("build",), ignored=("flaky",)),
        reviews=True,
        waive_reviews=frozenset({Waiver.ADMIN}),
        up_to_date=UpToDate.DEFAULT_BRANCH,
        after=("qa", "staging"),
        drafts=False,
        any_base=True,
        lock=True,
        freeze=(HOLIDAY, WEEKEND),
        notify=("releases", "deploys"),
    )
    assert together([upper, lower]).environments["production"] == Environment(
        name="production",
        permission=Role.MAINTAIN,
        teams=("acme/a",),
        approvals=Approvals(
            count=2,
            teams=(("acme/a",), ("acme/b",)),
            people=("octocat", "hubot"),
            expires=timedelta(hours=2),
        ),
        checks=CheckRule(wanted=ChecksWanted.REQUIRED, names=("build",), ignored=("flaky",)),
        reviews=True,
        waive_reviews=frozenset({Waiver.ADMIN}),
        up_to_date=UpToDate.STRICT,
        after=("staging", "qa"),
        drafts=False,
        any_base=True,
        lock=True,
        freeze=(WEEKEND, HOLIDAY),
        notify=("deploys", "releases"),
    )


def test_who_asks_for_no_reviews_has_no_say_in_waiving_them() -> None:
    asking = production(reviews=True, waive_reviews=frozenset({Waiver.ADMIN}))
    for layers in ([asking, production()], [production(), asking]):
        assert together(layers).environments["production"].waive_reviews == {Waiver.ADMIN}


# --- the rest ------------------------------------------------------------------------------------------------------


def mark(layer: Layer, line: int) -> Mark:
    return Mark(layer=layer, file=layer.value, line=line)


def test_the_rest_is_any_and_all() -> None:
    first = Config(require_prefix=True, maintenance="moving", rules=2)
    second = Config(maintenance="audit", rules=1)
    found = together([first, second])
    assert (found.require_prefix, found.maintenance, found.rules) == (True, "moving; audit", 3)


def test_trust_is_remembered_for_a_pull_request_where_one_layer_says_so_and_none_says_no() -> None:
    says_pr = Config(remember_trust=Remember.PR, marks={("trust", "remember"): mark(Layer.REPOSITORY, 3)})
    says_sha = Config(marks={("trust", "remember"): mark(Layer.SERVER, 2)})
    assert together([Config(), says_pr]).remember_trust is Remember.PR
    for layers in ([says_sha, says_pr], [says_pr, says_sha], [says_sha, Config(), says_pr]):
        found = together(layers)
        assert found.remember_trust is Remember.SHA
        assert found.marks == says_sha.marks


# --- where it was decided ------------------------------------------------------------------------------------------


def marked(config: Config, layer: Layer, *paths: tuple[str, ...]) -> Config:
    return replace(config, marks={path: mark(layer, line) for line, path in enumerate(paths, start=1)})


PERMISSION = ("commands", "deploy", "permission")
TEAMS = ("commands", "deploy", "teams")


@pytest.mark.parametrize(
    ("upper", "lower", "layer"),
    [
        (Role.ADMIN, Role.READ, Layer.ORGANISATION),
        (Role.READ, Role.ADMIN, Layer.REPOSITORY),
        (Role.ADMIN, Role.ADMIN, Layer.ORGANISATION),
    ],
)
def test_the_mark_of_a_maximum_is_that_of_who_said_it(upper: Role, lower: Role, layer: Layer) -> None:
    layers = [
        marked(deploy(permission=upper), Layer.ORGANISATION, PERMISSION),
        marked(deploy(permission=lower), Layer.REPOSITORY, PERMISSION),
    ]
    assert together(layers).marks[PERMISSION].layer is layer


@pytest.mark.parametrize(
    ("teams", "layer"),
    [
        (("acme/a",), Layer.REPOSITORY),
        (("acme/a", "acme/b", "acme/c"), Layer.ORGANISATION),
        (("acme/z",), Layer.REPOSITORY),
        ((), Layer.ORGANISATION),
    ],
)
def test_the_mark_of_an_intersection_is_that_of_the_lowest_layer_that_narrowed(
    teams: tuple[str, ...], layer: Layer
) -> None:
    layers = [
        marked(deploy(teams=("acme/a", "acme/b")), Layer.ORGANISATION, ("commands", "deploy"), TEAMS),
        marked(deploy(teams=teams), Layer.REPOSITORY, ("commands", "deploy"), TEAMS),
    ]
    assert together(layers).marks[TEAMS].layer is layer


def test_a_mark_of_a_default_that_decided_is_the_nearest_line() -> None:
    upper = marked(deploy(permission=Role.WRITE), Layer.ORGANISATION, ("commands", "deploy"))
    lower = marked(deploy(permission=Role.READ), Layer.REPOSITORY, ("commands", "deploy"), PERMISSION)
    assert together([upper, lower]).marks[PERMISSION] == mark(Layer.ORGANISATION, 1)


def test_an_entry_that_does_not_allow_drafts_points_at_itself() -> None:
    entry, drafts = ("environments", "production"), ("environments", "production", "requires", "draft")
    upper = marked(production(drafts=True), Layer.ORGANISATION, entry, drafts)
    lower = marked(production(lock=True), Layer.REPOSITORY, entry)
    assert together([upper, lower]).marks[drafts] == mark(Layer.REPOSITORY, 1)


def test_each_freeze_keeps_its_line() -> None:
    entry = ("environments", "production", "freeze")
    upper = marked(production(freeze=(WEEKEND,)), Layer.ORGANISATION, entry, (*entry, "0"))
    lower = marked(production(freeze=(WEEKEND, HOLIDAY)), Layer.REPOSITORY, entry, (*entry, "0"), (*entry, "1"))
    found = together([upper, lower])
    assert [found.marks[(*entry, index)] for index in "01"] == [mark(Layer.ORGANISATION, 2), mark(Layer.REPOSITORY, 3)]


def test_a_claim_takes_its_marks_along() -> None:
    upper = marked(deploy(), Layer.ORGANISATION, ("commands", "deploy"), PERMISSION)
    lower = marked(deploy(workflow="ship.yml"), Layer.REPOSITORY, ("commands", "deploy"))
    found = together([upper, lower])
    (key,) = found.claims
    assert found.mark("claims", key, "permission") == mark(Layer.ORGANISATION, 2)
    assert found.mark("commands", "deploy", "workflow") == mark(Layer.REPOSITORY, 1)


# --- laws ----------------------------------------------------------------------------------------------------------


def gates(config: Config) -> Config:
    """Without what is told differently but means the same: marks, claims (judged by what they bind), how often a
    reason is given."""
    return replace(config, marks={}, claims={}, maintenance=None, rules=0)


@given(configs())
def test_a_layer_twice_is_that_layer(config: Config) -> None:
    found = together([config, config])
    assert gates(found) == gates(config)
    assert found.claims == {}


@settings(max_examples=60)
@given(configs(), configs(), configs())
def test_it_does_not_matter_which_layers_are_put_together_first(a: Config, b: Config, c: Config) -> None:
    left, right = together([together([a, b]), c]), together([a, together([b, c])])
    assert gates(left) == gates(right)


def file(name: str) -> Workflow:
    inputs = (Argument(name="environment"), Argument(name="dry_run", type=ArgumentType.BOOLEAN))
    return Workflow(path=f".github/workflows/{name}", name=name, blob="b", inputs=inputs, dispatchable=True)


def ways(config: Config) -> list[tuple[str, str]]:
    """Every word that can be typed, with the workflow behind it."""
    return [*(("run", name) for name in FILES), *((verb, each.workflow) for verb, each in config.commands.items())]


SENT = [{}, *({"environment": name, "dry_run": "true"} for name in NAMES)]


@settings(max_examples=60)
@given(configs(), configs())
def test_no_layer_has_a_gate_that_both_together_have_not(upper: Config, lower: Config) -> None:
    both = together([upper, lower])
    for layer in (upper, lower):
        for name in FILES:
            for sent in SENT:
                now = bind(both, command="run", workflow=name, inputs=sent, workflow_file=file(name))
                before = bind(layer, command="run", workflow=name, inputs=sent, workflow_file=file(name))
                if before.gates is not None and before.environment not in layer.environments:
                    # Who has no entry has no say in what entries allow.
                    before = replace(before, gates=replace(before.gates, drafts=True, any_base=True))
                assert softer(now, before) == []


# --- while a change waits (T13) ------------------------------------------------------------------------------------


@settings(max_examples=100)
@given(configs(), configs(final=False))
def test_while_a_change_waits_no_gate_is_weaker_than_before(old: Config, new: Config) -> None:
    held = strictest(old, new)
    for command, workflow in ways(old):
        for sent in SENT:
            now_runs = held.commands[command].workflow if command in VERBS else workflow
            now = bind(held, command=command, workflow=now_runs, inputs=sent, workflow_file=file(now_runs))
            before = bind(old, command=command, workflow=workflow, inputs=sent, workflow_file=file(workflow))
            assert softer(now, before) == [], (command, workflow, sent)


@settings(max_examples=60)
@given(configs(), configs(final=False))
def test_while_a_change_waits_no_command_is_a_softer_way_than_those_before(old: Config, new: Config) -> None:
    """New commands included: whatever one lets through, another way did before, to the same workflow."""
    held = strictest(old, new)
    for command, workflow in ways(held):
        for sent in SENT:
            assert not_softer_than_all(held, old, command, workflow, sent), (command, workflow, sent)


def not_softer_than_all(new: Config, old: Config, command: str, workflow: str, sent: dict[str, str]) -> bool:
    now = bind(new, command=command, workflow=workflow, inputs=sent, workflow_file=file(workflow))
    if now.unknown:
        return True  # Nothing runs.
    fixed = new.commands[command].fixed if command in new.commands else {}
    before = [
        bind(old, command=verb, workflow=workflow, inputs={**sent, **fixed}, workflow_file=file(workflow))
        for verb, at in ways(old)
        if at == workflow
    ]
    return any(each.unknown or not softer(now, each) for each in before)


@given(configs(), configs(final=False))
def test_while_a_change_waits_its_stricter_rules_hold_at_once(old: Config, new: Config) -> None:
    held = strictest(old, new)
    for name in new.environments:
        at_once = replace(new.environments[name], teams=(), closed=False)
        assert not looser(replace(held.environments[name], closed=False), at_once)
    for name, command in new.commands.items():
        assert held.commands[name].permission >= command.permission
    assert held.maintenance == new.maintenance
    assert held.require_prefix == new.require_prefix


@given(configs())
def test_no_change_is_nothing_to_hold_back(config: Config) -> None:
    assert gates(strictest(config, config)) == gates(config)


def test_a_command_that_is_removed_stays() -> None:
    assert strictest(deploy(), Config()).commands == deploy().commands


def test_a_command_that_is_pointed_elsewhere_stays_as_it_was_and_claims_both() -> None:
    held = strictest(deploy(), deploy(workflow="ship.yml", permission=Role.ADMIN))
    assert held.commands["deploy"] == replace(DEPLOY, permission=Role.ADMIN)
    assert [claim.workflow for claim in held.claims.values()] == ["ship.yml"]


@pytest.mark.parametrize(
    "fields",
    [
        {"environment": None},
        {"fixed": {"environment": "production"}, "arguments": ()},
        {"dry_run": "anything"},
    ],
)
def test_a_command_that_is_about_something_else_stays_as_it_was(fields: dict[str, object]) -> None:
    held = strictest(deploy(), deploy(description="New", **fields))
    assert held.commands["deploy"] == DEPLOY


def test_a_new_command_needs_write_and_takes_safe_text_until_somebody_confirms_it() -> None:
    new = deploy(permission=Role.READ, workflow_from_head=True, arguments=(Argument(name="environment", pattern=".*"),))
    held = strictest(Config(), new).commands["deploy"]
    assert (held.permission, held.workflow_from_head, held.arguments[0].pattern) == (Role.WRITE, False, None)


def test_a_new_command_bears_every_claim_on_its_workflow_until_somebody_confirms_it() -> None:
    fixed = {"arguments": (), "fixed": {"environment": "production"}, "permission": Role.ADMIN}
    stage = ConfiguredCommand(
        name="stage", workflow="deploy.yml", fixed={"environment": "staging"}, environment="environment", dry_run="dry"
    )
    new = replace(deploy(**fixed), commands={**deploy(**fixed).commands, "stage": stage})
    held = strictest(deploy(**fixed), new).commands["stage"]
    assert (held.permission, held.dry_run) == (Role.ADMIN, None)


def test_more_environments_to_name_wait() -> None:
    old, new = deploy(arguments=choice("staging")), deploy(arguments=choice("staging", "production"))
    assert strictest(old, new).commands["deploy"].arguments == choice("staging")
    assert strictest(new, old).commands["deploy"].arguments == choice("staging")


def test_an_argument_that_lets_more_through_stays_as_it_was() -> None:
    old, new = Argument(name="version", pattern="v[0-9]+"), Argument(name="version", pattern=".*")
    assert strictest(deploy(arguments=(old,)), deploy(arguments=(new,))).commands["deploy"].arguments == (old,)


@pytest.mark.parametrize(
    ("old", "new", "held"),
    [
        (("acme/a",), ("acme/b",), ("acme/a",)),
        (("acme/a",), (), ("acme/a",)),
        (("acme/a",), ("acme/a", "acme/b"), ("acme/a",)),
        (("acme/a", "acme/b"), ("acme/b", "acme/c"), ("acme/b",)),
        ((), ("acme/b",), ("acme/b",)),
    ],
)
def test_teams_that_are_swapped_wait_and_lock_nobody_out(
    old: tuple[str, ...], new: tuple[str, ...], held: tuple[str, ...]
) -> None:
    assert strictest(production(teams=old), production(teams=new)).environments["production"].teams == held
    assert strictest(deploy(teams=old), deploy(teams=new)).commands["deploy"].teams == held


def test_a_new_entry_does_not_allow_drafts_at_once() -> None:
    entry = ("environments", "production")
    new = marked(production(drafts=True, lock=True), Layer.REPOSITORY, entry, (*entry, "requires", "draft"))
    old = Config(marks={("environments",): mark(Layer.REPOSITORY, 9)})
    held = strictest(old, new)
    assert held.environments["production"] == Environment(name="production", lock=True)
    assert (*entry, "requires", "draft") not in held.marks


def test_trust_for_a_pull_request_waits() -> None:
    remembers = Config(remember_trust=Remember.PR)
    assert strictest(Config(), remembers).remember_trust is Remember.SHA
    assert strictest(remembers, Config()).remember_trust is Remember.SHA
    assert strictest(remembers, remembers).remember_trust is Remember.PR


@given(st.sampled_from(["moving", None]))
def test_maintenance_ends_at_once(reason: str | None) -> None:
    assert strictest(Config(maintenance="audit"), Config(maintenance=reason)).maintenance == reason
