"""What an operator's log shows of a command: one line per step, and ids that lead from the door to the last job."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from bot import log
from bot.sandbox.github.github import SandboxGitHub
from tests.support.slack_story import SlackStory
from tests.support.story import Story

Line = dict[str, Any]


class Written:
    """The log as machines read it."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def lines(self, **fields: str) -> Sequence[Line]:
        """Those with these fields, oldest first."""
        found: list[Line] = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in found if fields.items() <= line.items()]


@pytest.fixture
def written() -> Iterator[Written]:
    """Everything from here on, beside what pytest catches for itself."""
    found, root = Written(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    log.configure("debug", "json", (), found.stream)
    root.handlers.extend(handlers)
    yield found
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def guid_of_comment(github: SandboxGitHub) -> str:
    """The first: the bot's own comments come later."""
    return next(each.guid for each in github.webhooks.deliveries if each.event == "issue_comment")


async def test_a_comment_can_be_followed_from_the_door_to_the_end(story: Story, written: Written) -> None:
    await story.types("alice", "/run deploy.yml environment=staging")
    await story.github.runs[-1].play()
    await story.passes(2)
    guid = guid_of_comment(story.github)
    (door,) = written.lines(action="delivery_taken", delivery=guid)
    (noted,) = written.lines(action="command_noted", delivery=guid)
    assert door["connection"] == noted["connection"]
    assert (noted["job"], noted["result"]) == ("delivery", "request_opened")
    moves = written.lines(action="request_moved", request=noted["request"])
    assert [(line["state"], line["job"]) for line in moves] == [
        ("dispatching", "dispatch"),
        ("running", "dispatch"),
        ("succeeded", "delivery"),
    ]
    assert moves[-1]["delivery"] != guid  # it was another delivery that told how the run ended


async def test_lines_of_one_command_never_carry_the_code_of_another(story: Story, written: Written) -> None:
    await story.types("alice", "/run deploy.yml environment=staging\n/run nightly.yml")
    await story.passes(5)
    codes = {line["request"] for line in written.lines(action="command_noted", result="request_opened")}
    assert len(codes) == 2
    for line in written.lines(job="dispatch"):
        assert line["request"] in codes
        assert "delivery" not in line
    dispatched = {line["request"]: line["key"] for line in written.lines(action="request_moved", state="running")}
    assert dispatched.keys() == codes
    assert len(set(dispatched.values())) == 2


async def test_what_fails_inside_a_job_names_the_request(story: Story, written: Written) -> None:
    story.github.faults.status(502, "POST", "*/dispatches", times=1)
    await story.types("alice", "/run deploy.yml environment=staging")
    (opened,) = written.lines(action="command_noted", result="request_opened")
    troubled = [line for line in written.lines(job="dispatch") if line["action"] != "request_moved"]
    assert troubled
    assert {line["request"] for line in troubled} == {opened["request"]}


async def test_every_line_of_ours_has_an_action(chat: SlackStory, written: Written) -> None:
    await chat.ops("alice", "run acme/shop#1 deploy.yml environment=staging")
    await chat.ops("rita", "run acme/shop#1 deploy.yml environment=staging")
    await chat.github.runs[-1].play()
    await chat.passes(2)
    ours = [line for line in written.lines() if line["logger"].startswith("bot.") and "sandbox" not in line["logger"]]
    assert len(ours) > 5
    assert [line["message"] for line in ours if "action" not in line] == []
    assert [line for line in ours if line.get("job") == "delivery" and "delivery" not in line] == []


async def test_no_names_of_people_get_into_the_log(chat: SlackStory, written: Written) -> None:
    await chat.ops("alice", "run acme/shop#1 deploy.yml environment=staging")
    await chat.ops("rita", "run acme/shop#1 deploy.yml environment=staging")
    ours = [line for line in written.lines(level="info") if "sandbox" not in line["logger"]]
    assert ours
    text = json.dumps(ours)
    assert [name for name in ("alice", "rita", "xoxb", "ghs_", "staging") if name in text] == []
