"""What a change of the configuration means in words, and whether it lets more through (T13)."""

# ruff: noqa: E501 - one row, one case

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

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
    Remember,
    UpToDate,
    Waiver,
    Where,
)
from bot.model.people import Role
from bot.rules import changed_arguments, changed_command, changed_environment, changes
from bot.rules.bind import bind
from tests.rules.configs import FILES, configs, softer
from tests.rules.test_layers import SENT, file, not_softer_than_all
from tests.rules.test_layers import ways as every_way

NAMING = Argument(name="environment", type=ArgumentType.CHOICE, choices=("staging", "production"))
VERSION = Argument(name="version")
DEPLOY = ConfiguredCommand(
    name="deploy",
    workflow="deploy.yml",
    arguments=(NAMING, VERSION, Argument(name="dry_run", type=ArgumentType.BOOLEAN)),
    fixed={"requested_by": "signalbox"},
    environment="environment",
)
APPROVALS = Approvals(count=2, teams=(("acme/a", "acme/b"),), people=("octocat",))
WEEKEND = Freeze(timezone="UTC", from_day=4, from_time=time(16), to_day=0, to_time=time(8))
DATES = Freeze(timezone="UTC", from_date="2026-12-20T16:00", to_date="2027-01-04T08:00")

Told = list[tuple[str, bool]]


def told(old: Config | None, new: Config) -> Told:
    return [(change.sentence, change.widens) for change in changes.changes(old, new)]


def commanded(old: Mapping[str, Any], new: Mapping[str, Any]) -> Told:
    return told(*(Config(commands={"deploy": replace(DEPLOY, **fields)}) for fields in (old, new)))


def argued(old: Mapping[str, Any], new: Mapping[str, Any]) -> Told:
    before, after = (replace(VERSION, **fields) for fields in (old, new))
    return commanded({"arguments": (NAMING, before)}, {"arguments": (NAMING, after)})


def gated(old: Mapping[str, Any], new: Mapping[str, Any]) -> Told:
    entries = (Environment(name="production", **fields) for fields in (old, new))
    return told(*(Config(environments={"production": entry}) for entry in entries))


def approved(old: Mapping[str, Any], new: Mapping[str, Any]) -> Told:
    return gated({"approvals": replace(APPROVALS, **old)}, {"approvals": replace(APPROVALS, **new)})


def checked(old: Mapping[str, Any], new: Mapping[str, Any]) -> Told:
    rule = CheckRule(wanted=ChecksWanted.PASSING)
    return gated({"checks": replace(rule, **old)}, {"checks": replace(rule, **new)})


def frozen(old: Mapping[str, Any], new: Mapping[str, Any]) -> Told:
    return gated({"freeze": (replace(WEEKEND, **old),)}, {"freeze": (replace(WEEKEND, **new),)})


def dated(old: Mapping[str, Any], new: Mapping[str, Any]) -> Told:
    return gated({"freeze": (replace(DATES, **old),)}, {"freeze": (replace(DATES, **new),)})


def whole(old: Mapping[str, Any], new: Mapping[str, Any]) -> Told:
    return told(Config(**old), Config(**new))


WEEK = "from Friday 16:00 to Monday 08:00 (UTC)"

