"""How many yeses it takes, and whose."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.approval import Answer, Asked, Standing, Voice
from bot.model.config import Approvals
from bot.rules import approvals
from tests.support import make

ASKED = approvals.asked(Approvals(), rule="line 9", now=make.at(0))
NAMES = ("ann", "ben", "cem", "dot")


def voice(login: str, *teams: str, **more: Any) -> Voice:
    said = {"answer": Answer.YES, "standing": Standing.COUNTS, **more}
    return Voice(account=NAMES.index(login), login=login, teams=frozenset(teams), at=make.at(1), **said)


RELEASE = {"teams": (("acme/release", "acme/sre"),)}


@pytest.mark.parametrize(
    ("asked", "voices", "missing"),
    [
        ({}, [voice("ann")], ()),
        ({"count": 2}, [voice("ann"), voice("ben")], ()),
        (RELEASE, [voice("ann", "acme/sre")], ()),
        ({**RELEASE, "people": ("Ben",), "count": 2}, [voice("ann", "acme/release"), voice("ben")], ()),
        ({**RELEASE, "people": ("ben",)}, [voice("ben", "acme/release")], ()),
        # and now what is not enough
        ({}, [], ("1 more yes",)),
        ({"count": 3}, [], ("3 more yeses",)),
        ({"count": 2}, [voice("ann")], ("1 more yes",)),
        ({"count": 2}, [voice("ann"), voice("ann")], ("1 more yes",)),
        ({}, [voice("ann", standing=Standing.AUTHOR)], ("1 more yes",)),
        ({}, [voice("ann", standing=Standing.UNKNOWN)], ("1 more yes",)),
        ({}, [voice("ann", answer=Answer.NO)], ("1 more yes",)),
        (RELEASE, [voice("ann")], ("somebody in acme/release or acme/sre",)),
        ({"teams": (("acme/a",), ("acme/b",))}, [voice("ann", "acme/a")], ("somebody in acme/b",)),
        ({"people": ("ann", "ben")}, [voice("ann"), voice("cem")], ("ben",)),
        ({"people": ("ann",), "count": 3}, [voice("cem")], ("ann", "1 more")),
        (RELEASE, [voice("ann", "acme/sre", standing=Standing.NO_ACCESS)], ("somebody in acme/release or acme/sre",)),
    ],
)
def test_what_is_missing(asked: dict[str, Any], voices: list[Voice], missing: tuple[str, ...]) -> None:
    count = approvals.tally(replace(ASKED, **asked), voices)
    assert (count.missing, count.enough) == (missing, not missing)


def test_whose_yes_does_not_count_is_told_with_why() -> None:
    count = approvals.tally(ASKED, [voice("ann"), voice("ben", standing=Standing.PUSHER)])
    assert (count.yes, count.void) == (("ann",), (("ben", "pushed the commit"),))


VOICES = st.lists(
    st.builds(
        lambda login, standing, answer, teams: voice(login, *teams, standing=standing, answer=answer),
        st.sampled_from(NAMES),
        st.sampled_from(Standing),
        st.sampled_from(Answer),
        st.frozensets(st.sampled_from(["acme/a", "acme/b"])),
    )
)
ASKS = st.builds(
    lambda count, teams, people: replace(ASKED, count=count, teams=tuple(teams), people=tuple(people)),
    st.integers(1, 4),
    st.lists(st.sampled_from([("acme/a",), ("acme/b",), ("acme/a", "acme/b")]), max_size=2),
    st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
)


@given(ASKS, VOICES)
def test_enough_is_never_reached_by_fewer_people_than_it_takes(asked: Asked, voices: list[Voice]) -> None:
    count = approvals.tally(asked, voices)
    counted = {each.account for each in voices if each.standing is Standing.COUNTS and each.answer is Answer.YES}
    assert len(count.yes) <= len(counted)
    if count.enough:
        assert len(counted) >= asked.count
        assert {NAMES.index(login) for login in asked.people} <= counted


@given(ASKS, VOICES, st.sampled_from(NAMES))
def test_one_more_person_never_takes_anything_away(asked: Asked, voices: list[Voice], login: str) -> None:
    spoken = {each.account for each in voices}
    if approvals.tally(asked, voices).enough and NAMES.index(login) not in spoken:
        assert approvals.tally(asked, [*voices, voice(login)]).enough


def test_asked_again_its_time_runs_since_it_was_asked_first() -> None:
    longer = approvals.asked(Approvals(expires=timedelta(hours=6)), rule="", now=make.at(7200))
    again = approvals.asked_again(ASKED, longer)
    assert again is not None
    assert (again.since, again.expires_at) == (ASKED.since, ASKED.since + timedelta(hours=6))
    assert approvals.asked_again(None, longer) == longer
    assert approvals.asked_again(ASKED, None) is None
