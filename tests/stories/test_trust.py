"""Forks (T15): nothing of theirs runs before somebody with write looked at that very commit and said so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox.github.pulls import PullRequest
from tests.support.slack_story import talking
from tests.support.story import Story, telling

SHIP = """\
name: Ship
on:
  workflow_dispatch:
    inputs:
      signalbox_sha: {type: string, required: false}
jobs:
  ship: {runs-on: ubuntu-latest, steps: [{run: make ship}]}
"""
FILES = {".github/workflows/ship.yml": SHIP}
REMEMBER = {**FILES, ".github/signalbox.yml": "version: 1\ntrust: {remember: pr}\n"}
LINE = "/run ship.yml"
MAIN = "refs/heads/main"


@dataclass(slots=True)
class Fork:
    """A pull request of frank's, whose fork calls its branch as ours is called."""

    story: Story
    pull: PullRequest

    @property
    def head(self) -> str:
        return self.pull.head_sha

    @property
    def line(self) -> str:
        """What somebody types who looked at the head."""
        return f"/trust {self.head[:12]}"

    async def types(self, who: str, text: str) -> str:
        """The newest answer that it got."""
        await self.story.types(who, text, self.pull)
        return self.story.answers(self.pull)[-1]

    async def pushes(self) -> None:
        await self.pull.push("Something else")
        await self.story.passes(5)

    def ran(self) -> list[tuple[str, str]]:
        """Which branch's workflow was started with which commit."""
        return [(each.ref, str(each.inputs.get("signalbox_sha"))) for each in self.story.github.dispatched]


async def forked(story: Story) -> Fork:
    story.github.person("frank")
    pull = story.repository.pull_request("frank", "main", fork="frank", title="From outside")
    await story.passes(60)
    return Fork(story=story, pull=pull)


@pytest.fixture
async def fork(tmp_path: Path) -> AsyncIterator[Fork]:
    """A repository to which frank may not push."""
    async with telling(tmp_path, files=FILES) as story:
        yield await forked(story)


@pytest.fixture
async def lasting(tmp_path: Path) -> AsyncIterator[Fork]:
    """The same where the configuration lets trust reach later commits."""
    async with telling(tmp_path, files=REMEMBER) as story:
        yield await forked(story)


async def test_t15_a_fork_runs_once_its_commit_is_trusted_with_the_default_branchs_workflow(fork: Fork) -> None:
    refused = await fork.types("alice", LINE)
    assert "the head lies in a fork" in refused
    assert "(`fork_untrusted`)" in refused
    assert f"type `/trust {fork.head[:12]}`" in refused
    assert fork.ran() == []
    assert await fork.types("bob", fork.line) == (
        f"🤝 **bob trusts `{fork.head[:12]}`** of `#2`, which lies in a fork: it can be run now.\n\n"
        "What is pushed after it has to be looked at and trusted by itself.\n\n"
        "It counts until 1 Mar 2027, 09:02 UTC as long as bob has write. To take it back, type `/trust --revoke`."
    )
    await fork.types("alice", LINE)
    assert fork.ran() == [(MAIN, fork.head)]


async def test_t15_what_is_pushed_later_is_not_trusted(fork: Fork) -> None:
    await fork.types("bob", fork.line)
    await fork.pushes()
    assert "fork_untrusted" in await fork.types("alice", LINE)
    assert fork.ran() == []
    await fork.types("bob", fork.line)
    await fork.types("alice", LINE)
    assert fork.ran() == [(MAIN, fork.head)]


async def test_later_commits_only_where_the_configuration_says_so(fork: Fork) -> None:
    answer = await fork.types("bob", f"{fork.line} --remember pr")
    assert "the configuration does not let trust reach later commits (`arguments`)" in answer
    assert "fork_untrusted" in await fork.types("alice", LINE)


async def test_later_commits_where_it_says_so(lasting: Fork) -> None:
    answer = await lasting.types("bob", f"{lasting.line} --remember pr")
    assert "What is pushed to `#2` later is trusted as well." in answer
    await lasting.pushes()
    await lasting.types("alice", LINE)
    assert lasting.ran() == [(MAIN, lasting.head)]


