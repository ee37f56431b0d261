"""What runs is what the person saw: T1 and T4 through the whole bot."""

from __future__ import annotations

from tests.support.story import Story

LINE = "/run deploy.yml environment=staging"


async def test_t4_a_head_that_moved_after_the_comment_is_refused(story: Story) -> None:
    story.github.webhooks.hold("issue_comment")
    story.pull.issue.add_comment(story.github.person("alice"), LINE, None)
    await story.passes(5)
    before = story.pull.head_sha[:12]
    await story.pull.push("Something else")
    after = story.pull.head_sha[:12]
    await story.github.webhooks.release()
    await story.settle()
    assert story.github.dispatched == []
    (answer,) = story.answers()
    assert f"the head was {before} when it was asked and is HEAD now (`head_moved`)" in answer
    assert after != before


async def test_t4_what_was_pushed_before_the_comment_runs(story: Story) -> None:
    await story.pull.push("One more")
    await story.passes(5)
    await story.types("alice", LINE)
    (dispatched,) = story.github.dispatched
    assert dispatched.head_sha == story.pull.head_sha


async def test_t4_where_our_own_record_missed_a_push_the_activity_log_is_asked(story: Story) -> None:
    story.github.webhooks.drop("pull_request", times=9)
    await story.pull.push("Unheard of")
    await story.passes(5)
    await story.types("alice", LINE)
    (dispatched,) = story.github.dispatched
    assert dispatched.head_sha == story.pull.head_sha


async def test_t4_the_activity_log_counts_as_of_before_the_comment_too(story: Story) -> None:
    story.github.webhooks.drop("pull_request", times=9)
    await story.pull.push("Unheard of")
    await story.passes(5)
    story.github.webhooks.hold("issue_comment")
    story.pull.issue.add_comment(story.github.person("alice"), LINE, None)
    await story.passes(5)
    await story.pull.push("Unheard of as well, and after the comment")
    await story.github.webhooks.release()
    await story.settle()
    assert story.github.dispatched == []
    assert "head_moved" in story.answers()[0]


async def test_t4_of_two_pushes_in_one_second_the_last_is_the_head(story: Story) -> None:
    await story.pull.push("One")
    await story.pull.push("Another")
    await story.passes(5)
    await story.types("alice", LINE)
    (dispatched,) = story.github.dispatched
    assert dispatched.head_sha == story.pull.head_sha


async def test_t4_a_command_handled_too_late_needs_an_unmoved_head(story: Story) -> None:
    issue = story.repository.issue("alice")
    story.github.webhooks.hold("issue_comment")
    story.pull.issue.add_comment(story.github.person("alice"), LINE, None)
    issue.add_comment(story.github.person("alice"), "/run nightly.yml", None)
    await story.passes(16 * 60)
    await story.github.webhooks.release()
    await story.settle()
    assert [each.workflow for each in story.github.dispatched] == ["deploy.yml"]  # its head is recorded as unmoved
    assert "it was asked 16 minutes ago (`expired`)" in story.answers(issue)[0]


async def test_t1_a_run_on_another_commit_is_cancelled_and_the_request_voided(story: Story) -> None:
    silence = story.github.faults.silence("POST", "*/dispatches")
    await story.github.comments("alice", story.pull, LINE)
    await silence.begun.wait()
    story.repository.write("feature", {"evil.txt": "x"}, "Slipped in between", "alice")
    story.github.faults.release()
    await story.passes(1)
    run = story.github.runs[-1]
    await run.start()
    await story.passes(1)
    assert (run.status, run.conclusion) == ("completed", "cancelled")
    (answer,) = story.answers()
    assert answer.startswith("🚫 **Deploy was voided**") or "run_mismatch" in answer
    assert "is not what was asked for: its commit is HEAD" in answer


async def test_t1_nor_does_it_run_on_when_github_did_not_know_it_for_a_moment(story: Story) -> None:
    story.github.webhooks.hold("workflow_run")
    silence = story.github.faults.silence("POST", "*/dispatches")
    await story.github.comments("alice", story.pull, LINE)
    await silence.begun.wait()
    story.repository.write("feature", {"evil.txt": "x"}, "Slipped in between", "alice")
    story.github.faults.release()
    story.github.faults.status(404, "GET", "*/actions/runs/*")
    await story.settle()
    await story.passes(61)
    await story.passes(1)
    assert "GitHub no longer knows this run." in story.answers()[0]
    await story.passes(61)
    await story.passes(1)
    await story.github.webhooks.release()
    await story.passes(1)
    assert story.github.runs[-1].conclusion == "cancelled"
    assert "is not what was asked for: its commit is HEAD" in story.answers()[0]


async def test_t1_a_strangers_run_does_not_move_our_request(story: Story) -> None:
    await story.types("alice", LINE)
    stranger = await story.github.dispatches("bob", story.repository, "deploy.yml", inputs={"environment": "staging"})
    await stranger.play()
    await story.passes(1)
    assert story.answers()[0].startswith("⏳ **Deploy is waiting for a runner**")
