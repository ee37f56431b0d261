"""GitHub fails, forgets, repeats itself: nothing is lost, nothing happens twice, and somebody is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.github.plans import Plan
from tests.support.story import KEYED, Story, telling

LINE = "/run deploy.yml environment=staging"


async def test_a_delivery_that_comes_twice_is_handled_once(story: Story) -> None:
    story.github.webhooks.duplicate("issue_comment")
    await story.types("alice", LINE)
    told = [each.status_code for each in story.github.webhooks.deliveries if each.event == "issue_comment"]
    assert told == [202, 200]
    assert len(story.github.dispatched) == 1


async def test_t20_the_same_comment_under_another_guid_opens_nothing(story: Story) -> None:
    await story.types("alice", f"{LINE}\n/whoami")
    comment = story.pull.issue.comments[0]
    story.github.world.events.comment_created(comment)
    await story.passes(1)
    assert len(story.github.dispatched) == 1
    assert len(story.answers()) == 2


async def test_t20_what_was_answered_with_no_is_not_judged_anew(story: Story) -> None:
    await story.types("rita", LINE)
    story.repository.role("rita", "write")
    story.github.world.events.comment_created(story.pull.issue.comments[0])
    await story.passes(61)
    assert story.github.dispatched == []
    (answer,) = story.answers()
    assert "(`permission`)" in answer


async def test_lost_webhooks_cost_time_and_not_truth(story: Story) -> None:
    await story.types("alice", LINE)
    story.github.webhooks.off()
    await story.github.runs[-1].play()
    story.github.webhooks.on()
    await story.passes(1)
    assert story.answers()[0].startswith("⏳ **Deploy is waiting for a runner**")
    await story.passes(61)
    await story.passes(61)
    assert story.answers()[0].startswith("✅ **Deploy passed**")
    assert "✅ passed" in story.answers()[0].split("| :--")[-1]


async def test_an_outage_longer_than_all_attempts_costs_time_and_not_truth(story: Story) -> None:
    await story.types("alice", LINE)
    story.github.webhooks.off()
    story.github.faults.status(503, "GET", "*/actions/runs/*", times=10)
    await story.github.runs[-1].play()
    story.github.webhooks.on()
    for _ in range(30):
        await story.passes(61)
    assert story.answers()[0].startswith("✅ **Deploy passed**")


async def test_a_run_that_github_forgot_is_asked_about_ever_more_seldom(story: Story) -> None:
    await story.types("alice", LINE)
    before = len(story.calls())
    story.github.faults.status(404, "GET", "*/actions/runs/*", times=999)
    for _ in range(60):
        await story.passes(61)
    assert story.answers()[0].startswith("❓ **Deploy was lost sight of**")
    asked = [call for call in story.calls()[before:] if call.startswith("GET") and "/actions/runs/" in call]
    assert 5 < len(asked) <= 25


async def test_the_job_that_failed_is_shown_though_none_of_its_news_arrived(tmp_path: Path) -> None:
    two = f"{KEYED}jobs:\n" + "  a: {runs-on: u, steps: [{run: x}]}\n  b: {runs-on: u, steps: [{run: x}]}\n"
    async with telling(tmp_path, files={".github/workflows/two.yml": two}) as story:
        story.github.webhooks.drop("workflow_job")
        await story.types("alice", "/run two.yml")
        await story.passes(3)
        run = story.github.runs[-1]
        await run.start()
        story.github.webhooks.drop("workflow_job", times=2)
        await run.start_job("a")
        await run.finish_job("a", "failure")
        await run.start_job("b")
        await run.finish_job("b")
        await run.finish()
        await story.passes(3)
        await story.passes(1)
        assert "❌ failed" in story.answers()[0].split("| :--")[-1]


async def test_webhooks_backwards_and_twice_end_alike(story: Story) -> None:
    await story.types("alice", LINE)
    story.github.webhooks.hold()
    await story.github.runs[-1].play()
    story.github.webhooks.duplicate(times=20)
    await story.github.webhooks.release(backwards=True)
    await story.passes(5)
    (answer,) = story.answers()
    assert answer.startswith("✅ **Deploy passed**")
    assert answer.count("✅ passed") == 2


async def one_before(story: Story) -> None:
    """A run of earlier. A server that can not say which run it starts has told so, and is not asked to any more."""
    await story.types("alice", LINE)
    await story.passes(3)
    await story.github.runs[-1].play()
    await story.passes(5)


async def test_a_dispatch_whose_answer_was_lost_is_found_by_its_key_and_not_repeated(story: Story) -> None:
    await one_before(story)
    story.github.faults.drop("POST", "*/dispatches", after=True)
    await story.types("alice", LINE)
    await story.passes(30)
    await story.passes(30)
    assert len(story.github.dispatched) == 2
    await story.github.runs[-1].play()
    await story.passes(5)
    assert story.answers()[1].startswith("✅ **Deploy passed**")


async def test_news_that_bring_a_lost_request_back_take_the_reason_away(story: Story) -> None:
    await one_before(story)
    story.github.webhooks.hold("workflow_run")
    story.github.faults.status(502, "POST", "*/dispatches", after=True)
    story.github.faults.status(502, "GET", "*/actions/workflows/*/runs", times=999)
    await story.types("alice", LINE)
    for _ in range(50):
        await story.passes(300)
    assert story.answers()[1].startswith("❓ **Deploy was lost sight of**")
    story.github.faults.clear()
    await story.github.runs[-1].start()
    await story.github.webhooks.release()
    await story.passes(100)
    assert story.answers()[1].startswith("🔄 **Deploy is running**")
    assert "GitHub did not answer" not in story.answers()[1]


async def test_a_dispatch_that_never_arrived_is_sent_again_after_looking(story: Story) -> None:
    story.github.faults.status(502, "POST", "*/dispatches")
    await story.types("alice", LINE)
    assert story.github.dispatched == []
    await story.passes(5)
    await story.passes(15)
    await story.passes(15)
    assert len(story.github.dispatched) == 1


async def test_a_dispatch_that_github_never_takes_ends_visibly(story: Story) -> None:
    story.github.faults.status(502, "POST", "*/dispatches", times=1000)
    await story.types("alice", LINE)
    for _ in range(80):
        await story.passes(15)
    assert story.github.dispatched == []
    (answer,) = story.answers()
    assert answer.startswith("❌ **Deploy was not started**")
    assert "nothing was started. (`upstream_unavailable`)" in answer
    asked = [each for each in story.github.journal if each.path.endswith("/dispatches")]
    assert 10 < len(asked) < 80  # again and again, but never before GitHub had time to show the one before


async def test_t31_without_a_key_to_prove_it_a_run_is_never_guessed(story: Story) -> None:
    await one_before(story)
    story.github.faults.drop("POST", "*/dispatches", after=True)
    await story.types("alice", "/run nightly.yml")
    await story.passes(30)
    await story.passes(30)
    assert len(story.github.dispatched) == 2
    answer = story.answers()[1]
    assert "A run was started about then, but nothing proves that it is this one." in answer
    assert "(`run_not_found`)" in answer


@pytest.mark.github_com("elsewhere nobody knows whose a run without a key is, and so it stays one that may be meant")
async def test_t31_a_rerun_of_another_requests_run_is_not_taken_for_a_candidate(story: Story) -> None:
    await story.types("alice", "/run nightly.yml")
    first = story.github.runs[-1]
    await first.play()
    await story.passes(5)
    await first.rerun(by="bob")
    story.github.faults.drop("POST", "*/dispatches")  # the second one never arrives
    await story.types("alice", "/run nightly.yml")
    await story.passes(20)
    await story.passes(20)
    assert len(story.github.dispatched) == 2
    assert "lost sight of" not in story.answers()[-1]


async def test_a_comment_whose_answer_was_lost_is_found_by_its_mark_and_not_repeated(story: Story) -> None:
    story.github.faults.status(502, "POST", "*/issues/*/comments", after=True, times=2)
    await story.types("alice", f"{LINE}\n/whoami")
    await story.passes(1)
    for _ in range(10):
        await story.passes(30)
    assert len(story.answers()) == 2


async def test_what_github_will_not_tell_us_is_told_at_once(story: Story) -> None:
    story.github.faults.status(403, "GET", "*/pulls/*", times=9, message="Resource not accessible by integration")
    await story.types("alice", LINE)
    assert story.github.dispatched == []
    (answer,) = story.answers()
    assert answer.startswith("⛔ **Refused:** GitHub refused to say what is needed: Resource not accessible")
    assert "(`upstream_refused`)" in answer
    assert "Tell whoever runs Signalbox" in answer


async def test_what_github_refuses_for_good_is_told_at_once(story: Story) -> None:
    story.repository.disabled_workflows.add("nightly.yml")
    story.github.faults.status(
        422, "POST", "*/dispatches", message="Cannot trigger a workflow_dispatch on a disabled workflow"
    )
    await story.types("alice", "/run nightly.yml")
    await story.passes(1)
    (answer,) = story.answers()
    assert "GitHub refused: Cannot trigger a workflow" in answer
    assert "(`upstream_refused`)" in answer


async def test_a_deleted_message_is_written_anew(story: Story) -> None:
    await story.types("alice", LINE)
    await story.passes(1)
    (message,) = [each for each in story.pull.issue.comments if each.author.login.endswith("[bot]")]
    await message.delete()
    await story.github.runs[-1].play()
    await story.passes(5)
    (answer,) = story.answers()
    assert answer.startswith("✅ **Deploy passed**")


async def test_a_comment_that_was_deleted_meanwhile_leaves_no_held_job(story: Story) -> None:
    story.github.webhooks.hold("issue_comment")
    comment = story.pull.issue.add_comment(story.github.person("alice"), "/whoami", None)
    await comment.delete()
    await story.github.webhooks.release()
    for _ in range(4):
        await story.passes(300)
    assert {state for state, _ in await _jobs(story)} == {"ready"}  # what comes round


TEN_JOBS = "\n".join(
    ["name: Ten", KEYED, "jobs:"]
    + [f"  job{number}: {{runs-on: ubuntu-latest, steps: [{{run: make}}]}}" for number in range(10)]
)


async def test_a_ten_job_run_of_five_minutes_takes_at_most_eight_edits(tmp_path: Path) -> None:
    async with telling(tmp_path, files={".github/workflows/ten.yml": TEN_JOBS}) as story:
        await story.types("alice", "/run ten.yml")
        await story.passes(3)
        run = story.github.runs[-1]
        await run.start()
        for number in range(10):
            await run.start_job(f"job{number}")
            await story.passes(15)
            await run.finish_job(f"job{number}")
            await story.passes(15)
        await run.finish()
        await story.passes(1)
        edits = [each for each in story.github.journal if each.method == "PATCH"]
        assert story.answers()[0].startswith("✅ **Ten passed** in 5 m")
        assert 0 < len(edits) <= 8


@pytest.mark.parametrize("when", ["queued", "running"])
async def test_cancel_ends_the_run_and_says_who_did_it(story: Story, when: str) -> None:
    await story.types("alice", LINE)
    run = story.github.runs[-1]
    if when == "running":
        await run.start()
        await run.start_job("build")
    await story.types("bob", "/cancel")
    await story.passes(2)
    assert (run.status, run.conclusion) == ("completed", "cancelled")
    living = next(answer for answer in story.answers() if "Deploy" in answer)
    assert living.startswith("🚫 **Deploy was cancelled**")
    assert "bob stopped it." in living
    assert "Stopping request CODE." in story.answers()


async def test_what_was_cancelled_is_not_sent_again_when_its_dispatch_never_arrived(story: Story) -> None:
    story.github.faults.status(502, "POST", "*/dispatches")
    await story.types("alice", LINE)
    await story.types("bob", "/cancel")
    for _ in range(5):
        await story.passes(10)
    assert story.github.runs == []
    assert story.answers()[-1].startswith("🚫 **Deploy was cancelled** · `CODE`")
    assert "bob stopped it." in story.answers()[-1]


async def test_cancel_outlives_an_outage(story: Story) -> None:
    await story.types("alice", LINE)
    await story.passes(1)
    story.github.faults.status(503, "POST", "*/cancel", times=10)
    await story.types("bob", "/cancel")
    for _ in range(12):
        await story.passes(300)
    assert story.github.runs[-1].conclusion == "cancelled"
    assert story.answers()[0].startswith("🚫 **Deploy was cancelled**")


async def test_cancel_by_a_reader_is_refused(story: Story) -> None:
    await story.types("alice", LINE)
    await story.types("rita", "/cancel")
    assert story.github.runs[-1].status != "completed"
    assert "rita has the role read, cancel needs write" in story.answers()[-1]


async def test_cancel_of_something_that_ended(story: Story) -> None:
    await story.types("alice", LINE)
    await story.github.runs[-1].play(Plan())
    await story.passes(2)
    await story.types("alice", "/cancel")
    assert story.answers()[-1] == "Nothing here is waiting or running, so there is nothing to stop."
    await story.types("alice", "/cancel ZZZZZZ")
    assert story.answers()[-1] == "There is no request CODE in this repository. `/runs` lists the newest."


async def _jobs(story: Story) -> list[tuple[str, str]]:
    async with story.bot.units.read() as unit:
        return [(job.state, job.kind) for job in await unit.jobs.all()]