WIDER: list[tuple[Any, str, Mapping[str, Any], Mapping[str, Any], str]] = [
    # Whose, which field, before, after, what is said of it when it widens.
    (whole, "remember_trust", {}, {"remember_trust": Remember.PR}, "Trust in a fork holds for all later commits of its pull request now."),
    (whole, "commands", {"commands": {"deploy": DEPLOY}}, {}, "deploy is removed, and deploy.yml can be run without its gates."),
    (whole, "environments", {"environments": {"prod": Environment(name="Prod")}}, {}, "Prod has no entry any more, so that no gates of its own are asked."),
    (commanded, "workflow", {}, {"workflow": "ship.yml"}, "deploy now runs ship.yml instead of deploy.yml."),
    (commanded, "arguments", {}, {"arguments": (NAMING, VERSION, DEPLOY.arguments[2], Argument(name="notes", pattern=".*"))}, 'deploy takes "notes" now, any text that matches ".*".'),
    (commanded, "fixed", {}, {"fixed": {"environment": "staging"}}, 'deploy: "environment" is always "staging" now.'),
    (commanded, "fixed", {"fixed": {"environment": "staging"}, "arguments": ()}, {"fixed": {"environment": "production"}, "arguments": ()}, 'deploy: "environment" is always "production" now, it was "staging".'),
    (commanded, "environment", {}, {"environment": None}, "deploy no longer says which environment it touches, so that its gates are not asked."),
    (commanded, "environment", {}, {"environment": "version"}, 'deploy names its environment by "version" now, before by "environment".'),
    (commanded, "dry_run", {}, {"dry_run": "dry_run"}, 'deploy: "dry_run" makes it a rehearsal now.'),
    (commanded, "permission", {}, {"permission": Role.READ}, "People with read may now type deploy, it was write."),
    (commanded, "teams", {"teams": ("acme/a",)}, {}, "deploy: nobody has to be in acme/a any more."),
    (commanded, "teams", {"teams": ("acme/a",)}, {"teams": ("acme/A", "acme/b")}, "deploy: members of acme/b may now, too."),
    (commanded, "closed", {"closed": True}, {}, "deploy: it is open to somebody again."),
    (commanded, "where", {"where": frozenset({Where.SLACK})}, {}, "deploy may now be typed on pull requests and on issues, too."),
    (commanded, "final", {"final": True}, {}, "Repositories may now put a command of their own in the place of deploy."),
    (commanded, "workflow_from_head", {}, {"workflow_from_head": True}, "deploy runs the pull request's own workflow file now."),
    (argued, "type", {"type": ArgumentType.NUMBER}, {}, 'deploy: "version" is a string now, it was a number.'),
    (argued, "pattern", {"pattern": "v[0-9]+"}, {}, 'deploy: "version" has to match safe text now.'),
    (argued, "pattern", {}, {"pattern": ".+"}, 'deploy: "version" has to match ".+" now.'),
    (argued, "pattern", {"pattern": "v[0-9]+"}, {"pattern": "v[0-9]*"}, 'deploy: "version" has to match "v[0-9]*" now.'),
    (gated, "permission", {"permission": Role.ADMIN}, {"permission": Role.MAINTAIN}, "production: the role maintain is enough now, it was admin."),
    (gated, "permission", {"permission": Role.ADMIN}, {}, "production: the role admin is no longer needed."),
    (gated, "teams", {"teams": ("acme/a",)}, {"teams": ("acme/b",)}, "production: members of acme/b may now, too."),
    (gated, "closed", {"closed": True}, {"teams": ("acme/a",)}, "production: it is open to somebody again."),
    (gated, "approvals", {"approvals": APPROVALS}, {}, "production: no approval is needed any more."),
    (gated, "checks", {"checks": CheckRule(wanted=ChecksWanted.PASSING)}, {}, "production: checks are no longer required."),
    (gated, "reviews", {"reviews": True}, {}, "production: reviews are no longer required."),
    (gated, "waive_reviews", {"reviews": True}, {"reviews": True, "waive_reviews": frozenset({Waiver.ADMIN})}, "production: admins no longer need a review."),
    (gated, "up_to_date", {"up_to_date": UpToDate.STRICT}, {"up_to_date": UpToDate.PR_BASE}, "production: a branch has to be up to date with its base branch now, before with its base branch and the default branch."),
    (gated, "up_to_date", {"up_to_date": UpToDate.DEFAULT_BRANCH}, {}, "production: a branch has to be up to date with nothing now, before with the default branch."),
    (gated, "up_to_date", {"up_to_date": UpToDate.DEFAULT_BRANCH}, {"up_to_date": UpToDate.PR_BASE}, "production: a branch has to be up to date with its base branch now, before with the default branch."),
    (gated, "after", {"after": ("qa", "staging")}, {"after": ("qa",)}, "production: a success in staging is no longer needed first."),
    (gated, "drafts", {}, {"drafts": True}, "production: draft pull requests may now, too."),
    (gated, "any_base", {}, {"any_base": True}, "production: pull requests into other branches than the default one may now, too."),
    (gated, "lock", {"lock": True}, {}, "production: only one request at a time is no longer so."),
    (gated, "freeze", {"freeze": (WEEKEND,)}, {}, f"production: things may ship {WEEK} again, at least for a part of it."),
    (approved, "count", {}, {"count": 1}, "production: one approval is enough now, it was 2."),
    (approved, "teams", {}, {"teams": ()}, "production: an approval by somebody in acme/a or acme/b is no longer needed."),
    (approved, "teams", {}, {"teams": (("acme/a", "acme/b", "acme/c"),)}, "production: an approval by somebody in acme/a or acme/b is no longer needed."),
    (approved, "people", {}, {"people": ()}, "production: octocat no longer has to approve."),
    (approved, "author", {}, {"author": True}, "production: an approval by whoever opened the pull request counts now."),
    (approved, "pusher", {}, {"pusher": True}, "production: an approval by whoever pushed the commit counts now."),
    (approved, "expires", {}, {"expires": timedelta(days=2)}, "production: approvals are good for 2 days now, it was 4 hours."),
    (checked, "wanted", {}, {"wanted": ChecksWanted.REQUIRED}, "production: the checks that branch protection requires have to pass; before, all checks have to pass."),
    (checked, "names", {"names": ("build",)}, {}, 'production: all checks have to pass; before, all checks and "build" have to pass.'),
    (checked, "ignored", {}, {"ignored": ("flaky",)}, 'production: all checks but "flaky" have to pass; before, all checks have to pass.'),
    (frozen, "timezone", {}, {"timezone": "Europe/Berlin"}, f"production: things may ship {WEEK} again, at least for a part of it."),
    (frozen, "from_day", {}, {"from_day": 5}, f"production: things may ship {WEEK} again, at least for a part of it."),
    (frozen, "from_time", {}, {"from_time": time(17)}, f"production: things may ship {WEEK} again, at least for a part of it."),
    (frozen, "to_day", {}, {"to_day": 6}, f"production: things may ship {WEEK} again, at least for a part of it."),
    (frozen, "to_time", {}, {"to_time": time(7)}, f"production: things may ship {WEEK} again, at least for a part of it."),
    (dated, "from_date", {}, {"from_date": "2026-12-21T00:00"}, "production: things may ship from 2026-12-20 16:00 to 2027-01-04 08:00 (UTC) again, at least for a part of it."),
    (dated, "to_date", {}, {"to_date": "2027-01-03T00:00"}, "production: things may ship from 2026-12-20 16:00 to 2027-01-04 08:00 (UTC) again, at least for a part of it."),
]  # fmt: skip

