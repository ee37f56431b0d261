"""Other stories than one deployment, crashed where they differ from it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.crash.books import Library
from tests.crash.stage import Stage, staged
from tests.crash.tale import DEPLOY_LINE, PASSED, check_audit, deploy, killed_when, together
from tests.crash.victims import Breed, CommandLine, victims

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]

NIGHTLY_LINE = "/run nightly.yml"
Play = Callable[[Stage], Awaitable[None]]
LOOKED = ("GET", "/workflows/deploy.yml/runs")


async def answered_once(stage: Stage) -> None:
    """Whoever asks is answered once."""
    comment = await stage.types("/help run")
    await stage.until_said("/run")
    await stage.until_at_rest()
    assert len(stage.said()) == 1, stage.describe("One answer for one question")
    assert [reaction.content for reaction in comment.reactions] == ["eyes"]
    assert stage.rows("SELECT count(*) FROM answers WHERE message_id IS NOT NULL") == [(1,)]


async def two_in_one_comment(stage: Stage) -> None:
    """Two commands in one comment run in their order, each once."""
    await stage.types(f"{DEPLOY_LINE}\n{NIGHTLY_LINE}")
    await stage.until(lambda: len(stage.github.dispatched) == 2 == len(stage.said()), "two runs, two messages")
    for run in stage.github.runs:
        await run.play()
    await stage.until(lambda: all(PASSED in body for body in stage.said()), "two ends")
    await stage.until_at_rest()
    assert [each.workflow for each in stage.github.dispatched] == ["deploy.yml", "nightly.yml"]
    assert len(stage.said()) == 2, stage.describe("One message for each")
    check_audit(stage)


async def cancelled(stage: Stage, crash_at: str = "") -> None:
    """A run that somebody cancels ends, and says who did it."""
    await stage.types(DEPLOY_LINE)
    await stage.until(lambda: bool(stage.github.runs and stage.said()), "the run and its message")
    await stage.until_at_rest()
    if crash_at:
        await stage.reborn(crash_at)
    await stage.types("/cancel", "bob")
    await stage.until_said("bob stopped it")
    await stage.until_said("Stopping request")
    await stage.until(lambda: stage.github.runs[0].conclusion == "cancelled", "the end of the run")
    await stage.until_at_rest()
    assert stage.rows("SELECT state FROM requests") == [("cancelled",)]
    assert len(stage.said()) == 2, stage.describe("One message, one answer")
    check_audit(stage)


async def lost(stage: Stage) -> None:
    """A run that does not carry the key can not be told from others: never guessed, never started again (T31)."""
    await stage.types(NIGHTLY_LINE)
    await stage.until_said("Look through the workflow's runs first.")
    await stage.github.runs[0].play()
    await stage.until_at_rest()
    assert len(stage.github.dispatched) == 1
    assert len(stage.said()) == 1, stage.describe("One message for one request")
    assert stage.rows("SELECT state FROM requests") == [("lost",)]
    check_audit(stage)


async def sent_after_all(stage: Stage) -> None:
    """Without a key too, a dispatch that was never sent is sent once GitHub has had time to show it."""
    await stage.types(NIGHTLY_LINE)
    await stage.until(lambda: bool(stage.github.runs and stage.said()), "the run and its message")
    await stage.github.runs[0].play()
    await stage.until_said(PASSED)
    await stage.until_at_rest()
    assert len(stage.github.dispatched) == 1
    check_audit(stage)


async def news_lost(stage: Stage) -> None:
    """Everything about a run happens while the bot is dead: the sweep asks."""
    await stage.types(DEPLOY_LINE)
    await stage.until(lambda: bool(stage.github.runs and stage.said()), "the run and its message")
    await stage.until_at_rest()
    async with stage.downtime:
        await stage.bot.kill()
        await stage.github.runs[0].play()
        await stage.start()
    await stage.until_said(PASSED)
    await stage.until_at_rest()
    [body] = stage.said()
    assert [word in body for word in ("build", "ship")] == [True, True]
    assert len(stage.github.dispatched) == 1
    check_audit(stage)


async def refused_stays_refused(stage: Stage) -> None:
    """What was answered with no does not run later, because the answer changed while the bot was dead."""
    await stage.types(DEPLOY_LINE, "rita")
    async with stage.downtime:
        assert await stage.bot.dead(60)
        stage.repository.role("rita", "write")
        await stage.start()
    await stage.until_said("permission")
    await stage.until_at_rest()
    assert stage.github.dispatched == []
    assert len(stage.said()) == 1


async def arrives_late(stage: Stage) -> None:
    """GitHub takes its time with a dispatch: the next life sees nothing, waits, and finds it then."""
    fault = stage.github.faults.silence("POST", "*/dispatches")

    async def late() -> None:
        await killed_when(stage, fault, late=True)
        await stage.until(lambda: stage.asked(*LOOKED) > 0, "a look for the run")
        stage.github.faults.release()

    await asyncio.gather(deploy(stage), late())


async def arrives_late_again(stage: Stage) -> None:
    """The first attempt is never sent, the second one takes its time: it is given as much time as the first."""
    fault = stage.github.faults.silence("POST", "*/dispatches")

    async def late() -> None:
        await killed_when(stage, fault, late=True)
        looked = stage.asked(*LOOKED)
        await stage.until(lambda: stage.asked(*LOOKED) > looked, "another look for the run")
        await stage.until(lambda: _dispatch_waits(stage) or bool(stage.github.dispatched), "what follows from it")
        stage.github.faults.release()

    await asyncio.gather(deploy(stage), late())


def _dispatch_waits(stage: Stage) -> bool:
    soon = int((time.time() + 1) * 1_000_000)
    return stage.rows(f"SELECT id FROM jobs WHERE kind = 'dispatch' AND run_at > {soon}") != []


async def typed_to_nobody(stage: Stage) -> None:
    """A comment whose webhook met nobody is GitHub's to deliver again; it stops nothing that comes later."""
    async with stage.downtime:
        await stage.bot.kill()
        stage.github.webhooks.drop("issue_comment")
        missed = await stage.types(DEPLOY_LINE)
        await stage.start()
    await answered_once(stage)
    assert missed.reactions == []
    assert stage.github.dispatched == []


