"""Putting back what succeeded in an environment before (T11, T12)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.sandbox.github.plans import Conclusion
from tests.support.configured import CONFIG, LOCATION, SHIP, files
from tests.support.slack_story import talking
from tests.support.story import Story, telling

OPEN = CONFIG.replace("    permission: maintain\n", "    requires: {draft: true}\n")
"""Whoever has write may ship to production."""


def rules(text: str) -> Mapping[str, str]:
    """The configuration with these rules for production in place of its own."""
    return files(CONFIG.replace("    permission: maintain\n", text))


async def shipped(story: Story, *, line: str = "/ship production", conclusion: Conclusion = "success") -> str:
    """The pull request's head was shipped; its commit."""
    await story.types("bob", line)
    await story.passes(1)
    run = story.github.runs[-1]
    await run.start()
    await run.start_job("ship")
    await run.finish_job("ship", conclusion)
    await run.finish()
    await story.passes(1)
    return story.pull.head_sha


async def moved_on(story: Story, number: int) -> None:
    """The pull request has another commit."""
    await story.passes(1)
    await story.pull.push(files={"README.md": f"Version {number}"}, by="alice")
    await story.passes(1)


async def test_t12_the_commit_before_is_put_back_by_the_default_branch_s_workflow(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        first = await shipped(story)
        await moved_on(story, 2)
        second = await shipped(story)
        assert first != second
        await story.types("bob", "/rollback production")
        await story.passes(1)
        dispatched = story.github.dispatched[-1]
        assert (dispatched.workflow, dispatched.ref) == ("ship.yml", "refs/heads/main")
        assert dispatched.inputs["signalbox_sha"] == first
        assert dispatched.inputs["environment"] == "production"
        await story.github.runs[-1].play()
        await story.passes(1)
        answer = story.answers()[-1]
        assert answer.startswith("✅ **Ship passed**")
        assert "@bob asked for `/rollback production`" in answer
        assert f"[`{first[:7]}`]" in answer.replace("HEAD", first[:7])


async def test_two_rollbacks_go_back_twice(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        commits = [await shipped(story)]
        for number in (2, 3):
            await moved_on(story, number)
            commits.append(await shipped(story))
        for expected in (commits[1], commits[0]):
            await story.types("bob", "/rollback production")
            await story.passes(1)
            assert story.github.dispatched[-1].inputs["signalbox_sha"] == expected
            await story.github.runs[-1].play()
            await story.passes(1)
        await story.types("bob", "/rollback production")
        assert "is the first that succeeded in production" in story.answers()[-1]
        assert len(story.github.dispatched) == 5


async def test_t11_what_failed_and_what_was_rehearsed_is_never_put_back(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await shipped(story, conclusion="failure")
        await moved_on(story, 2)
        await shipped(story, line="/ship production dry_run=true")
        await moved_on(story, 3)
        await shipped(story)
        await story.types("bob", "/rollback production")
        assert "is the first that succeeded in production (`no_run`)" in story.answers()[-1]
        assert len(story.github.dispatched) == 3


async def test_t11_what_somebody_else_deployed_is_nothing_on_record(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("bob", "/rollback production")
        assert story.answers()[-1].startswith(
            "⛔ **Refused:** nothing that Signalbox started has succeeded in production (`no_run`)"
        )


@pytest.mark.parametrize(
    ("rule", "who", "refused"),
    [
        ("    permission: maintain\n", "alice", "alice has the role write"),
        ("    teams: [acme/nobody]\n", "alice", "(`team`)"),
        ('    freeze: [{from: "2020-01-01 00:00", to: "2099-01-01 00:00", timezone: UTC}]\n', "bob", "(`frozen`)"),
    ],
)
async def test_t12_a_rollback_has_the_gates_of_its_environment(
    tmp_path: Path, rule: str, who: str, refused: str
) -> None:
    async with telling(tmp_path, files=files(OPEN)) as story:
        await shipped(story)
        await moved_on(story, 2)
        await shipped(story)
        await story.repository.push(files={LOCATION: rules(rule)[LOCATION]}, by="alice")
        await story.passes(90)
        await story.types(who, "/rollback production")
        assert refused in story.answers()[-1]
        assert len(story.github.dispatched) == 2


async def test_t12_the_success_on_record_answers_for_checks_and_reviews(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        first = await shipped(story)
        await moved_on(story, 2)
        await shipped(story)
        strict = rules("    requires: {checks: passing, reviews: approved, up_to_date: true, after: staging}\n")
        await story.repository.push(files={LOCATION: strict[LOCATION]}, by="alice")
        await story.passes(90)
        await story.types("bob", "/ship production")
        assert len(story.github.dispatched) == 2
        await story.types("bob", "/rollback production")
        await story.passes(1)
        assert story.github.dispatched[-1].inputs["signalbox_sha"] == first


async def test_t12_without_the_input_nothing_is_put_back(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await shipped(story)
        await moved_on(story, 2)
        await shipped(story)
        plain = SHIP.replace("      signalbox_sha: {type: string, required: true}\n", "")
        await story.repository.push(files={".github/workflows/ship.yml": plain}, by="alice")
        await story.passes(1)
        await story.types("bob", "/rollback production")
        assert "(`not_pinnable`)" in story.answers()[-1]
        assert len(story.github.dispatched) == 2


async def test_a_rollback_is_run_again_by_rerun_and_not_by_typing_it_again(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        first = await shipped(story)
        await moved_on(story, 2)
        await shipped(story)
        await story.types("bob", "/rollback production")
        await story.passes(1)
        await story.github.runs[-1].play()
        await story.passes(1)
        assert "/rollback production` runs it again" not in story.answers()[-1]
        await story.types("bob", "/rerun")
        await story.passes(1)
        assert story.github.runs[-1].attempt == 2
        assert story.github.dispatched[-1].inputs["signalbox_sha"] == first


async def test_t9_a_rollback_waits_for_a_yes_of_anybody_but_whoever_wants_it(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(OPEN)) as story:
        first = await shipped(story)
        await moved_on(story, 2)
        await shipped(story)
        asks = rules("    approvals: {count: 1}\n")
        await story.repository.push(files={LOCATION: asks[LOCATION]}, by="alice")
        await story.passes(90)
        await story.types("bob", "/rollback production")
        assert story.answers()[-1].startswith("⏳ **Ship waits** for an approval")
        await story.types("bob", "/approve")
        assert "(`self_approval`)" in story.answers()[-1]
        assert len(story.github.dispatched) == 2
        await story.types("alice", "/approve")  # who wrote and pushed it: it was approved when it was shipped
        await story.passes(2)
        assert story.github.dispatched[-1].inputs["signalbox_sha"] == first


async def test_explain_tells_what_would_be_put_back(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        first = await shipped(story)
        await moved_on(story, 2)
        await shipped(story)
        await story.types("bob", "/explain rollback production")
        answer = story.answers()[-1]
        assert f"{first[:12]} succeeded in production as request" in answer
        assert "is put back in place of HEAD" in answer
        assert len(story.github.dispatched) == 2


async def test_a_rollback_from_slack(tmp_path: Path) -> None:
    async with talking(tmp_path, files=files()) as chat:
        first = await shipped(chat)
        await moved_on(chat, 2)
        await shipped(chat)
        await chat.ops("bob", "rollback acme/shop production")
        await chat.passes(1)
        assert chat.github.dispatched[-1].inputs["signalbox_sha"] == first