HARMLESS: list[tuple[Any, str, Mapping[str, Any], Mapping[str, Any], list[str]]] = [
    # Whose, which field, before, after, all that is said; none of it widens.
    (whole, "require_prefix", {"require_prefix": True}, {}, ["Commands in comments no longer need /ops in front."]),
    (whole, "require_prefix", {}, {"require_prefix": True}, ["Commands in comments need /ops in front."]),
    (whole, "remember_trust", {"remember_trust": Remember.PR}, {}, ["Trust in a fork holds for the one commit that it names now."]),
    (whole, "maintenance", {"maintenance": "Moving."}, {}, ["Maintenance is over: commands start things again."]),
    (whole, "maintenance", {}, {"maintenance": "Moving."}, ["Nothing is started: Moving."]),
    (whole, "rules", {"rules": 2}, {"rules": 1}, ["1 event rule now, it was 2."]),
    (whole, "rules", {"rules": 1}, {}, ["No event rules now, it was 1."]),
    (whole, "commands", {}, {"commands": {"preview": replace(DEPLOY, name="preview", where=frozenset({Where.SLACK, Where.PULL_REQUEST}))}}, ["New command preview: anybody with write, in Slack and on pull requests."]),
    (whole, "commands", {}, {"commands": {"preview": replace(DEPLOY, name="preview", teams=("acme/a", "acme/b"))}}, ["New command preview: anybody with write who is in acme/a or acme/b, in Slack, on pull requests and on issues."]),
    (whole, "commands", {"commands": {"deploy": DEPLOY}}, {"commands": {"ship": replace(DEPLOY, name="ship")}}, ["deploy is removed.", "New command ship: anybody with write, in Slack, on pull requests and on issues."]),
    (whole, "environments", {}, {"environments": {"prod": Environment(name="Prod")}}, ["Prod has an entry now."]),
    (whole, "environments", {}, {"environments": {"prod": Environment(name="Prod", lock=True)}}, ["Prod: only one request at a time now."]),
    (commanded, "description", {}, {"description": "Ship it"}, ['deploy is described as "Ship it" now.']),
    (commanded, "workflow", {}, {"workflow": "Deploy.yml"}, ["deploy now runs Deploy.yml instead of deploy.yml."]),
    (commanded, "arguments", {}, {"arguments": (VERSION, DEPLOY.arguments[2], NAMING)}, ["deploy takes its arguments in another order now: version, dry_run and environment."]),
    (commanded, "arguments", {}, {"arguments": (NAMING, VERSION)}, ['deploy no longer takes "dry_run".']),
    (commanded, "arguments", {}, {"arguments": (*DEPLOY.arguments, Argument(name="tag", pattern="v[0-9.]+"))}, ['deploy takes "tag" now, any text that matches "v[0-9.]+".']),
    (commanded, "arguments", {}, {"arguments": (*DEPLOY.arguments, Argument(name="tag"))}, ['deploy takes "tag" now.']),
    (commanded, "fixed", {}, {"fixed": {}}, ['deploy: "requested_by" is no longer fixed to "signalbox".']),
    (commanded, "fixed", {"fixed": {}}, {}, ['deploy: "requested_by" is always "signalbox" now.']),
    (commanded, "environment", {"environment": None}, {}, ['deploy names its environment by "environment" now.']),
    (commanded, "dry_run", {"dry_run": "dry_run"}, {}, ["deploy has no rehearsal any more."]),
    (commanded, "permission", {}, {"permission": Role.ADMIN}, ["deploy needs admin now, it was write."]),
    (commanded, "teams", {}, {"teams": ("acme/a",)}, ["deploy: only members of acme/a may now."]),
    (commanded, "teams", {"teams": ("acme/a", "acme/b")}, {"teams": ("acme/a",)}, ["deploy: members of acme/b may no longer."]),
    (commanded, "closed", {}, {"closed": True}, ["deploy: nobody may any more."]),
    (commanded, "where", {}, {"where": frozenset({Where.SLACK})}, ["deploy may no longer be typed on pull requests and on issues."]),
    (commanded, "final", {}, {"final": True}, ["No repository may put a command of their own in the place of deploy."]),
    (commanded, "workflow_from_head", {"workflow_from_head": True}, {}, ["deploy runs the default branch's workflow file now."]),
    (argued, "type", {}, {"type": ArgumentType.NUMBER}, ['deploy: "version" is a number now, it was a string.']),
    (argued, "type", {"type": ArgumentType.ENVIRONMENT}, {"type": ArgumentType.NUMBER}, ['deploy: "version" is a number now, it was an environment.']),
    (argued, "required", {}, {"required": True}, ['deploy: "version" has to be given now.']),
    (argued, "required", {"required": True}, {}, ['deploy: "version" need not be given now.']),
    (argued, "default", {}, {"default": "v1"}, ['deploy: "version" has the default "v1" now.']),
    (argued, "default", {"default": "v1"}, {}, ['deploy: "version" has no default now.']),
    (argued, "choices", {"choices": ("a",)}, {"choices": ("b",)}, ['deploy: "version" may be "b" now, too.', 'deploy: "version" may no longer be "a".']),
    (argued, "description", {}, {"description": "Which"}, ['deploy: "version" is described as "Which" now.']),
    (argued, "pattern", {}, {"pattern": "v[0-9.]+"}, ['deploy: "version" has to match "v[0-9.]+" now.']),
    (gated, "permission", {"permission": Role.MAINTAIN}, {"permission": Role.ADMIN}, ["production: the role admin is needed now, it was maintain."]),
    (gated, "permission", {}, {"permission": Role.ADMIN}, ["production: the role admin is needed now, it was the command's own."]),
    (gated, "teams", {}, {"teams": ("acme/a",)}, ["production: only members of acme/a may now."]),
    (gated, "approvals", {}, {"approvals": Approvals()}, ["production: one approval is needed now."]),
    (gated, "approvals", {}, {"approvals": APPROVALS}, ["production: 2 approvals are needed, of somebody in acme/a or acme/b and octocat now."]),
    (gated, "checks", {}, {"checks": CheckRule(wanted=ChecksWanted.NAMED, names=("build", "lint"))}, ['production: the checks "build" and "lint" have to pass now.']),
    (gated, "reviews", {}, {"reviews": True}, ["production: an approving review is required now."]),
    (gated, "reviews", {}, {"reviews": True, "waive_reviews": frozenset(Waiver)}, ["production: an approving review is required now.", "production: admins and rehearsals need no review."]),
    (gated, "waive_reviews", {}, {"waive_reviews": frozenset(Waiver)}, []),
    (gated, "waive_reviews", {"reviews": True, "waive_reviews": frozenset(Waiver)}, {"reviews": True}, ["production: admins and rehearsals need a review, too."]),
    (gated, "up_to_date", {"up_to_date": UpToDate.PR_BASE}, {"up_to_date": UpToDate.STRICT}, ["production: a branch has to be up to date with its base branch and the default branch now, before with its base branch."]),
    (gated, "after", {}, {"after": ("staging",)}, ["production: a success in staging is needed first now."]),
    (gated, "drafts", {"drafts": True}, {}, ["production: draft pull requests may no longer."]),
    (gated, "any_base", {"any_base": True}, {}, ["production: pull requests into other branches than the default one may no longer."]),
    (gated, "lock", {}, {"lock": True}, ["production: only one request at a time now."]),
    (gated, "notify", {}, {"notify": ("deploys", "qa")}, ["production: requests show in #deploys and #qa now."]),
    (gated, "notify", {"notify": ("deploys",)}, {}, ["production: requests no longer show in #deploys."]),
    (gated, "freeze", {}, {"freeze": (WEEKEND,)}, [f"production: nothing ships {WEEK} now."]),
    (approved, "author", {"author": True}, {"author": False}, ["production: an approval by whoever opened the pull request does not count any more."]),
    (approved, "pusher", {"pusher": True}, {"pusher": False}, ["production: an approval by whoever pushed the commit does not count any more."]),
    (approved, "count", {}, {"count": 3}, ["production: 3 approvals are needed now, it was 2."]),
    (approved, "teams", {}, {"teams": (("acme/a",),)}, ["production: an approval by somebody in acme/a is needed now."]),
    (approved, "people", {}, {"people": ("octocat", "hubot")}, ["production: hubot has to approve now."]),
    (approved, "expires", {}, {"expires": timedelta(minutes=90)}, ["production: approvals are good for 90 minutes now, it was 4 hours."]),
    (checked, "wanted", {"wanted": ChecksWanted.REQUIRED}, {}, ["production: all checks have to pass; before, the checks that branch protection requires have to pass."]),
    (checked, "ignored", {"ignored": ("flaky",)}, {}, ['production: all checks have to pass; before, all checks but "flaky" have to pass.']),
    (frozen, "from_day", {}, {"from_day": 3}, ["production: nothing ships from Thursday 16:00 to Monday 08:00 (UTC) now."]),
    (frozen, "reason", {}, {"reason": "weekend"}, []),
    (dated, "to_date", {}, {"to_date": "2027-01-05T08:00"}, ["production: nothing ships from 2026-12-20 16:00 to 2027-01-05 08:00 (UTC) now."]),
]  # fmt: skip