async def test_without_a_word_of_it_later_commits_are_not_meant(lasting: Fork) -> None:
    await lasting.types("bob", lasting.line)
    await lasting.pushes()
    assert "fork_untrusted" in await lasting.types("alice", LINE)


async def test_it_is_taken_back_by_whoever_has_write(fork: Fork) -> None:
    await fork.types("bob", fork.line)
    assert await fork.types("alice", "/trust --revoke") == (
        "🚫 Nothing of `#2` is trusted any more. What runs already goes on: `/cancel` stops it."
    )
    assert "fork_untrusted" in await fork.types("alice", LINE)
    assert fork.ran() == []
    assert await fork.types("bob", "/trust --revoke") == (
        "Nothing of `#2` was trusted, so there is nothing to take back."
    )


async def test_t28_who_trusted_it_has_to_have_write_still(fork: Fork) -> None:
    await fork.types("bob", fork.line)
    fork.story.repository.role("bob", "triage")
    assert "fork_untrusted" in await fork.types("alice", LINE)
    assert fork.ran() == []


async def test_t28_it_is_enough_that_one_of_them_has(fork: Fork) -> None:
    await fork.types("bob", fork.line)
    await fork.types("carol", fork.line)
    fork.story.repository.role("carol", "read")
    await fork.types("alice", LINE)
    assert fork.ran() == [(MAIN, fork.head)]


@pytest.mark.parametrize("who", ["rita", "tara"])
async def test_it_needs_write(fork: Fork, who: str) -> None:
    answer = await fork.types(who, fork.line)
    assert "trust needs write (`permission`)" in answer
    assert "fork_untrusted" in await fork.types("alice", LINE)
    await fork.types("bob", fork.line)
    assert "trust needs write (`permission`)" in await fork.types(who, "/trust --revoke")
    await fork.types("alice", LINE)
    assert len(fork.ran()) == 1


async def test_nobody_trusts_their_own_pull_request(fork: Fork) -> None:
    fork.story.repository.role("frank", "admin")
    assert "frank opened #\u20602 (`self_approval`)" in await fork.types("frank", fork.line)
    assert "fork_untrusted" in await fork.types("frank", LINE)
    assert fork.ran() == []


async def test_t30_an_app_does_not_trust_in_somebodys_name(fork: Fork) -> None:
    helper = fork.story.github.register_app(slug="helper", events=())
    fork.pull.issue.add_comment(fork.story.github.person("bob"), fork.line, helper)
    await fork.story.settle()
    assert "an app wrote the comment (`machine_written`)" in fork.story.answers(fork.pull)[-1]
    assert "fork_untrusted" in await fork.types("alice", LINE)


@pytest.mark.parametrize("letters", [0, 7, 11])
async def test_t4_a_commit_is_named_by_twelve_letters(fork: Fork, letters: int) -> None:
    await fork.types("bob", f"/trust {fork.head[:letters]}".strip())
    assert "fork_untrusted" in await fork.types("alice", LINE)


async def test_t4_the_commit_of_an_older_push_is_not_the_head(fork: Fork) -> None:
    line = fork.line
    await fork.pushes()
    answer = await fork.types("bob", line)
    assert f"was named, and the head is {fork.head[:12]} (`head_moved`)" in answer
    assert "fork_untrusted" in await fork.types("alice", LINE)


async def test_t4_nor_is_one_that_was_pushed_before_the_word_was_heard(fork: Fork) -> None:
    fork.story.github.webhooks.hold("issue_comment")
    fork.pull.issue.add_comment(fork.story.github.person("bob"), fork.line, None)
    await fork.story.passes(5)
    await fork.pull.push("Slipped in between")
    await fork.story.github.webhooks.release()
    await fork.story.passes(5)
    assert "(`head_moved`)" in fork.story.answers(fork.pull)[-1]
    assert "fork_untrusted" in await fork.types("alice", LINE)


async def test_t4_where_no_head_was_recorded_the_whole_id_is_needed(tmp_path: Path) -> None:
    async with telling(tmp_path, files=FILES) as story:
        story.github.webhooks.drop("pull_request", times=9)
        fork = await forked(story)
        assert "(`not_pinnable`)" in await fork.types("bob", fork.line)
        assert "bob trusts" in await fork.types("bob", f"/trust {fork.head}")
        await fork.types("alice", LINE)
        assert fork.ran() == [(MAIN, fork.head)]


