"""The demo as somebody meets it who has just cloned the repository: a real process, and its prompt in a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot import demo
from bot.demo import stage
from bot.demo.stage import Stage, Story
from bot.demo.stories import STORIES
from bot.demo.window import Page

PATIENCE_SECONDS = 120
ROOT = Path(__file__).resolve().parents[1]
COLOUR = re.compile(r"\x1b\[\d*m")
DEMO = [sys.executable, "-m", "bot", "demo"]
PROMPT = """
import asyncio
from bot import demo
demo.STORIES = [story for story in demo.STORIES if "nobody knows yet" in story.title]
asyncio.run(demo.play(once=False, port=0))
"""
"""The demo with only the story in which alice links her accounts."""


def environment() -> dict[str, str]:
    """Only what a process needs, so that nothing of this machine's environment plays along."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT)}


class Terminal:
    """What somebody before the demo sees, and types."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._unread = ""

    def reads(self, *words: str) -> str:
        """Everything up to the last of these words, which come in this order."""
        return "".join(self._until(word) for word in words)

    def types(self, line: str) -> None:
        os.write(self._descriptor, f"{line}\n".encode())

    def _until(self, word: str) -> str:
        until = time.monotonic() + PATIENCE_SECONDS
        while word not in self._unread:
            ready, _, _ = select.select([self._descriptor], [], [], max(0.0, until - time.monotonic()))
            assert ready, f"{word!r} did not come, but {self._unread!r}"
            self._unread += COLOUR.sub("", os.read(self._descriptor, 65_536).decode(errors="replace"))
        before, _, self._unread = self._unread.partition(word)
        return before + word


@contextmanager
def terminal(folder: Path) -> Iterator[Terminal]:
    """The prompt in a terminal of its own, until the block ends."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", PROMPT]
    process = subprocess.Popen(command, cwd=folder, env=environment(), stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    try:
        yield Terminal(ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@pytest.mark.slow
def test_every_story_reads_as_it_should(tmp_path: Path) -> None:
    done = subprocess.run(
        [*DEMO, "--once"], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=PATIENCE_SECONDS
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, *_ = done.stdout.splitlines()
    named = r"Signalbox serves at {0}, the sandbox GitHub at {0}, the sandbox Slack at {0}\."
    assert re.fullmatch(named.format(r"http://127\.0\.0\.1:\d+"), first)
    for story in STORIES:
        assert f"\n{story.title}\n" in done.stdout
    for line in (
        "  signalbox in #deploys  [only alice sees this]",
        "    [Link my GitHub account]",
        "    Link these two accounts?  [Yes, show me the code]",
        "    [Re-run] [Re-run failed] [Show on GitHub]",
        "  signalbox in #deploys  [only rita sees this]",
    ):
        assert f"\n{line}\n" in done.stdout
    assert re.search(r"\n  \.\.\. 🔄 Deploy is running", done.stdout)


@pytest.mark.slow
def test_the_prompt_speaks_in_both_places(tmp_path: Path) -> None:
    with terminal(tmp_path) as screen:
        screen.reads("The stories took", "alice on acme/shop#1> ")
        screen.types(":slack")
        screen.reads("alice in #deploys> ")
        screen.types("/ops whoami")
        screen.reads("[only alice sees this]", "You are `alice` on GitHub")
        screen.types("/ops run acme/shop#1 deploy.yml environment=staging")
        screen.reads("signalbox in #deploys (1)", "`/ops cancel ", "[Cancel]")
        screen.types(":press cancel")
        screen.reads("It asks first: This stops request", "... 🚫 Deploy was cancelled")
        screen.types(":thread 1")
        screen.reads("alice in #deploys, thread (1)> ")
        screen.types("@signalbox status")
        screen.reads("🚫 cancelled")
        screen.types(":as carol")
        screen.types(":link")
        found = re.search(r"1\. Open (http://127\.0\.0\.1:\d+/link/slack/\S+)", screen.reads("ABCD-EFGH"))
        assert found is not None
        screen.types(":home")
        screen.reads("Hello @carol, I do not know who you are", "[Link my GitHub account]")
        screen.types(":press no such button")
        screen.reads("That can not be done: no button “no such button” is before carol.")
        screen.types(":github")
        screen.reads("carol on acme/shop#1> ")
        screen.types("/whoami")
        screen.reads("Your role in acme/shop is admin")


async def test_a_story_that_reads_otherwise_fails_the_demo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def wrong(told: Stage) -> None:
        await told.types("alice", "help")
        await told.reads("What can be typed here")  # it is for alice alone

    monkeypatch.setattr(stage, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(demo, "STORIES", (Story(title="Help for everybody", tell=wrong),))
    assert await demo.play(once=True, port=0) == 1
    said = capsys.readouterr()
    assert said.err == "Not as it should be: Help for everybody.\n"
    assert "(waited 0.5 s for: What can be typed here)" in said.out


def test_a_page_as_a_person_sees_it() -> None:
    html = (
        '<h1>Who is it?</h1><p>Press one.</p><form method="post" action="/answer">'
        '<input type="hidden" name="state" value="a&amp;b"><button name="login" value="bob">Continue as bob</button>'
        "<button>Cancel</button></form>"
    )
    page = Page("http://127.0.0.1:1/ask?x=1", html)
    assert (page.heading, page.action) == ("Who is it?", "http://127.0.0.1:1/answer")
    assert page.fields == {"state": "a&b"}
    assert page.buttons == {"Continue as bob": {"login": "bob"}, "Cancel": {}}
    assert "Press one." in page.words
