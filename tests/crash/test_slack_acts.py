"""What else people do in Slack, crashed at each named point: buttons, mentions, `use`, `link`, answers by detours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from tests.crash import slack_acts as acts
from tests.crash.books import Library
from tests.crash.slack_acts import Act, one_after_another
from tests.crash.slack_tale import deploy
from tests.crash.tale import together
from tests.crash.talk import LINKED, OUTSIDE, talking
from tests.crash.victims import Victims, victims

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]

LONE: Final = tuple(f"lone-{number}" for number in range(8))
"""People with write access, each for a direct message of their own."""


@dataclass(frozen=True, slots=True)
class Case:
    """An act, and where it is crashed: before and after each."""

    act: Act
    points: tuple[str, ...]
    linked: tuple[str, ...] = (*LINKED, *LONE)


CASES: Final = {
    "cancel": Case(
        acts.cancel,
        ("inbox:1", "delivery:2", "post_answer:1", "post_answer:2", "announce:1", "POST */cancel", "response_url"),
    ),
    "rerun": Case(
        acts.rerun,
        ("inbox:1", "delivery:2", "dispatch:1", "POST */rerun", "dispatch:2", "announce:1", "chat.postMessage"),
    ),
    "ask": Case(acts.ask, ("inbox:1", "delivery:2", "post_answer:1", "chat.postMessage", "post_answer:2")),
    "use": Case(acts.use, ("inbox:1", "delivery:1", "delivery:2", "post_answer:1", "response_url", "post_answer:2")),
    "link": Case(
        acts.link,
        (
            *("inbox:1", "delivery:1", "page:1", "page:2", "page:3", "POST */access_token", "page:4", "page:5"),
            *("delivery:2", "post_answer:3", "post_answer:4"),
        ),
        linked=(),
    ),
    "outside": Case(acts.outside, ("conversations.open", "delivery:1", "response_url", "delivery:3", "announce:1")),
    "refused": Case(acts.refused, ("chat.postEphemeral", "conversations.open", "chat.postMessage")),
}


def moments(points: tuple[str, ...], moment: str) -> tuple[str, ...]:
    """The points as they are told: commits by colons, calls by spaces."""
    return tuple(f"{moment}:{each}" if _is_commit(each) else f"{moment} {each}" for each in points)


def _is_commit(point: str) -> bool:
    return point.rpartition(":")[2].isdecimal()


@pytest.mark.parametrize("name", CASES)
async def test_what_else_people_do(name: str, library: Library, tmp_path: Path) -> None:
    case = CASES[name]

    async def crashed(forks: Victims, moment: str) -> None:
        async with talking(forks, library, tmp_path / moment, linked=case.linked) as talk:
            for person in LONE:
                talk.repository.role(person, "write")
            talk.slack.channel(OUTSIDE, members=LONE)
            await one_after_another(talk, moments(case.points, moment), case.act)

    async with victims() as forks:
        await together({f"{moment} {name}": partial(crashed, forks, moment) for moment in ("before", "after")})


async def test_what_was_accepted_is_not_refused_by_a_second_look(library: Library, tmp_path: Path) -> None:
    async with victims() as forks, talking(forks, library, tmp_path / "robbed") as talk:
        await one_after_another(talk, ("after:delivery:2",), acts.robbed)


async def test_an_envelope_without_an_ack_comes_again_and_acts_once(library: Library, tmp_path: Path) -> None:
    async def crashed(forks: Victims, point: str) -> None:
        async with talking(forks, library, tmp_path / point, crash_at=point, by_socket=True) as talk:
            talk.slack.outbox.patience = 60
            await deploy(talk)
            await talk.lived(2)
            assert [each.succeeded for each in talk.slack.deliveries] == [True]
            assert talk.rows("SELECT count(*) FROM deliveries WHERE event = 'slack_command'") == [(1,)]

    async with victims() as forks:
        points = ("before:inbox:1", "after:inbox:1")
        await together({point: partial(crashed, forks, point) for point in points})