@pytest.mark.parametrize(("judged", "field", "old", "new", "sentence"), WIDER)
def test_what_lets_more_through_waits(
    judged: Any, field: str, old: Mapping[str, Any], new: Mapping[str, Any], sentence: str
) -> None:
    assert (sentence, True) in judged(old, new)


@pytest.mark.parametrize(("judged", "field", "old", "new", "sentences"), HARMLESS)
def test_what_lets_nothing_more_through_does_not(
    judged: Any, field: str, old: Mapping[str, Any], new: Mapping[str, Any], sentences: list[str]
) -> None:
    assert judged(old, new) == [(sentence, False) for sentence in sentences]


# --- nothing is forgotten ------------------------------------------------------------------------------------------

SHAPES: dict[type, tuple[Any, ...]] = {
    Config: (whole,),
    ConfiguredCommand: (commanded,),
    Argument: (argued,),
    Environment: (gated,),
    Approvals: (approved,),
    CheckRule: (checked,),
    Freeze: (frozen, dated),
}
UNJUDGED = {
    Config: changes.UNJUDGED,
    ConfiguredCommand: {"name": ""},
    Argument: changed_arguments.UNJUDGED,
    Environment: {"name": ""},
}
CAN_NOT_WIDEN = {
    (Config, "require_prefix"),
    (Config, "maintenance"),
    (Config, "rules"),
    (ConfiguredCommand, "description"),
    (Argument, "required"),
    (Argument, "default"),
    (Argument, "choices"),
    (Argument, "description"),
    (Environment, "notify"),
    (Freeze, "reason"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_field_is_shown_to_be_judged(shape: type) -> None:
    fields = {field.name for field in dataclasses.fields(shape)} - set(UNJUDGED.get(shape, {}))
    wider = {field for judged, field, *_ in WIDER if judged in SHAPES[shape]}
    harmless = {field for judged, field, *_ in HARMLESS if judged in SHAPES[shape]}
    assert wider | harmless == fields
    assert fields - wider == {name for owner, name in CAN_NOT_WIDEN if owner is shape}


@pytest.mark.parametrize(
    ("shape", "owner"),
    [
        (Config, changes),
        (ConfiguredCommand, changed_command),
        (Argument, changed_arguments),
        (Environment, changed_environment),
    ],
)
def test_every_field_has_a_judge_or_a_reason_for_none(shape: type, owner: Any) -> None:
    assert {field.name for field in dataclasses.fields(shape)} == {*owner.JUDGES, *owner.UNJUDGED}
    assert not set(owner.JUDGES) & set(owner.UNJUDGED)


@st.composite
def edited(draw: st.DrawFn) -> tuple[Config, Config]:
    """A configuration, and the same after somebody took one field, one command or one environment out of another."""
    old, other = draw(configs()), draw(configs())
    kind = draw(st.sampled_from(["commands", "environments"]))
    had, has = getattr(old, kind), getattr(other, kind)
    names = sorted({*had, *has})
    name = draw(st.sampled_from(names or ["none"]))
    entries = {key: value for key, value in had.items() if key != name}
    if name in had and name in has:
        field = draw(st.sampled_from(sorted(type(had[name]).__dataclass_fields__)))
        entries[name] = replace(had[name], **{field: getattr(has[name], field)})
    elif name in has:
        entries[name] = has[name]
    edit: dict[str, Any] = {kind: entries}
    return old, replace(old, **edit)


@settings(max_examples=80)
@given(edited())
def test_a_change_that_does_not_widen_takes_no_gate_from_any_way_in(pair: tuple[Config, Config]) -> None:
    """Of what both can type; `run` of every file is among it."""
    old, new = pair
    if any(change.widens for change in changes.changes(old, new)):
        return  # It waits.
    typed = {verb: each.workflow for verb, each in old.commands.items() if verb in new.commands}
    for verb, had, has in [
        *(("run", name, name) for name in FILES),
        *((verb, had, new.commands[verb].workflow) for verb, had in typed.items()),
    ]:
        for sent in SENT:
            before = bind(old, command=verb, workflow=had, inputs=sent, workflow_file=file(had))
            after = bind(new, command=verb, workflow=has, inputs=sent, workflow_file=file(has))
            assert [gate for gate in softer(after, before) if gate != "unknown"] == []
    for verb, workflow in every_way(new):
        for sent in SENT:
            assert not_softer_than_all(new, old, verb, workflow, sent), (verb, workflow, sent)


# --- single stories ------------------------------------------------------------------------------------------------


def test_approvals_that_go_are_told_by_who_may_then() -> None:
    commands = {"deploy": DEPLOY}
    old = Config(commands=commands, environments={"production": Environment(name="production", approvals=APPROVALS)})
    new = Config(commands=commands, environments={"production": Environment(name="production")})
    assert told(old, new) == [("People with write may now deploy to production without approval.", True)]
    gone = Config(commands=commands)
    assert told(old, gone)[1:] == [("People with write may now deploy to production without approval.", True)]


def test_without_a_configuration_before_only_what_run_does_not_give_widens() -> None:
    new = Config(
        commands={"deploy": DEPLOY, "peek": ConfiguredCommand(name="peek", workflow="peek.yml", permission=Role.READ)},
        environments={"production": Environment(name="production", reviews=True)},
    )
    assert [sentence for sentence, widens in told(None, new) if widens] == [
        "New command peek: anybody with read, in Slack, on pull requests and on issues."
    ]


def test_a_new_command_that_walks_around_another_ones_claim_waits() -> None:
    prod = replace(DEPLOY, arguments=(), fixed={"environment": "production"}, permission=Role.ADMIN)
    stage = replace(DEPLOY, name="stage", arguments=(), fixed={"environment": "staging"})
    old, new = Config(commands={"deploy": prod}), Config(commands={"deploy": prod, "stage": stage})
    assert told(old, new) == [
        (
            "New command stage: anybody with write, in Slack, on pull requests and on issues; it runs deploy.yml "
            "without what deploy asks for.",
            True,
        )
    ]


def test_more_choices_of_a_command_widen_where_another_command_asked_for_more() -> None:
    prod = replace(DEPLOY, name="prod", arguments=(), fixed={"environment": "production"}, permission=Role.ADMIN)
    few, more, same = (
        replace(DEPLOY, arguments=(replace(NAMING, choices=choices),))
        for choices in (("qa",), ("qa", "staging"), ("qa", "production"))
    )
    goes = ("deploy goes where, until now, what prod asks for was asked of everybody.", True)
    before = Config(commands={"prod": prod, "deploy": few})
    assert goes in told(before, Config(commands={"prod": prod, "deploy": more}))
    assert goes not in told(before, Config(commands={"prod": prod, "deploy": same}))
    assert goes not in told(before, Config(commands={"prod": prod, "deploy": replace(more, permission=Role.ADMIN)}))


def test_a_new_command_that_calls_something_a_rehearsal_waits_where_reviews_are_waived_for_it() -> None:
    waiving = Environment(name="production", reviews=True, waive_reviews=frozenset({Waiver.DRY_RUN}))
    old = Config(environments={"production": waiving})
    new = replace(old, commands={"deploy": replace(DEPLOY, dry_run="dry_run")})
    assert told(old, new) == [
        (
            'New command deploy: anybody with write, in Slack, on pull requests and on issues; "dry_run" makes it a '
            "rehearsal, for which reviews are waived.",
            True,
        )
    ]
    assert told(
        new, replace(new, commands={**new.commands, "ship": replace(DEPLOY, name="ship", dry_run="dry_run")})
    ) == [("New command ship: anybody with write, in Slack, on pull requests and on issues.", False)]


def test_fewer_choices_of_a_command_widen_where_another_command_can_name_them() -> None:
    fewer = replace(DEPLOY, arguments=(replace(NAMING, choices=("staging",)), *DEPLOY.arguments[1:]))
    ship = replace(DEPLOY, name="ship")
    old, new = Config(commands={"deploy": DEPLOY, "ship": ship}), Config(commands={"deploy": fewer, "ship": ship})
    assert ("ship no longer bears the gates of deploy where deploy can not go.", True) in told(old, new)
    alone = told(Config(commands={"deploy": DEPLOY}), Config(commands={"deploy": fewer}))
    assert alone == [('deploy: "environment" may no longer be "production".', False)]


def test_a_change_stands_where_its_rule_does() -> None:
    old = Config(environments={"production": Environment(name="Production", reviews=True, lock=True)})
    new = Config(environments={"production": Environment(name="Production")})
    assert [change.path for change in changes.changes(old, new)] == [
        ("environments", "production", "requires", "reviews"),
        ("environments", "production", "lock"),
    ]
