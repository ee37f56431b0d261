"""What the audit trail says of a day at acme, sealed while it is written (T25)."""

from __future__ import annotations

import json
import logging
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from click.testing import CliRunner

from bot.auditing import audit_keys, verify
from bot.cli import main
from bot.doctor import Grade, examine
from bot.flow.seal import EVERY_SECONDS
from bot.jobs import admin
from bot.jobs.policy import Policy
from bot.model.job import Job
from bot.store.lock import serving_lock
from tests.support.slack_story import talking
from tests.support.store import database_url, migrated
from tests.support.story import Story, telling

__all__ = ["database_url", "migrated"]

KEY = "k" * 32
LINE = "/run deploy.yml environment=staging"


def entries(story: Story) -> list[tuple[str, dict[str, Any]]]:
    """Actions and facts, in their order; that both layers have no configuration is written down before all else."""
    with sqlite3.connect(story.bot.settings.database_url.reveal().removeprefix("sqlite:///")) as rows:
        found = rows.execute(
            "SELECT action, facts FROM audit_entries WHERE action != 'config_in_force' ORDER BY number"
        ).fetchall()
    rows.close()
    return [(action, json.loads(facts)) for action, facts in found]


async def page(story: Story) -> list[str]:
    async with aiohttp.ClientSession() as browser, browser.get(f"{story.bot.url}/metrics") as answer:
        return (await answer.text()).splitlines()


async def test_t25_each_entry_names_who_where_what_commit_and_run(story: Story) -> None:
    await story.types("alice", LINE)
    (run,) = story.github.runs
    await run.play()
    await story.passes(2)
    found = entries(story)
    assert [action for action, _ in found] == [
        "request_opened",
        "request_dispatching",
        "request_running",
        "request_succeeded",
    ]
    alice, comment = story.github.person("alice"), story.github.thread(story.pull)[0]
    opened, dispatching, running, succeeded = (facts for _, facts in found)
    assert (opened["login"], opened["account"], opened["text"]) == ("alice", alice.id, LINE)
    assert comment.author == "alice"
    assert opened["url"].startswith(f"{story.github.server_url}/acme/shop/pull/{story.pull.number}#issuecomment-")
    for facts in (opened, dispatching, running, succeeded):
        assert facts["origin"] == opened["origin"]
        assert facts["comment"] == opened["comment"]
        assert facts["sha"] == story.pull.head_sha
        assert facts["workflow"] == ".github/workflows/deploy.yml"
        assert facts["code"] == opened["code"]
    assert "run" not in dispatching
    assert [(facts["run"], facts["attempt"]) for facts in (running, succeeded)] == [(run.id, 1)] * 2


async def test_t25_what_is_typed_in_slack_names_message_and_both_accounts(tmp_path: Path) -> None:
    async with talking(tmp_path) as chat:
        await chat.ops("alice", "run acme/shop#1 deploy.yml environment=staging")
        action, facts = entries(chat)[-3]
        assert action == "request_opened"
        user = next(person.id for person in chat.slack.world.people.values() if person.name == "alice")
        assert (facts["user"], facts["channel"][0], facts["team"][0]) == (user, "C", "T")
        assert (facts["login"], facts["account"]) == ("alice", chat.github.person("alice").id)


async def test_t25_a_refusal_names_its_gates(story: Story) -> None:
    await story.types("rita", LINE)
    ((action, facts),) = entries(story)
    assert (action, facts["login"]) == ("command_refused", "rita")


async def test_t25_the_trail_is_sealed_while_it_is_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot.flow.seal")
    async with telling(tmp_path, variables={"SECRET_KEY": f"{KEY},{'o' * 32}"}) as story:
        await story.types("alice", LINE)
        assert "signalbox_audit_unsealed_entries 5.0" in await page(story)
        await story.passes(EVERY_SECONDS)
        shown = await page(story)
        assert "signalbox_audit_position 5.0" in shown
        assert "signalbox_audit_unsealed_entries 0.0" in shown
        (head,) = [record for record in caplog.records if getattr(record, "action", "") == "audit_head"]
        url, keys = story.bot.settings.database_url.reveal(), audit_keys([KEY])
        verdict = await verify(url, keys, None)
        assert (verdict.flaw, verdict.head.position, verdict.head.seal) == (None, 5, head.seal)  # type: ignore[attr-defined]
        found = await examine(story.bot.settings, story.clock.now())
        (finding,) = [each for each in found if each.about == "audit trail"]
        text = "sealed up to position 5; `signalbox audit verify` checks it"
        assert (finding.grade, finding.text) == (Grade.FINE, text)
        await story.types("alice", "/status")
        late = await examine(story.bot.settings, story.clock.now() + timedelta(minutes=6))
        (finding,) = [each for each in late if each.about == "audit trail"]
        assert (finding.grade, finding.text[:35]) == (Grade.LOOK, "1 entries wait for their seal, the ")


async def test_without_secret_key_doctor_says_what_to_do(story: Story) -> None:
    await story.types("alice", "/status")
    await story.passes(EVERY_SECONDS)
    assert "signalbox_audit_unsealed_entries 3.0" in await page(story)
    found = await examine(story.bot.settings, story.clock.now())
    (finding,) = [each for each in found if each.about == "audit trail"]
    assert finding.grade is Grade.LOOK
    assert finding.text.startswith("SECRET_KEY is missing, so nothing is sealed (3 entries open)")


async def test_t25_what_an_operator_decides_is_written_down(story: Story) -> None:
    async def fails(payload: Any) -> None:
        raise RuntimeError("no")

    story.bot.engine.handle("broken", fails, policy=Policy(attempts=1))
    url = story.bot.settings.database_url.reveal()
    async with story.bot.units.write() as unit:
        await unit.enqueue(*[Job(kind="broken", key=key, payload={"v": 1}) for key in ("a", "b")])
    await story.settle()
    first, second = sorted(await admin.listed(url, "held"), key=lambda row: row.key)
    assert await admin.retry(url, str(first.id)) == "broken"
    assert await admin.retry(url, str(first.id)) is None
    assert await admin.drop(url, str(second.id))
    assert not await admin.drop(url, str(second.id))
    found = entries(story)
    assert [action for action, _ in found] == ["job_retried", "job_dropped"]
    assert [(facts["kind"], facts["key"]) for _, facts in found] == [("broken", "a"), ("broken", "b")]
    assert all("@" in facts["operator"] for _, facts in found)


def test_t25_pruning_by_hand_is_written_down(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert CliRunner().invoke(main, ["prune", "--dry-run"]).exit_code == 0
    assert CliRunner().invoke(main, ["prune", "--older-than", "90d"]).exit_code == 0
    path = Path(database_url.removeprefix("sqlite:///"))
    with serving_lock(path), sqlite3.connect(path) as rows:
        ((action, facts),) = rows.execute("SELECT action, facts FROM audit_entries").fetchall()
    rows.close()
    told = json.loads(facts)
    assert (action, told["older_than_days"], told["gone"]) == ("pruned", 90, {})
