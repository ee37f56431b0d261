"""A request shows in several places at once: where it was typed, on its pull request, and in the channels that the
configuration names. What happens in one of them shows in all (T22)."""

from __future__ import annotations

from pathlib import Path

from tests.support.configured import CONFIG, files
from tests.support.slack_story import CHANNEL, SlackStory, talking

SHOWN = files(CONFIG.replace("    permission: maintain\n", '    approvals: {count: 1}\n    notify: "#deploys"\n'))
UNBOUND = (
    "Requests for production do not show in #\u2060deploys: no channel of this name that I am in belongs to acme/shop. "
    "There, use acme/shop makes it so."
)


async def bound(story: SlackStory) -> None:
    await story.ops("bob", "use acme/shop")


async def test_what_is_typed_on_github_is_approved_in_slack_and_both_show_it(tmp_path: Path) -> None:
    async with talking(tmp_path, files=SHOWN) as story:
        await bound(story)
        await story.types("bob", "/ship production")
        shown = story.living()[-1]
        assert story.read(shown).startswith("⏳ Ship waits for an approval")
        assert "also in acme/shop#1" in story.read(shown)
        assert story.answers()[0].startswith("⏳ **Ship waits** for an approval")
        await story.presses("carol", shown, "approve")
        assert len(story.github.dispatched) == 1
        await story.passes(2)
        assert "approved by carol" in story.read(story.living()[-1])
        assert "approved by carol · also in [Slack](" in story.answers()[0]
        await story.github.runs[-1].play()
        await story.passes(2)
        assert story.answers()[0].startswith("✅ **Ship passed**")
        assert story.read(story.living()[-1]).startswith("✅ Ship passed")
        assert len(story.living()) == 1


async def test_what_is_typed_in_slack_shows_on_the_pull_request_and_is_cancelled_there(tmp_path: Path) -> None:
    async with talking(tmp_path, files=SHOWN) as story:
        story.slack.channel("#elsewhere", members=["alice", "bob", "carol"])
        await bound(story)
        await story.ops("bob", "ship acme/shop#1 production", channel="#elsewhere")
        await story.passes(2)
        assert story.answers()[0].startswith("⏳ **Ship waits** for an approval")
        assert len(story.living("#elsewhere")) == 1
        assert len(story.living()) == 1
        await story.types("bob", "/cancel")
        await story.passes(2)
        assert story.answers()[0].startswith("🚫 **Ship was cancelled**")
        for channel in ("#deploys", "#elsewhere"):
            assert story.read(story.living(channel)[-1]).startswith("🚫 Ship was cancelled")
        assert story.github.dispatched == []


async def test_a_request_typed_in_the_channel_that_is_named_shows_there_once(tmp_path: Path) -> None:
    async with talking(tmp_path, files=SHOWN) as story:
        await bound(story)
        await story.ops("bob", "ship #1 production")
        await story.passes(5)
        assert len(story.living()) == 1
        assert len(story.answers()) == 1


async def test_t22_a_channel_that_nobody_gave_to_the_repository_hears_nothing_and_whoever_asked_is_told_once(
    tmp_path: Path,
) -> None:
    async with talking(tmp_path, files=SHOWN) as story:
        await story.types("bob", "/ship production")
        await story.types("bob", "/ship production dry_run=true")
        await story.passes(5)
        assert story.living() == []
        assert sum(UNBOUND in answer for answer in story.answers()) == 1


async def test_t22_a_channel_that_became_shared_hears_nothing_more(tmp_path: Path) -> None:
    async with talking(tmp_path, files=SHOWN) as story:
        await bound(story)
        story.slack.where(CHANNEL).connected.append(story.slack.workspace("partner"))
        await story.passes(61)
        await story.types("bob", "/ship production")
        await story.passes(5)
        assert story.living() == []
        assert "is shared with another organisation by now" in story.answers()[-1]


async def test_what_touches_no_environment_shows_where_it_was_typed_alone(tmp_path: Path) -> None:
    async with talking(tmp_path, files=SHOWN) as story:
        await bound(story)
        await story.ops("bob", "run #1 nightly.yml")
        await story.types("bob", "/run nightly.yml")
        await story.passes(5)
        assert len(story.living()) == 1
        assert len(story.answers()) == 1
