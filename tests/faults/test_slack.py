"""Each fault of Slack's in each thing that we ask of it, while somebody waits in a channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.slack import View
from tests.faults.world import OPS, SLACK, at_rest, begins, check, until
from tests.support.slack_story import SlackStory, talking

PASSED = "✅ Deploy passed"
RUN = ("users.info", "chat.postMessage", "chat.update")


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[SlackStory]:
    """A channel, and people in it who have linked their accounts."""
    async with talking(tmp_path) as world:
        yield world


@pytest.mark.parametrize("fault", SLACK)
@pytest.mark.parametrize("act", RUN)
async def test_a_run_ends_right_and_is_shown_once(chat: SlackStory, act: str, fault: str) -> None:
    strikes = SLACK[fault](chat.slack.faults, act)
    await chat.ops("alice", OPS)
    await until(chat, lambda: chat.github.dispatched, "a dispatch")
    await chat.github.runs[-1].start()
    await until(chat, chat.living, "a message")
    await chat.github.runs[-1].play()
    await until(chat, begins(chat, PASSED), "the end")
    await at_rest(chat)
    assert strikes.struck == 1
    await check(chat, states={"succeeded": 1})
    (message,) = chat.living()
    assert len(chat.thread(message)) == 1  # the details


@pytest.mark.parametrize("fault", SLACK)
async def test_an_answer_that_only_one_person_sees_arrives(chat: SlackStory, fault: str) -> None:
    """What is whispered can not be looked for, so whoever cut the line after the effect lets it be seen twice."""
    strikes = SLACK[fault](chat.slack.faults, "response_url")
    await chat.ops("alice", "help run")
    await until(chat, lambda: chat.whispers("alice"), "an answer")
    await at_rest(chat)
    assert strikes.struck == 1
    assert {each.partition("\n")[0] for each in chat.whispers("alice")} == {
        chat.whispers("alice")[0].partition("\n")[0]
    }
    assert len(chat.whispers("alice")) <= 2
    await check(chat, states={}, dispatched=0)


@pytest.mark.parametrize("fault", SLACK)
async def test_a_form_opens_at_the_latest_when_it_is_asked_for_again(chat: SlackStory, fault: str) -> None:
    await chat.slack.opens_home("alice")
    await chat.settle()
    strikes = SLACK[fault](chat.slack.faults, "views.open")
    await chat.slack.presses("alice", tab(chat), "run_form")
    await chat.settle()
    chat.slack.faults.release()
    await at_rest(chat)
    for view in chat.slack.views_of("alice"):
        await chat.slack.closes("alice", view)
    await chat.slack.presses("alice", tab(chat), "run_form")
    await chat.settle()
    assert strikes.struck == 1
    assert [view.kind for view in chat.slack.views_of("alice")] == ["modal"]
    await check(chat, states={}, dispatched=0)


def tab(chat: SlackStory) -> View:
    """The Home tab."""
    view = chat.slack.home_of("alice")
    assert view is not None
    return view


async def test_slack_and_github_fail_at_the_same_time(chat: SlackStory) -> None:
    chat.github.faults.status(502, "POST", "*/dispatches", after=True)
    chat.github.faults.drop("GET", "*/actions/workflows/*/runs", times=2)
    chat.slack.faults.drop("chat.*", times=3, after=True)
    await chat.ops("alice", OPS)
    await until(chat, lambda: chat.github.dispatched, "a dispatch")
    await chat.github.runs[-1].play()
    await until(chat, begins(chat, PASSED), "the end")
    await at_rest(chat)
    await check(chat, states={"succeeded": 1})
    assert len(chat.living()) == 1
