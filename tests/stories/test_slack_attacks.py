"""What people try in Slack who want to know, run or say more than they may: each test names the rule that stops it."""

from __future__ import annotations

from pathlib import Path

from tests.support.slack_story import SlackStory, talking
from tests.support.story import DEPLOY

HIDDEN, MISSING = "acme/secret", "acme/nothing"
WORKFLOWS = {".github/workflows/deploy.yml": DEPLOY}


async def answers(chat: SlackStory, who: str, words: str) -> tuple[int, list[str]]:
    """How many private answers came at once, and all that came in the end."""
    before = len(chat.whispers(who))
    await chat.ops(who, words)
    at_once = len(chat.whispers(who)) - before
    await chat.passes(3)
    return at_once, chat.whispers(who)[before:]


async def test_t22_however_often_somebody_asks_a_hidden_repository_answers_like_a_missing_one(tmp_path: Path) -> None:
    async with talking(tmp_path, linked=("mallory",)) as chat:
        chat.github.repository(HIDDEN, private=True, files=WORKFLOWS, roles={"alice": "admin"})
        await chat.settle()
        for _ in range(5):
            at_once, hidden = await answers(chat, "mallory", f"runs {HIDDEN}")
            assert (at_once, [each.replace(HIDDEN, MISSING) for each in hidden]) == await answers(
                chat, "mallory", f"runs {MISSING}"
            )
