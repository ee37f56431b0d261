"""The gates that look at one fact each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.model.approval import Asked
from bot.model.bound import TeamRule
from bot.model.config import Approvals, UpToDate, Where
from bot.model.decision import Gate, Reason
from bot.model.origin import SlackVia
from bot.model.snapshot import Mergeable
from bot.rules import approvals
from bot.rules.gates import (
    approval,
    freshness,
    lock,
    maintenance,
    mergeable,
    order,
    pull_request,
    teams,
    where,
)
from tests.support import make

RULE = "shop.yml line 9"


def says(gate: Gate) -> tuple[bool, Reason | None, str]:
    """What is compared; whatever is shut says what to do, and every gate names its rule where it was given one."""
    assert gate.passed == (gate.reason is None)
    assert gate.passed == (gate.next_step == "")
    return gate.passed, gate.reason, gate.seen


@pytest.mark.parametrize(
    ("origin", "place"),
    [
        (make.origin(), Where.PULL_REQUEST),
        (make.origin(on_pull_request=False), Where.ISSUE),
        *((make.slack_origin(via=via), Where.SLACK) for via in SlackVia),
    ],
)
def test_where_it_was_typed(origin: Any, place: Where) -> None:
    assert where.place_of(origin) is place


@pytest.mark.parametrize(
    ("place", "allowed", "said"),
    [
        (Where.SLACK, set(Where), (True, None, "deploy may be typed in Slack")),
        (Where.ISSUE, {Where.ISSUE}, (True, None, "deploy may be typed in an issue")),
        (
            Where.SLACK,
            {Where.ISSUE, Where.PULL_REQUEST},
            (False, Reason.WHERE, "deploy was typed in Slack and may be typed only in a pull request or an issue"),
        ),
        (
            Where.ISSUE,
            {Where.SLACK},
            (False, Reason.WHERE, "deploy was typed in an issue and may be typed only in Slack"),
        ),
        (
            Where.PULL_REQUEST,
            set(),
            (False, Reason.WHERE, "deploy was typed in a pull request and may be typed nowhere"),
        ),
    ],
)
def test_where(place: Where, allowed: set[Where], said: tuple[Any, ...]) -> None:
    gate = where.in_its_place(place, allowed=allowed, verb="deploy", rule=RULE)
    assert says(gate) == said
    assert gate.rule == RULE


PLATFORM, RELEASE = "acme/platform", "acme/release"


@pytest.mark.parametrize(
    ("wanted", "member", "said"),
    [
        ((PLATFORM,), {PLATFORM: True}, (True, None, "alice is in acme/platform")),
        ((PLATFORM, RELEASE), {PLATFORM: False, RELEASE: True}, (True, None, "alice is in acme/release")),
        ((PLATFORM, RELEASE), {PLATFORM: None, RELEASE: True}, (True, None, "alice is in acme/release")),
        ((PLATFORM,), {PLATFORM: False}, (False, Reason.TEAM, "alice is not in acme/platform")),
        (
            (PLATFORM, RELEASE),
            {PLATFORM: False, RELEASE: False},
            (False, Reason.TEAM, "alice is not in acme/platform or acme/release"),
        ),
        (
            (PLATFORM, RELEASE),
            {PLATFORM: False, RELEASE: None},
            (False, Reason.UNKNOWN_MEMBERSHIP, "GitHub did not say whether alice is in acme/release"),
        ),
        (
            (PLATFORM,),
            {},
            (False, Reason.UNKNOWN_MEMBERSHIP, "GitHub did not say whether alice is in acme/platform"),
        ),
        (
            (),
            {PLATFORM: True},
            (
                False,
                Reason.TEAM,
                "two configurations name teams for this and agree on none, so nobody may",
            ),
        ),
    ],
)
def test_teams(wanted: tuple[str, ...], member: dict[str, bool | None], said: tuple[Any, ...]) -> None:
    gate = teams.in_a_team(TeamRule(teams=wanted, rule=RULE), member=member, login="alice")
    assert says(gate) == said
    assert gate.rule == RULE


def test_a_closed_pull_request() -> None:
    assert says(pull_request.still_open(make.pull_request())) == (True, None, "#7 is open")
    shut = pull_request.still_open(make.pull_request(open=False))
    assert says(shut) == (False, Reason.CLOSED, "#7 is closed")


@pytest.mark.parametrize(
    ("base", "any_base", "said"),
    [
        ("main", False, (True, None, "#7 goes into main")),
        ("release", True, (True, None, "#7 goes into release")),
        ("release", False, (False, Reason.BASE, "#7 goes into release, not into main")),
        ("Main", False, (False, Reason.BASE, "#7 goes into Main, not into main")),  # branches know their case
    ],
)
def test_base(base: str, any_base: bool, said: tuple[Any, ...]) -> None:
    into = make.pull_request(base_ref=base)
    gate = pull_request.into_the_default_branch(into, default_branch="main", any_base=any_base, rule=RULE)
    assert says(gate) == said


@pytest.mark.parametrize(
    ("draft", "drafts", "said"),
    [
        (False, False, (True, None, "#7 is no draft")),
        (True, True, (True, None, "#7 is a draft, which staging allows")),
        (True, False, (False, Reason.DRAFT, "#7 is a draft")),
    ],
)
def test_draft(draft: bool, drafts: bool, said: tuple[Any, ...]) -> None:
    gate = pull_request.ready(make.pull_request(draft=draft), drafts=drafts, environment="staging", rule=RULE)
    assert says(gate) == said


STRICT, BASE, DEFAULT = UpToDate.STRICT, UpToDate.PR_BASE, UpToDate.DEFAULT_BRANCH


@pytest.mark.parametrize(
    ("wanted", "behind", "base", "passed", "seen"),
    [
        (BASE, (0, 9), "next", True, "the head has all of next"),
        (BASE, (0, None), "next", True, "the head has all of next"),
        (BASE, (1, 0), "next", False, "the head lacks 1 commit of next"),
        (BASE, (None, 0), "next", False, "GitHub did not say how far it is behind next"),
        (DEFAULT, (9, 0), "next", True, "the head has all of main"),
        (DEFAULT, (0, 2), "next", False, "the head lacks 2 commits of main"),
        (DEFAULT, (0, None), "next", False, "GitHub did not say how far it is behind main"),
        (STRICT, (0, 0), "next", True, "the head has all of main and next"),
        (STRICT, (1, 2), "next", False, "the head lacks 2 commits of main and 1 commit of next"),
        (STRICT, (1, None), "next", False, "the head lacks 1 commit of next"),
        (STRICT, (0, None), "next", False, "GitHub did not say how far it is behind main"),
        (STRICT, (None, None), "next", False, "GitHub did not say how far it is behind main and next"),
        # Both are one branch: told once, and the less certain of the two answers counts.
        (STRICT, (0, 0), "main", True, "the head has all of main"),
        (STRICT, (3, 3), "main", False, "the head lacks 3 commits of main"),
        (STRICT, (0, 3), "main", False, "the head lacks 3 commits of main"),
        (STRICT, (0, None), "main", False, "GitHub did not say how far it is behind main"),
        (STRICT, (None, 0), "main", False, "GitHub did not say how far it is behind main"),
    ],
)
def test_up_to_date(
    wanted: UpToDate, behind: tuple[int | None, int | None], base: str, passed: bool, seen: str
) -> None:
    gate = freshness.up_to_date(
        wanted, behind_base=behind[0], behind_default=behind[1], base=base, default_branch="main", rule=RULE
    )
    assert says(gate) == (passed, None if passed else Reason.OUTDATED, seen)
    assert gate.rule == RULE


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (Mergeable.MERGEABLE, (True, None, "it merges into main without a conflict")),
        (Mergeable.CONFLICTING, (False, Reason.CONFLICT, "it conflicts with main")),
        (
            Mergeable.UNKNOWN,
            (False, Reason.CONFLICT, "GitHub has not computed yet whether it merges into main"),
        ),
    ],
)
def test_mergeable(state: Mergeable, said: tuple[Any, ...]) -> None:
    assert says(mergeable.without_conflict(state, base="main")) == said


@pytest.mark.parametrize(
    ("after", "succeeded", "said"),
    [
        (["Staging"], {"staging": make.SHA}, (True, None, "aaaaaaaaaaaa succeeded in Staging")),
        (
            ["staging"],
            {"staging": make.OTHER_SHA},
            (False, Reason.ORDER, "the newest success in staging is bbbbbbbbbbbb, not aaaaaaaaaaaa"),
        ),
        (
            ["staging"],
            {"staging": None},
            (False, Reason.ORDER, "nothing that Signalbox started has succeeded in staging"),
        ),
        (["staging"], {}, (False, Reason.ORDER, "nothing that Signalbox started has succeeded in staging")),
        (
            ["dev", "staging"],
            {"dev": make.SHA, "staging": make.SHA},
            (True, None, "aaaaaaaaaaaa succeeded in dev and staging"),
        ),
    ],
)
def test_order(after: list[str], succeeded: dict[str, str | None], said: tuple[Any, ...]) -> None:
    gate = order.promoted(after, succeeded=succeeded, sha=make.SHA, rule=RULE)
    assert says(gate) == said
    assert gate.rule == RULE


def test_lock() -> None:
    assert says(lock.unlocked("staging")) == (True, None, "nothing else is on its way to staging")
    shut = lock.unlocked("staging", on_its_way="K7QX2M", rule=RULE)
    assert says(shut) == (False, Reason.LOCKED, "K7QX2M is on its way to staging and has not ended")
    assert "cancel K7QX2M" in shut.next_step


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (None, (True, None, "nothing is paused")),
        ("moving house", (False, Reason.MAINTENANCE, "everything is paused: moving house")),
        (" ", (False, Reason.MAINTENANCE, "everything is paused, and no reason is given")),
    ],
)
def test_maintenance(reason: str | None, said: tuple[Any, ...]) -> None:
    assert says(maintenance.in_service(reason, rule=RULE)) == said


def asked(wanted: Approvals | None) -> Asked | None:
    return None if wanted is None else approvals.asked(wanted, rule=RULE, now=make.at(0))


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (None, (True, None, "no approval is asked for")),
        (Approvals(), (False, Reason.APPROVAL_MISSING, "production needs 1 approval")),
        (Approvals(count=0), (False, Reason.APPROVAL_MISSING, "production needs 1 approval")),
        (
            Approvals(count=2, teams=((RELEASE, PLATFORM), ("acme/sre",)), people=("octocat", "mona")),
            (
                False,
                Reason.APPROVAL_MISSING,
                "production needs 2 approvals (somebody in acme/release or acme/platform; somebody in acme/sre; "
                "octocat and mona)",
            ),
        ),
        (Approvals(expires=timedelta(days=365)), (False, Reason.APPROVAL_MISSING, "production needs 1 approval")),
    ],
)
def test_approval_fails_closed(wanted: Approvals | None, said: tuple[Any, ...]) -> None:
    assert says(approval.approved(asked(wanted), environment="production")) == said
