"""What the stories about faults share: how they strike, how a story goes on, and what must be true in the end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any, Final, Protocol

from bot.model.request import RequestState
from bot.sandbox.github.faults import Faults as GitHubFaults
from bot.sandbox.slack.faults import Faults as SlackFaults
from tests.support.slack_story import SlackStory
from tests.support.story import Story

LINE: Final = "/run deploy.yml environment=staging"
OPS: Final = "run acme/shop#1 deploy.yml environment=staging"
STEP_SECONDS: Final = 10
STEPS: Final = 60
"""Ten minutes: whatever a fault costs, it costs less."""
REST_SECONDS: Final = (5, 30, 60, 60)
MARKER: Final = re.compile(r"<!-- signalbox:(\S+) -->")
TAG: Final = "signalbox:"


class Struck(Protocol):
    """A fault that counts whom it struck."""

    struck: int


AtGitHub = Callable[[GitHubFaults, str, str], Struck]
GITHUB: Final[dict[str, AtGitHub]] = {
    "502 before the effect": lambda at, method, path: at.status(502, method, path),
    "502 after the effect": lambda at, method, path: at.status(502, method, path, after=True),
    "cut after the effect": lambda at, method, path: at.drop(method, path, after=True),
    "403 and when to come back": lambda at, method, path: at.rate_limited(method, path, retry_after=30),
    "403 and nothing else": lambda at, method, path: at.rate_limited(method, path, retry_after=None),
    "429": lambda at, method, path: at.rate_limited(method, path, retry_after=20, status=429),
    "silence, then the effect": lambda at, method, path: at.silence(method, path),
}
AtSlack = Callable[[SlackFaults, str], Struck]
SLACK: Final[dict[str, AtSlack]] = {
    "503 before the effect": lambda at, name: at.status(503, name),
    "503 after the effect": lambda at, name: at.status(503, name, after=True),
    "cut after the effect": lambda at, name: at.drop(name, after=True),
    "429": lambda at, name: at.rate_limited(name, retry_after=20),
    "silence, then the effect": lambda at, name: at.silence(name),
}


async def until(story: Story, true: Callable[[], Any], what: str) -> None:
    """Time passes in small steps, and what kept silent speaks, until it is true."""
    for _ in range(STEPS):
        if true():
            return
        story.github.faults.release()
        if isinstance(story, SlackStory):
            story.slack.faults.release()
        await story.passes(STEP_SECONDS)
    raise AssertionError(f"{what}: never, within {STEPS * STEP_SECONDS} s; {story.answers()}")


async def at_rest(story: Story) -> None:
    """Long enough for whatever might come too late, or twice."""
    for seconds in REST_SECONDS:
        await story.passes(seconds)


def begins(story: Story, start: str) -> Callable[[], bool]:
    """Whether the first living message says that."""
    return lambda: any(answer.startswith(start) for answer in living(story))


def living(story: Story) -> list[str]:
    """What is said about requests, on the surface that the story plays on."""
    said = story.answers()
    if isinstance(story, SlackStory):
        said += [story.read(seen) for seen in story.living()]
    return said


async def check(story: Story, *, states: dict[str, int], dispatched: int = 1) -> None:
    """Nothing twice, nothing held, and what is said is so."""
    async with story.bot.units.read() as unit:
        jobs = await unit.jobs.all()
        requests = await unit.requests.standing(set(RequestState))
    assert [job for job in jobs if job.state == "held"] == []
    rounds = {kind for kind, _ in story.bot.engine._schedules}
    assert {job.kind for job in jobs} <= rounds, jobs
    assert len(story.github.dispatched) == dispatched
    assert Counter(request.state.value for request in requests) == states
    assert set(marks(story).values()) <= {1}, marks(story)


def marks(story: Story) -> Counter[str]:
    """Each message that more than one person sees, by what it is found again by."""
    found = Counter(MARKER.findall("\n".join(comment.body for comment in story.pull.issue.comments)))
    if isinstance(story, SlackStory):
        said = [message for channel in story.slack.world.channels.values() for message in channel.messages]
        ids = [str(message.blocks[0].get("block_id", "")) for message in said if message.to is None and message.blocks]
        found += Counter(each for each in ids if each.startswith(TAG))
    return found
