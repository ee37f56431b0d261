"""Who may trust which commit of a fork, and for how long that counts (T15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bot.model.config import Remember
from bot.model.decision import Gate, Reason
from bot.model.repository import Target
from bot.model.request import PinSource
from bot.model.trust import Trust
from bot.rules import trust
from bot.rules.pin import Pinned, Unpinned
from tests.support import make

SHA, PR = Remember.SHA, Remember.PR
FORK = make.pull_request(head_repository=78, author=1006)


def shut(gate: Gate) -> Reason | None:
    """Whatever is shut says what it saw and what to do."""
    assert gate.seen
    assert gate.passed == (gate.reason is None) == (not gate.next_step)
    return gate.reason


@pytest.mark.parametrize(
    ("origin", "reason"),
    [
        (make.origin(), None),
        (make.slack_origin(), None),
        (make.origin(via_app=True), Reason.MACHINE_WRITTEN),
    ],
)
def test_t30_it_is_typed_by_a_person(origin: Any, reason: Reason | None) -> None:
    assert shut(trust.typed_by_a_person(origin)) is reason


@pytest.mark.parametrize(
    ("number", "on_pull_request", "reason"),
    [(7, True, None), (7, False, Reason.WHERE), (None, False, Reason.WHERE)],
)
def test_it_is_about_a_pull_request(number: int | None, on_pull_request: bool, reason: Reason | None) -> None:
    target = Target(repository=make.repository(), number=number, on_pull_request=on_pull_request)
    assert shut(trust.on_a_pull_request(target)) is reason


@pytest.mark.parametrize(("head_repository", "reason"), [(78, None), (None, None), (77, Reason.ARGUMENTS)])
def test_it_is_about_a_fork(head_repository: int | None, reason: Reason | None) -> None:
    assert shut(trust.of_a_fork(make.pull_request(head_repository=head_repository))) is reason


@pytest.mark.parametrize(
    ("author", "reason"), [(1006, None), (1001, Reason.SELF_APPROVAL), (None, Reason.SELF_APPROVAL)]
)
def test_it_is_somebody_elses(author: int | None, reason: Reason | None) -> None:
    assert shut(trust.somebody_else(replace(FORK, author=author), account=1001, login="alice")) is reason


@pytest.mark.parametrize(
    ("wanted", "allowed", "reason"),
    [(SHA, SHA, None), (SHA, PR, None), (PR, PR, None), (PR, SHA, Reason.ARGUMENTS)],
)
def test_later_commits_only_where_the_configuration_says_so(
    wanted: Remember, allowed: Remember, reason: Reason | None
) -> None:
    gate = trust.may_be_remembered(wanted, allowed=allowed, rule="shop.yml line 2")
    assert shut(gate) is reason
    assert gate.rule == "shop.yml line 2"


RECORDED = Pinned(sha=make.SHA, source=PinSource.RECORDED)
UNHEARD = Pinned(sha=make.SHA, source=PinSource.CURRENT)


@pytest.mark.parametrize(
    ("named", "pin", "reason"),
    [
        (make.SHA[:12], RECORDED, None),
        (make.SHA, RECORDED, None),
        (make.SHA, UNHEARD, None),
        (make.SHA[:12], UNHEARD, Reason.NOT_PINNABLE),  # two commits with the same beginning are found in a moment
        (make.SHA[:39], UNHEARD, Reason.NOT_PINNABLE),
        (make.OTHER_SHA[:12], RECORDED, Reason.HEAD_MOVED),
        (make.OTHER_SHA, UNHEARD, Reason.HEAD_MOVED),
        (make.SHA[:12] + "b", RECORDED, Reason.HEAD_MOVED),
        (make.SHA + "a", RECORDED, Reason.HEAD_MOVED),
        (make.SHA, Unpinned(reason=Reason.HEAD_MOVED, seen="it moved"), Reason.HEAD_MOVED),
        (make.SHA, Unpinned(reason=Reason.EXPIRED, seen="it was asked an hour ago"), Reason.EXPIRED),
    ],
)
def test_t4_it_is_the_head(named: str, pin: Pinned | Unpinned, reason: Reason | None) -> None:
    assert shut(trust.the_head(named, pin)) is reason


SAID = Trust(
    id=UUID(int=1),
    connection=make.CONNECTION,
    repository=77,
    pull_request=7,
    sha=make.SHA,
    person=UUID(int=1002),
    remember=SHA,
    at=make.NOON,
)
LASTING = replace(SAID, remember=PR)
DAYS = timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "sha", "allowed", "after", "holds"),
    [
        (SAID, make.SHA, SHA, DAYS, True),
        (SAID, make.OTHER_SHA, SHA, DAYS, False),
        (SAID, make.OTHER_SHA, PR, DAYS, False),
        (LASTING, make.OTHER_SHA, PR, DAYS, True),
        (LASTING, make.OTHER_SHA, SHA, DAYS, False),  # the configuration no longer says so
        (LASTING, make.SHA, SHA, DAYS, True),
        (replace(SAID, revoked_at=make.NOON), make.SHA, SHA, DAYS, False),
        (replace(LASTING, revoked_at=make.NOON), make.OTHER_SHA, PR, DAYS, False),
        (SAID, make.SHA, SHA, 100 * DAYS - timedelta(seconds=1), True),
        (SAID, make.SHA, SHA, 100 * DAYS, False),
        (LASTING, make.OTHER_SHA, PR, 100 * DAYS, False),
    ],
)
def test_how_long_it_counts(said: Trust, sha: str, allowed: Remember, after: timedelta, holds: bool) -> None:
    assert trust.holds(said, sha, allowed=allowed, now=make.NOON + after) is holds
