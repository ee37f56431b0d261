"""What GitHub itself keeps of a request that touches an environment: a check run on its commit, with buttons, and a
deployment (T21)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.github.checks import CheckRun
from tests.support.configured import files
from tests.support.story import Story, telling


def check(story: Story, name: str = "Ship / staging") -> CheckRun:
    """Our newest check run of this name on the pull request's head."""
    return [each for each in story.repository.checks.of(story.pull.head_sha, every=True) if each.name == name][-1]


async def test_a_check_run_follows_the_request_from_its_first_state_to_its_last(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", "/ship staging")
        await story.passes(1)
        run, told = story.github.runs[-1], check(story)
        assert told.app.slug == "signalbox"
        assert [button.identifier for button in told.actions] == ["cancel"]
        assert (told.status, told.conclusion, told.title) == ("in_progress", None, "Running")
        await run.play()
        await story.passes(1)
        assert (told.status, told.conclusion, told.title) == ("completed", "success", "Passed")
        assert told.details_url is not None
        assert told.details_url.endswith(f"/acme/shop/actions/runs/{run.id}")
        assert told.summary is not None
        assert told.summary.startswith("✅ **Ship passed**")
        assert "| [ship](" in told.summary
        assert told.actions == ()
        assert [each.name for each in story.repository.checks.of(told.head_sha)].count(told.name) == 1


async def test_what_failed_can_be_run_again_from_the_check_run(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", "/ship staging")
        await story.passes(1)
        run = story.github.runs[-1]
        await run.start()
        await run.start_job("ship")
        await run.finish_job("ship", "failure")
        await run.finish()
        await story.passes(1)
        told = check(story)
        assert (told.conclusion, told.title) == ("failure", "Failed")
        assert [button.label for button in told.actions] == ["Re-run failed"]
        assert [(mark.path, mark.start_line, mark.title) for mark in told.annotations] == [
            (".github/workflows/ship.yml", 1, "ship")
        ]
        await told.press("Re-run failed", by="alice")
        await story.passes(1)
        assert run.attempt == 2
        await run.play()
        await story.passes(1)
        assert (check(story).conclusion, told.conclusion) == ("success", "failure")


async def test_github_s_own_button_runs_it_again(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", "/ship staging")
        await story.passes(1)
        run = story.github.runs[-1]
        await run.play()
        await story.passes(1)
        await check(story).ask_again(by="alice")
        await story.passes(1)
        assert (run.attempt, run.triggering_actor.login) == (2, "signalbox[bot]")


async def test_a_request_is_cancelled_from_its_check_run(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", "/ship staging")
        await story.passes(1)
        await check(story).press("Cancel", by="bob")
        await story.passes(3)
        assert story.github.runs[-1].conclusion == "cancelled"
        assert (check(story).conclusion, check(story).title) == ("cancelled", "Cancelled")
        assert story.answers()[-1].startswith("Stopping request ")


async def test_t2_a_button_of_a_check_run_has_the_gates_too(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("bob", "/ship production")
        await story.passes(1)
        await story.github.runs[-1].play()
        await story.passes(1)
        await check(story, "Ship / production").ask_again(by="alice")
        await story.passes(1)
        assert "alice has the role write, rerun needs maintain" in story.answers()[-1]
        assert story.github.runs[-1].attempt == 1


@pytest.mark.parametrize("external_id", ["", "nonsense", "01890000-0000-7000-8000-000000000000"])
async def test_t21_a_check_run_that_is_not_the_request_s_own_asks_for_nothing(tmp_path: Path, external_id: str) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", "/ship staging")
        await story.passes(1)
        told = check(story)
        before = story.answers()
        told.external_id = external_id
        await told.press("Cancel", by="alice")
        await story.passes(3)
        assert (story.github.runs[-1].conclusion, story.answers()) == (None, before)


async def test_t21_another_check_run_with_the_key_of_one_asks_for_nothing(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", "/ship staging")
        await story.passes(1)
        told = check(story)
        told.id += 1
        await told.press("Cancel", by="alice")
        await story.passes(3)
        assert story.github.runs[-1].conclusion is None


async def test_without_the_permission_for_checks_the_request_goes_on(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        story.github.faults.status(
            403, "POST", "*/check-runs", times=99, message="Resource not accessible by integration"
        )
        await story.types("alice", "/ship staging")
        await story.passes(1)
        await story.github.runs[-1].play()
        await story.passes(1)
        assert story.answers()[-1].startswith("✅ **Ship passed**")


async def test_what_touches_no_environment_has_no_check_run(tmp_path: Path) -> None:
    async with telling(tmp_path) as story:
        await story.types("alice", "/run deploy.yml environment=staging")
        await story.passes(1)
        assert story.repository.checks.of(story.pull.head_sha, every=True) == []
