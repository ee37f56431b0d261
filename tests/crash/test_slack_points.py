"""Each named point of a command typed in Slack is crashed once: nothing is lost, nothing happens twice."""

from __future__ import annotations

import asyncio
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from tests.crash.books import Library
from tests.crash.conftest import commit_points
from tests.crash.slack_tale import deploy
from tests.crash.tale import crashed_once, killed_when, together
from tests.crash.talk import talking
from tests.crash.test_points import CALLS as GITHUB_CALLS
from tests.crash.test_points import COMES_ROUND, ROUND_CALLS, kind
from tests.crash.victims import Victims, victims

pytestmark = pytest.mark.timeout(600)

COMMITS: Final = (
    "start:2",  # the connection
    "inbox:1",  # the command is recorded
    "delivery:1",  # the repository is known
    "delivery:2",  # the request is opened: dispatch and message are due
    "dispatch:1",  # the request is `dispatching`
    "dispatch:2",  # the run's id is saved
    "announce:1",  # the message is about to be posted
    "announce:2",  # its id is saved
    "announce:3",  # what the edit says is saved
    "post_answer:1",  # the details are about to be posted in the thread
    "post_answer:2",  # their id is saved
)
ELSEWHERE: Final = {"start:1", "engine:1", "ledger:1"}
"""Commits that tests/crash/test_points.py crashes."""

CALLS: Final = (
    ("auth.test", 0),
    ("users.info", 0),
    ("conversations.info", 0),
    ("GET */installation", 0),
    ("GET /repos/acme/shop", 0),
    ("POST */dispatches", 0),
    ("chat.postMessage", 0),
    ("chat.update", 0),
    ("chat.postMessage", 1),  # the details
)
ASKS: Final = ("auth.test", "users.info", "conversations.info", "GET")


@pytest.mark.crash
async def test_between_any_two_commits(library: Library, tmp_path: Path) -> None:
    async def crashed(forks: Victims, point: str) -> None:
        await crashed_once(
            lambda number: talking(forks, library, tmp_path / f"{point}-{number}", crash_at=point), deploy
        )

    points = commit_points(COMMITS)
    async with victims() as forks:
        await together({point: partial(crashed, forks, point) for point in points})


@pytest.mark.crash
async def test_around_each_outward_call(library: Library, tmp_path: Path) -> None:
    async def crashed(forks: Victims, number: int, after: bool) -> None:
        call, skip = CALLS[number]
        async with talking(forks, library, tmp_path / f"{number}-{after}") as talk:
            if skip:
                talk.slack.faults.silence(call, times=skip, seconds=0)
            fault = talk.silence(call, after=after)
            await asyncio.gather(deploy(talk), killed_when(talk, fault))
            await talk.lived(2)

    async with victims() as forks:
        tales = {
            f"{'after' if after else 'before'} {call}, {skip} skipped": partial(crashed, forks, number, after)
            for number, (call, skip) in enumerate(CALLS)
            for after in (False, True)
            if not after or call.split()[0] not in ASKS  # what only asks changes nothing
        }
        await together(tales)


async def test_no_kind_of_commit_or_call_is_without_a_name(library: Library, tmp_path: Path) -> None:
    """Whoever adds a job or a call to this story adds its points."""
    async with victims() as forks, talking(forks, library, tmp_path / "whole", trace=True) as talk:
        await deploy(talk)
        # The bot is at rest, but word of its last commit may still be on its way.
        await talk.until(lambda: set(talk.bot.commits) >= set(COMMITS) | ELSEWHERE, "every named commit")
        committed, called, at_github = set(talk.bot.commits), talk.slack.journal, talk.github.journal
    assert {kind(commit) for commit in committed} <= {kind(commit) for commit in {*COMMITS, *ELSEWHERE}} | COMES_ROUND
    assert {each.name for each in called} <= {call for call, _ in CALLS}
    named = [(method, path) for method, path, _ in GITHUB_CALLS] + ROUND_CALLS
    named += [(method, path) for method, _, path in (call.partition(" ") for call, _ in CALLS) if path]
    strange = [
        str(call)
        for call in at_github
        if not any(call.method == method and fnmatchcase(call.path, path) for method, path in named)
    ]
    assert strange == []
