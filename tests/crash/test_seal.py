"""Killed while the audit trail is sealed: every entry is sealed once, and the chain is whole (T25)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

import pytest

from bot.auditing import audit_keys, verify
from tests.crash.books import Library
from tests.crash.conftest import commit_points
from tests.crash.stage import SECRET_KEY, Stage, staged
from tests.crash.tale import DEPLOY_LINE, crashed_once, together
from tests.crash.victims import Victims, victims

pytestmark = pytest.mark.timeout(600)

COMMITS: Final = ("seal_audit:1", "seal_audit:2")
OPENED: Final = "SELECT count(*) FROM audit_entries WHERE action = 'request_opened' AND position IS NOT NULL"
OPEN: Final = "SELECT count(*) FROM audit_entries WHERE position IS NULL"


async def is_sealed(stage: Stage) -> None:
    """Alice deploys, and all that is written down is sealed."""
    await stage.types(DEPLOY_LINE)
    await stage.until(lambda: stage.rows(OPENED) == [(1,)], "the opening is sealed")
    await stage.until(lambda: bool(stage.github.runs), "the run")
    await stage.github.runs[0].play()
    await stage.until_at_rest()
    await stage.until(lambda: stage.rows(OPEN) == [(0,)], "everything is sealed")
    verdict = await verify(stage.books.url, audit_keys([SECRET_KEY]), None)
    assert verdict.flaw is None, stage.describe(verdict.flaw.sentence)
    assert stage.rows("SELECT max(position), count(*) FROM audit_entries") == [(verdict.head.position,) * 2]


@pytest.mark.crash
async def test_between_any_two_seals(library: Library, tmp_path: Path) -> None:
    async def crashed(forks: Victims, point: str) -> None:
        await crashed_once(
            lambda number: staged(forks, library, tmp_path / f"{point}-{number}", crash_at=point), is_sealed
        )

    async with victims() as forks:
        await together({point: partial(crashed, forks, point) for point in commit_points(COMMITS)})