def while_github_does(call: str, tale: Play, *, after: bool) -> Play:
    """The tale, with a kill while GitHub does what it was asked for."""

    async def play(stage: Stage) -> None:
        method, path = call.split()
        fault = stage.github.faults.silence(method, path, after=after)
        await asyncio.gather(tale(stage), killed_when(stage, fault))

    return play


@dataclass(frozen=True, slots=True)
class Case:
    """A story, where the bot is crashed by itself, and how many lives it has in it."""

    play: Play
    crash_at: str = ""
    lives: int = 2


DISPATCH, COMMENT, CANCEL = "POST */dispatches", "POST */issues/*/comments", "POST */cancel"
CASES = {
    # The slow ones first: GitHub is given time.
    "late again": Case(arrives_late_again, "after:dispatch:1", lives=3),
    "sent after all": Case(sent_after_all, "after:dispatch:1"),
    "late": Case(arrives_late),
    "lost, its id not saved": Case(lost, "before:dispatch:2"),
    "lost, GitHub about to": Case(while_github_does(DISPATCH, lost, after=False)),
    "lost, GitHub did": Case(while_github_does(DISPATCH, lost, after=True)),
    "two, one opened": Case(two_in_one_comment, "after:delivery:2"),
    "two, both opened": Case(two_in_one_comment, "after:delivery:3"),
    "two, one dispatched": Case(two_in_one_comment, "after:dispatch:2"),
    "answer kept": Case(answered_once, "after:delivery:2"),
    "answer not begun": Case(answered_once, "before:post_answer:1"),
    "answer begun": Case(answered_once, "after:post_answer:1"),
    "answer not saved": Case(answered_once, "before:post_answer:2"),
    "answer saved": Case(answered_once, "after:post_answer:2"),
    "answer, GitHub about to": Case(while_github_does(COMMENT, answered_once, after=False)),
    "answer, GitHub did": Case(while_github_does(COMMENT, answered_once, after=True)),
    "cancel heard": Case(partial(cancelled, crash_at="after:delivery:1"), lives=3),
    "cancel kept": Case(partial(cancelled, crash_at="after:delivery:2"), lives=3),
    "cancel, GitHub about to": Case(while_github_does(CANCEL, cancelled, after=False)),
    "cancel, GitHub did": Case(while_github_does(CANCEL, cancelled, after=True)),
    "refused": Case(refused_stays_refused, "after:delivery:2"),
    "news lost": Case(news_lost),
    "typed to nobody": Case(typed_to_nobody),
}


async def test_other_tales(library: Library, tmp_path: Path) -> None:
    async def tell(breed: Breed, name: str, case: Case) -> None:
        async with staged(breed, library, tmp_path / name, crash_at=case.crash_at) as stage:
            await case.play(stage)
            await stage.lived(case.lives)

    async with victims() as forks:
        tales = {name: partial(tell, forks, name, case) for name, case in CASES.items()}
        real = Case(while_github_does(DISPATCH, deploy, after=True))
        await together({"signalbox serve": partial(tell, CommandLine(), "real", real), **tales})
