"""Slack limits, fails or is silent: what has to be said arrives afterwards, and once."""

from __future__ import annotations

import pytest

from tests.support.slack_story import CHANNEL, SlackStory

LINE = "run acme/shop#1 deploy.yml environment=staging"


AWAY = (
    "⏳ {service} does not answer right now. Your command waits; I go on by myself, until 21 Nov 2026, 13:01 UTC at "
    f"the latest.\n\nIt was `/ops {LINE}`."
)
NOT_RUN = (
    f"⌛ Not run: {{service}} did not answer for 4 h, so `/ops {LINE}` was given up and nothing was started. "
    "(`upstream_unavailable`)\n\nNext: type it again once {service} answers."
)


async def ends(chat: SlackStory) -> None:
    await chat.github.runs[-1].play()
    await chat.passes(1)


async def later(chat: SlackStory, minutes: int = 15) -> None:
    """Time in small steps, for what is tried again and again."""
    for _ in range(minutes * 3):
        await chat.passes(20)


async def long(chat: SlackStory) -> None:
    """More than four hours, in steps of five minutes."""
    for _ in range(50):
        await chat.passes(300)


def states(chat: SlackStory) -> list[str]:
    return [chat.read(each).partition(" · ")[0] for each in chat.living()]


async def test_slack_asks_to_wait_before_the_first_message(chat: SlackStory) -> None:
    chat.slack.faults.rate_limited("chat.postMessage", retry_after=30)
    await chat.ops("alice", LINE)
    await chat.passes(1)
    assert chat.living() == []
    await chat.passes(28)
    assert len(chat.slack.called("chat.postMessage")) == 1  # it is not asked again before its time
    await chat.passes(5)
    assert states(chat) == ["⏳ Deploy is waiting for a runner"]


async def test_slack_asks_to_wait_before_an_edit(chat: SlackStory) -> None:
    await chat.ops("alice", LINE)
    await chat.passes(1)
    chat.slack.faults.rate_limited("chat.update", retry_after=30)
    await ends(chat)
    before = len(chat.slack.called("chat.update"))
    assert states(chat) == ["⏳ Deploy is waiting for a runner"]
    await chat.passes(27)
    assert len(chat.slack.called("chat.update")) == before
    await chat.passes(10)
    assert states(chat) == ["✅ Deploy passed in 1 s"]
    await chat.passes(60)
    assert len(chat.living()) == 1


async def test_slack_is_down_after_the_command(chat: SlackStory) -> None:
    chat.slack.faults.status(503, "chat.*", times=5)
    await chat.ops("alice", LINE)
    await chat.passes(1)
    assert chat.living() == []
    assert len(chat.github.dispatched) == 1  # GitHub does not wait for Slack
    await ends(chat)
    await later(chat)
    assert states(chat) == ["✅ Deploy passed in 1 s"]
    assert [each.partition("\n")[0] for each in chat.thread(chat.living()[0])] == ["The details of `CODE`"]


@pytest.mark.parametrize("after", [False, True])
async def test_slack_cuts_the_line_while_a_message_is_posted(chat: SlackStory, after: bool) -> None:
    chat.slack.faults.drop("chat.postMessage", after=after)
    await chat.ops("alice", LINE)
    await chat.passes(1)
    await ends(chat)
    await later(chat, 3)
    assert states(chat) == ["✅ Deploy passed in 1 s"]
    assert len(chat.thread(chat.living()[0])) == 1


async def test_slack_is_down_when_an_answer_is_due(chat: SlackStory) -> None:
    chat.slack.faults.status(503, "response_url", times=1)
    chat.slack.faults.status(503, "chat.*", times=3)
    await chat.ops("alice", "help run")
    await later(chat, 3)
    (answer,) = chat.whispers("alice")
    assert answer.startswith("`/ops run <workflow file>")


async def test_slack_is_down_when_it_is_asked_who_that_is(chat: SlackStory) -> None:
    chat.slack.faults.status(503, "users.info", times=2)
    await chat.ops("alice", LINE)
    assert chat.github.dispatched == []
    await later(chat, 2)
    assert len(chat.github.dispatched) == 1
    assert chat.whispers("alice") in ([], [AWAY.format(service="Slack")])


async def test_that_a_command_waits_is_not_said_once_it_runs(chat: SlackStory) -> None:
    for whispering in ("response_url", "chat.postEphemeral"):
        chat.slack.faults.status(503, whispering, times=10**6)
    chat.slack.faults.status(503, "users.info", times=5)
    await chat.ops("alice", LINE)
    await later(chat, 5)
    assert len(chat.github.dispatched) == 1
    chat.slack.faults.clear()
    await later(chat, 5)
    assert len(chat.living()) == 1
    assert chat.whispers("alice") == []


async def test_slack_never_says_who_that_is(chat: SlackStory) -> None:
    chat.slack.faults.status(503, "users.info", times=10**6)
    await chat.ops("alice", LINE)
    await long(chat)
    assert chat.whispers("alice") == [each.format(service="Slack") for each in (AWAY, NOT_RUN)]
    assert chat.github.dispatched == []


async def test_slack_does_not_say_which_channel_that_is(chat: SlackStory) -> None:
    chat.slack.faults.status(503, "conversations.info", times=2)
    await chat.ops("alice", LINE)
    await later(chat, 2)
    assert len(chat.living()) == 1


async def test_github_never_answers(chat: SlackStory) -> None:
    chat.github.faults.status(503, "GET", "*collaborators*", times=10**6)
    await chat.ops("alice", LINE)
    await long(chat)
    assert chat.whispers("alice") == [each.format(service="GitHub") for each in (AWAY, NOT_RUN)]
    assert chat.github.dispatched == []


async def test_the_response_url_is_used_up(chat: SlackStory) -> None:
    chat.slack.faults.status(404, "response_url", times=1)
    await chat.ops("alice", "help run")
    await chat.passes(5)
    (answer,) = chat.whispers("alice")
    assert answer.startswith("`/ops run <workflow file>")


async def test_many_requests_at_once_keep_slacks_pace(chat: SlackStory) -> None:
    chat.slack.tiers.switched_on = True
    for _ in range(6):
        await chat.slack.command("alice", CHANNEL, f"/ops {LINE}")
    await chat.settle()
    for _ in range(20):
        await chat.passes(1)
    for run in chat.github.runs:
        await run.play()
    for _ in range(30):
        await chat.passes(1)
    assert len(states(chat)) == 6
    assert {each.partition(" in ")[0] for each in states(chat)} == {"✅ Deploy passed"}
    assert [each for each in chat.slack.journal if each.status == 429] == []
