"""Owns the stories that are crashed, and what must be true after each, wherever it was crashed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from tests.crash.stage import Stage, Waiting

AT_ONCE = 24
DEPLOY_LINE = "/run deploy.yml environment=staging"
PASSED = " passed** in "  # of the run, in the first line; a job that passed says so in the table

TRIES = 3

Tale = Callable[[], Awaitable[None]]
S = TypeVar("S", bound=Stage)


async def together(tales: Mapping[str, Tale]) -> None:
    """Tell many at once, because most of their time is waiting. Raises all their failures, each with its name."""
    room = asyncio.Semaphore(AT_ONCE)
    failures: list[Exception] = []

    async def one(name: str, tale: Tale) -> None:
        async with room:
            try:
                await tale()
            except Exception as error:
                error.add_note(f"Crashed at: {name}")
                failures.append(error)

    await asyncio.gather(*(one(name, tale) for name, tale in tales.items()))
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(tales)} did not end well", failures)


async def deploy(stage: Stage) -> None:
    """Alice deploys, the run goes well."""
    comment = await stage.types(DEPLOY_LINE)
    await stage.until(lambda: bool(stage.github.runs and stage.said()), "the run and its message")
    await stage.github.runs[0].play()
    await stage.until_said(PASSED)
    await stage.until_at_rest()
    assert len(stage.github.dispatched) == 1, stage.describe("One run for one command")
    assert len(stage.said()) == 1, stage.describe("One message for one request")
    assert [reaction.content for reaction in comment.reactions] == ["eyes"]
    assert stage.rows("SELECT state FROM requests") == [("succeeded",)], stage.describe("The right end")
    assert stage.rows("SELECT count(*) FROM answers") == [(0,)]
    check_audit(stage)


async def crashed_once(
    world: Callable[[int], AbstractAsyncContextManager[S]], act: Callable[[S], Awaitable[None]]
) -> None:
    """Do something in a world whose bot dies at a commit, once; in a new one when it never came to that commit.

    A busy machine is slow enough to show a run's end in the first message, and then there is no edit to die at.
    """
    for number in range(TRIES):
        async with world(number) as stage:
            await act(stage)
            if len(stage.lives) > 1 or number == TRIES - 1:
                return await stage.lived(2)


async def crashed_at(stage: Stage, point: str, act: Tale) -> None:
    """Do something in a life of its own and crash there, once.

    A point is a commit (`after:delivery:2`) or a call: `before POST */rerun` at GitHub, `after chat.update` at Slack.
    """
    moment, _, call = point.partition(" ")
    try:
        await stage.reborn("" if call else point)
        lives = len(stage.lives)
        if call:
            fault = stage.silence(call, after=moment == "after")
            await asyncio.gather(act(), killed_when(stage, fault))
        else:
            await act()
        await stage.lived(lives + 1)
    except Exception as error:
        error.add_note(f"Crashed {point}")
        raise


def check_audit(stage: Stage) -> None:
    """Each request's opening was written down, and nothing that happened to it twice."""
    opened = "SELECT request_id FROM audit_entries WHERE action = 'request_opened' ORDER BY 1"
    assert stage.rows(opened) == stage.rows("SELECT id FROM requests ORDER BY 1")
    written = "SELECT request_id, action FROM audit_entries WHERE action LIKE 'request_%'"
    assert stage.rows(f"{written} GROUP BY 1, 2 HAVING count(*) > 1") == []


async def killed_when(stage: Stage, fault: Waiting, *, late: bool = False) -> None:
    """Kill the bot while it is kept waiting; what was asked for still happens, before the next life."""
    await stage.until(fault.begun.is_set, "the call")
    await stage.kill(late=late)
