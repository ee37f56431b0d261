"""Each named point of one request's story is crashed once: nothing is lost, nothing happens twice."""

from __future__ import annotations

import asyncio
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from tests.crash.books import Library
from tests.crash.conftest import commit_points
from tests.crash.stage import ROUNDS, staged
from tests.crash.tale import crashed_once, deploy, killed_when, together
from tests.crash.victims import Victims, victims

pytestmark = pytest.mark.timeout(600)

COMMITS: Final = (
    "dispatch:1",  # the request is `dispatching`; first, because GitHub is given time after it
    "start:1",  # the connection
    "engine:1",  # the rounds
    "inbox:1",  # the comment is recorded
    "delivery:1",  # the person is known, the reaction is due
    "delivery:2",  # the request is opened: authorised, dispatch and message are due
    "dispatch:2",  # the run's id is saved
    "inbox:2",  # first news of the run
    "delivery:3",  # is taken in
    "announce:1",  # the message is about to be posted
    "announce:2",  # its id is saved
    "announce:3",  # what the edit says is saved
    "ledger:1",  # jobs are done
)

COMES_ROUND: Final = {*ROUNDS, "check_run", "redeliver"}  # when they come is a matter of time; what got lost needs them
ROUND_CALLS: Final = [("GET", "*/actions/runs/*"), ("GET", "*/hook/deliveries"), ("POST", "*/hook/deliveries/*")]

CALLS: Final = (
    ("POST", "*/dispatches", 0),
    ("POST", "*/access_tokens", 0),  # the first
    ("POST", "*/access_tokens", 4),  # the dispatch's
    ("GET", "*/collaborators/*", 0),
    ("GET", "*/contents/*", 0),  # the configuration
    ("GET", "/repos/acme/shop", 0),  # is it there at all, without a configuration
    ("GET", "/repos/acme/.github/installation", 0),
    ("GET", "*/contents/.github/workflows/*", 0),
    ("GET", "*/pulls/*", 0),
    ("GET", "*/activity", 0),
    ("GET", "/app", 0),
    ("POST", "*/reactions", 0),
    ("POST", "*/issues/*/comments", 0),
    ("PATCH", "*/issues/comments/*", 0),
)


@pytest.mark.crash
async def test_between_any_two_commits(library: Library, tmp_path: Path) -> None:
    async def crashed(forks: Victims, point: str) -> None:
        await crashed_once(
            lambda number: staged(forks, library, tmp_path / f"{point}-{number}", crash_at=point), deploy
        )

    points = commit_points(COMMITS)
    async with victims() as forks:
        await together({point: partial(crashed, forks, point) for point in points})


@pytest.mark.crash
async def test_around_each_outward_call(library: Library, tmp_path: Path) -> None:
    async def crashed(forks: Victims, number: int, after: bool) -> None:
        method, path, skip = CALLS[number]
        async with staged(forks, library, tmp_path / f"{number}-{after}") as stage:
            if skip:
                stage.github.faults.silence(method, path, times=skip, seconds=0)
            fault = stage.github.faults.silence(method, path, after=after)
            await asyncio.gather(deploy(stage), killed_when(stage, fault))
            await stage.lived(2)

    async with victims() as forks:
        tales = {
            f"{'after' if after else 'before'} {method} {path}, {skip} skipped": partial(crashed, forks, number, after)
            for number, (method, path, skip) in enumerate(CALLS)
            for after in (False, True)
            if method != "GET" or not after  # what only asks changes nothing
        }
        await together(tales)


async def test_no_kind_of_commit_or_call_is_without_a_name(library: Library, tmp_path: Path) -> None:
    """Whoever adds a job or a call to this story adds its points."""
    async with victims() as forks, staged(forks, library, tmp_path / "whole", trace=True) as stage:
        await deploy(stage)
        # The bot is at rest, but word of its last commit may still be on its way.
        await stage.until(lambda: set(stage.bot.commits) >= set(COMMITS), "every named commit")
        committed, called = set(stage.bot.commits), stage.github.journal
    assert {kind(commit) for commit in committed} <= {kind(commit) for commit in COMMITS} | COMES_ROUND
    named = [(method, path) for method, path, _ in CALLS]
    strange = [
        str(call)
        for call in called
        if not any(call.method == method and fnmatchcase(call.path, path) for method, path in named + ROUND_CALLS)
    ]
    assert strange == []


def kind(commit: str) -> str:
    """Of whose commit it is."""
    return commit.split(":")[0]
