"""A few seconds of what `make chaos` does for five minutes: a real process, everything fails, nothing comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.load.chaos import storm


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_short_storm(tmp_path: Path) -> None:
    chaos = await storm(tmp_path, seconds=8, per_second=6, seed=1)
    assert chaos.faults == []
    assert chaos.verdict.requests.keys() <= {"succeeded", "failed", "cancelled", "refused", "voided"}
    assert chaos.seen.typed > 10
    assert sum(chaos.told.struck.values()) > 5