async def test_a_comment_that_was_edited_into_it_says_nothing(fork: Fork) -> None:
    comment = await fork.story.github.comments("bob", fork.pull, "Looks fine")
    await comment.edit(fork.line)
    await fork.story.settle()
    assert fork.story.answers(fork.pull) == []
    assert "fork_untrusted" in await fork.types("alice", LINE)


async def test_what_is_ours_needs_no_trust(fork: Fork) -> None:
    await fork.story.types("bob", f"/trust {fork.story.pull.head_sha[:12]}")
    assert "lies in this repository (`arguments`)" in fork.story.answers()[-1]
    issue = fork.story.repository.issue("alice")
    for line in (fork.line, "/trust --revoke"):
        await fork.story.types("bob", line, issue)
        assert "is no pull request (`where`)" in fork.story.answers(issue)[-1]


async def test_a_closed_pull_request_is_not_trusted(fork: Fork) -> None:
    await fork.pull.close()
    assert "is closed (`closed`)" in await fork.types("bob", fork.line)


async def test_trust_in_one_pull_request_is_none_in_another_of_the_same_commit(fork: Fork) -> None:
    await fork.types("bob", fork.line)
    twin = fork.story.repository.pull_request("frank", "other", fork="frank", files={"x": "y"})
    await fork.story.passes(60)
    await fork.story.types("alice", LINE, twin)
    assert "fork_untrusted" in fork.story.answers(twin)[-1]


async def test_it_is_taken_back_while_a_request_waits_for_github(fork: Fork) -> None:
    await fork.types("bob", fork.line)
    fork.story.github.faults.status(503, "POST", "*/dispatches")
    await fork.story.github.comments("alice", fork.pull, LINE)
    await fork.story.settle()
    await fork.types("bob", "/trust --revoke")
    fork.story.github.faults.clear()
    for _ in range(4):
        await fork.story.passes(120)
    assert fork.ran() == []
    assert any("fork_untrusted" in answer for answer in fork.story.answers(fork.pull))


async def test_trust_of_somebody_linked_in_slack_counts_on_github(tmp_path: Path) -> None:
    async with talking(tmp_path, files=FILES) as chat:
        fork = await forked(chat)
        await chat.ops("bob", f"trust acme/shop#2 {fork.head[:12]}")
        (answer,) = chat.whispers("bob")
        assert answer.startswith(f"🤝 bob trusts `{fork.head[:12]}` of `#2`, which lies in a fork: it can be run now.")
        assert answer.endswith("To take it back, type `/ops trust acme/shop#2 --revoke`.")
        await chat.types("alice", LINE, fork.pull)
        assert fork.ran() == [(MAIN, fork.head)]


async def test_in_slack_it_takes_a_link_and_a_pull_request(tmp_path: Path) -> None:
    async with talking(tmp_path, files=FILES) as chat:
        fork = await forked(chat)
        chat.slack.person("mallory")
        await chat.ops("mallory", f"trust acme/shop#2 {fork.head[:12]}")
        await chat.ops("bob", f"trust acme/shop {fork.head[:12]}")
        assert "acme/shop is no pull request" in chat.whispers("bob")[-1]
        await chat.ops("rita", f"trust acme/shop#2 {fork.head[:12]}")
        assert "trust needs write" in chat.whispers("rita")[-1]
        assert "fork_untrusted" in await fork.types("alice", LINE)


async def test_explain_says_whether_it_may_be_trusted_and_trusts_nothing(fork: Fork) -> None:
    said = await fork.types("bob", f"/explain trust {fork.head[:12]}")
    assert "bob did not open" in said
    fork.story.repository.role("frank", "write")
    assert "(`self_approval`)" in await fork.types("frank", f"/explain trust {fork.head[:12]}")
    assert "is no pull request" not in await fork.types("bob", "/explain trust --revoke")
    assert "fork_untrusted" in await fork.types("alice", LINE)
