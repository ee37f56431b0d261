"""The answer at a guarded environment is crashed at each of its points: the run goes in, and was let in once (T10)."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from tests.crash.books import Library
from tests.crash.conftest import commit_points
from tests.crash.stage import Stage, staged
from tests.crash.tale import DEPLOY_LINE, PASSED, check_audit, crashed_once, killed_when, together
from tests.crash.victims import Victims, victims
from tests.support.story import DEPLOY

pytestmark = pytest.mark.timeout(600)

COMMITS: Final = (
    "protect:1",  # what will be said is a row
    "protect:2",  # GitHub heard it
)
RULE: Final = ("POST", "*/deployment_protection_rule")
GUARDED: Final = DEPLOY.replace("needs: build,", "needs: build, environment: production,")


async def guarded(stage: Stage) -> None:
    """Alice deploys, and the last job waits for our word."""
    stage.github.environment(stage.repository, "production", apps=[stage.github.app])
    await stage.repository.push("main", files={".github/workflows/deploy.yml": GUARDED}, by="alice")
    await stage.types(f"{DEPLOY_LINE} ref=main")
    await stage.until(lambda: bool(stage.github.runs), "the run")
    run = stage.github.runs[0]
    await run.play()
    await stage.until(lambda: not run.waits_for and run.job("ship").status == "queued", "the answer")
    await run.play()
    await stage.until_said(PASSED)
    await stage.until_at_rest()
    # A run can be over before the next life looks; then nobody asks any more whether GitHub heard, and nothing says so.
    assert stage.rows("SELECT state FROM protections") == [("approved",)], stage.describe("One grant")
    assert stage.rows("SELECT count(*) FROM audit_entries WHERE action = 'protection_approved'") == [(1,)]
    heard = [call for call in stage.github.journal if call.path.endswith("rule") and call.status < 300]
    assert len(heard) == 1, stage.describe("One answer")
    check_audit(stage)


@pytest.mark.crash
async def test_between_any_two_commits(library: Library, tmp_path: Path) -> None:
    async def crashed(forks: Victims, point: str) -> None:
        await crashed_once(
            lambda number: staged(forks, library, tmp_path / f"{point}-{number}", crash_at=point), guarded
        )

    async with victims() as forks:
        await together({point: partial(crashed, forks, point) for point in commit_points(COMMITS)})


@pytest.mark.crash
async def test_around_the_answer(library: Library, tmp_path: Path) -> None:
    async def crashed(forks: Victims, after: bool) -> None:
        async with staged(forks, library, tmp_path / str(after)) as stage:
            fault = stage.github.faults.silence(*RULE, after=after)
            await asyncio.gather(guarded(stage), killed_when(stage, fault))
            await stage.lived(2)

    async with victims() as forks:
        await together({f"after: {after}": partial(crashed, forks, after) for after in (False, True)})
