"""Runs of guarded workflows that somebody starts past Signalbox: written down, counted and told, once (T25)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.doctor import Grade, examine
from bot.flow.strangers import EVERY_SECONDS
from bot.sandbox.github.runs import Run
from tests.support import configured
from tests.support.slack_story import talking
from tests.support.story import NIGHTLY, Story, telling

FILES = configured.files(nightly=NIGHTLY)
HISTORY = "GET /repos/acme/shop/actions/runs"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Story]:
    """A repository whose ship.yml is guarded, and whose nightly.yml is not."""
    async with telling(tmp_path, files=FILES) as story:
        await story.types("alice", "/status")  # so that its configuration is known
        await story.passes(EVERY_SECONDS)
        yield story


async def starts(story: Story, who: str, file: str = "ship.yml") -> Run:
    inputs = {"environment": "production", "signalbox_sha": story.pull.head_sha} if file == "ship.yml" else {}
    run = await story.github.dispatches(who, story.repository, file, ref="main", inputs=inputs)
    await story.settle()
    return run


def unasked(story: Story) -> list[dict[str, Any]]:
    """What the audit says of them."""
    with sqlite3.connect(story.bot.settings.database_url.reveal().removeprefix("sqlite:///")) as rows:
        found = rows.execute("SELECT facts FROM audit_entries WHERE action = 'run_unasked' ORDER BY number").fetchall()
    rows.close()
    return [json.loads(facts) for (facts,) in found]


async def page(story: Story) -> str:
    async with aiohttp.ClientSession() as browser, browser.get(f"{story.bot.url}/metrics") as answer:
        return await answer.text()


async def test_t25_a_run_that_somebody_starts_at_github_is_told_at_once_and_once(shop: Story) -> None:
    run = await starts(shop, "bob")
    await run.play()
    await shop.passes(EVERY_SECONDS)
    await shop.passes(EVERY_SECONDS)
    (told,) = unasked(shop)
    bob = shop.github.person("bob")
    assert told == {
        "run": run.id,
        "attempt": 1,
        "workflow": ".github/workflows/ship.yml",
        "event": "workflow_dispatch",
        "sha": shop.repository.head_sha,
        "login": "bob",
        "account": bob.id,
        "url": f"{shop.github.server_url}/acme/shop/actions/runs/{run.id}",
    }
    assert "signalbox_unasked_runs_total 1.0" in await page(shop)
    found = await examine(shop.bot.settings, shop.clock.now())
    (finding,) = [each for each in found if each.about == "runs nobody asked for"]
    assert (finding.grade, finding.text[:22]) == (Grade.LOOK, "1 of guarded workflows")


async def test_what_signalbox_starts_is_its_own_and_what_is_not_guarded_is_nobodys_business(shop: Story) -> None:
    await shop.types("carol", "/ship staging")
    assert len(shop.github.runs) == 1
    await starts(shop, "bob", "nightly.yml")
    await shop.github.runs[0].play()
    await shop.passes(EVERY_SECONDS)
    assert unasked(shop) == []


async def test_t25_a_lost_webhook_does_not_hide_it(shop: Story) -> None:
    url, shop.github.app.webhook_url = shop.github.app.webhook_url, "http://127.0.0.1:9/nobody"
    run = await starts(shop, "bob")
    shop.github.app.webhook_url = url
    assert unasked(shop) == []
    await shop.passes(EVERY_SECONDS)
    assert [told["run"] for told in unasked(shop)] == [run.id]


async def test_history_is_asked_for_once_in_a_round_and_not_where_nothing_is_guarded(shop: Story) -> None:
    for rounds in range(1, 4):
        await shop.passes(EVERY_SECONDS)
        assert shop.calls().count(HISTORY) == rounds


async def test_where_nothing_is_guarded_nothing_is_asked(tmp_path: Path) -> None:
    async with telling(tmp_path) as story:
        await story.types("alice", "/status")
        await story.passes(EVERY_SECONDS)
        await starts(story, "bob", "nightly.yml")
        await story.passes(EVERY_SECONDS)
        assert HISTORY not in story.calls()
        assert unasked(story) == []


async def test_while_github_is_away_a_round_asks_again_later(shop: Story) -> None:
    url, shop.github.app.webhook_url = shop.github.app.webhook_url, "http://127.0.0.1:9/nobody"
    await starts(shop, "bob")
    shop.github.app.webhook_url = url
    shop.github.faults.status(503, "GET", "*/actions/runs")
    await shop.passes(EVERY_SECONDS)
    assert unasked(shop) == []
    await shop.passes(EVERY_SECONDS)
    assert len(unasked(shop)) == 1


async def test_the_repository_s_channel_hears_of_it(tmp_path: Path) -> None:
    async with talking(tmp_path, files=FILES) as chat:
        await chat.ops("carol", "use acme/shop")
        await chat.ops("alice", "config")
        run = await starts(chat, "bob")
        await run.play()
        await chat.passes(EVERY_SECONDS)
        said = [said for said in map(chat.read, chat.living()) if "past Signalbox" in said]
        assert len(said) == 1
        assert "by bob (workflow_dispatch)" in said[0]
        assert len(unasked(chat)) == 1
