"""GitHub Enterprise Server: another address, ten inputs, and no word about which run a dispatch became (T31)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.flow import adopt
from tests.support.story import Story, telling

LINE = "/run deploy.yml environment=staging"
REFUSED_FIELD = "return_run_details"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Story]:
    async with telling(tmp_path, enterprise=True) as story:
        yield story


async def test_the_run_is_found_by_its_key(server: Story) -> None:
    await server.types("alice", LINE)
    await server.passes(3)
    assert len(server.github.dispatched) == 1
    await server.github.runs[-1].play()
    await server.passes(5)
    assert server.answers()[0].startswith("✅ **Deploy passed**")


async def test_a_job_that_was_told_of_before_the_run_was_known_is_shown(server: Story) -> None:
    server.github.webhooks.drop("workflow_job")
    await server.types("alice", LINE)
    await server.passes(3)
    assert "/job/BUILD) | ⏳ waiting for a runner |" in server.answers()[0]


async def test_it_is_shown_though_the_run_s_own_news_comes_before_we_ask(
    server: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = adopt.check
    later = server.clock.now() + timedelta(seconds=60)
    monkeypatch.setattr(adopt, "check", lambda request, **more: soon(request, later, **more))
    server.github.webhooks.drop("workflow_job")
    await server.types("alice", LINE)
    await server.passes(3)
    await server.github.runs[-1].start()
    await server.passes(3)
    assert server.answers()[0].startswith("🔄 **Deploy is running**")
    assert "BUILD" not in server.answers()[0]
    await server.passes(60)
    assert "/job/BUILD) | ⏳ waiting for a runner |" in server.answers()[0]


async def test_the_refused_field_is_remembered(server: Story) -> None:
    await server.types("alice", LINE)
    await server.passes(3)
    await server.types("alice", LINE)
    await server.passes(3)
    bodies = [str(each.request_body) for each in server.github.journal if each.path.endswith("/dispatches")]
    assert [REFUSED_FIELD in body for body in bodies] == [True, False, False]


async def test_t31_without_a_key_the_request_ends_lost_with_a_way_out(server: Story) -> None:
    await server.types("alice", "/run nightly.yml")
    for _ in range(10):
        await server.passes(30)
    assert len(server.github.dispatched) == 1
    assert "Declare the input signalbox_request" in server.answers()[0]


async def test_where_github_never_says_which_run_it_was_the_request_ends_lost(server: Story) -> None:
    server.github.webhooks.hold("workflow_run")
    server.github.faults.status(503, "GET", "*/actions/workflows/*/runs", times=999)
    await server.types("alice", "/run nightly.yml")
    for _ in range(50):
        await server.passes(300)
    assert server.answers()[0].startswith("❓ **Nightly was lost sight of**")
