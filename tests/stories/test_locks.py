"""Locks on pull requests: taken, taken away, ended by themselves; and the queue of those whom they hold back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.configured import CONFIG, files
from tests.support.story import CODE, Story, telling

GATE = "    permission: maintain\n"
ONE_AT_A_TIME = CONFIG.replace(GATE, "    lock: true\n")
FREE = CONFIG.replace(GATE, "    {}\n").replace("  production:\n    {}\n", "  production: {}\n")


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    async with telling(tmp_path, files=files(ONE_AT_A_TIME)) as story:
        yield story


def sent(story: Story) -> int:
    return len(story.github.dispatched)


def first_lines(story: Story) -> list[str]:
    """How each request of the thread stands."""
    return [said.split("\n")[0].split(" · ")[0] for said in story.answers()]


def codes(story: Story) -> list[str]:
    """Of the requests of the thread."""
    said = [said.body for said in story.github.thread(story.pull) if said.author.endswith("[bot]")]
    return [found[0] for found in (CODE.search(body.split("\n")[0]) for body in said) if found]


async def ends(story: Story) -> None:
    """The newest run ends, and everything that follows from it happens."""
    await story.github.runs[-1].play()
    await story.passes(10)


# --- the queue -----------------------------------------------------------------------------------------------------


async def test_three_go_one_after_another_by_themselves(story: Story) -> None:
    for who in ("alice", "bob", "carol"):
        await story.types(who, "/ship production")
        await story.passes(1)
    assert sent(story) == 1
    assert "CODE is on its way to production and has not ended. It is next in the queue." in story.answers()[1]
    assert "It is number 2 in the queue." in story.answers()[2]
    await ends(story)
    assert sent(story) == 2
    assert first_lines(story)[2] == "⏳ **Ship waits** for a lock"
    assert "It is next in the queue." in story.answers()[2]
    await ends(story)
    await ends(story)
    assert sent(story) == 3
    assert [line.split(" in ")[0] for line in first_lines(story)] == ["✅ **Ship passed**"] * 3


async def test_what_fails_or_is_cancelled_lets_the_next_one_go(story: Story) -> None:
    await story.types("alice", "/ship production")
    await story.passes(1)
    await story.types("bob", "/ship production")
    await story.types("carol", "/ship production")
    running, queued = codes(story)[:2]
    await story.types("alice", f"/cancel {queued}")
    await story.passes(1)
    assert first_lines(story)[1].startswith("🚫 **Ship was cancelled**")
    assert "It is next in the queue." in story.answers()[2]
    await story.types("alice", f"/cancel {running}")
    await story.passes(10)
    assert sent(story) == 2
    assert first_lines(story)[2] == "⏳ **Ship is waiting for a runner**"


async def test_after_a_day_in_the_queue_it_is_given_up(story: Story) -> None:
    await story.types("alice", "/ship production")
    await story.passes(1)
    await story.types("bob", "/ship production")
    for _ in range(24):
        await story.passes(3600)
    await story.passes(60)
    assert sent(story) == 1
    assert first_lines(story)[1].startswith("⌛ **Ship was not started**")
    assert "It waited a whole day for the lock, so it was given up. (`locked`)" in story.answers()[1]


async def test_its_turn_is_told_once_it_is_known_how_long_one_takes(story: Story) -> None:
    for _ in range(3):
        await story.types("alice", "/ship production")
        await story.passes(600)
        await ends(story)
    await story.types("alice", "/ship production")
    await story.types("bob", "/ship production")
    assert "It is next in the queue. Its turn comes at about 2026-11-21 09:41 UTC." in story.answers()[-1]


async def test_a_freeze_that_began_while_it_waited_stops_it_at_its_turn(tmp_path: Path) -> None:
    """The night in which clocks are put back has 2:30 twice: whoever waits across it is frozen until the second one."""
    freeze = '    lock: true\n    freeze: [{from: "Sat 16:00", to: "Sun 02:30", timezone: Europe/Berlin}]\n'
    async with telling(tmp_path, files=files(CONFIG.replace(GATE, freeze))) as story:
        story.clock.advance((datetime(2027, 10, 30, 13, 50, tzinfo=UTC) - story.clock.now()).total_seconds())
        await story.types("alice", "/ship production")
        await story.passes(1)
        await story.types("bob", "/ship production")
        assert sent(story) == 1
        await story.passes(11 * 3600)  # 00:50 UTC, when it is 2:50 for the first time
        await ends(story)
        assert sent(story) == 1
        assert "production is frozen until Sun 2027-10-31 02:30 Europe/Berlin. " in story.answers()[1]
        assert "(`frozen`)" in story.answers()[1]


async def test_t2_whatever_the_way_in_one_goes_at_a_time(story: Story) -> None:
    await story.types("alice", "/ship production")
    await story.passes(1)
    await story.types("bob", "/run ship.yml environment=production")
    await story.types("bob", "/ship production dry_run=true")
    await story.types("alice", "/ship staging")
    assert [each.inputs["environment"] for each in story.github.dispatched] == ["production", "staging"]
    assert first_lines(story)[1:3] == ["⏳ **Ship waits** for a lock"] * 2


# --- a person's lock -----------------------------------------------------------------------------------------------


async def test_a_lock_holds_back_everybody_but_its_owner_until_its_time_is_up(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(FREE)) as story:
        await story.types("alice", '/lock production --reason "database upgrade" --for 2h')
        await story.types("bob", "/ship production")
        await story.types("alice", "/ship production")
        assert sent(story) == 1
        assert story.answers()[0].startswith(
            "🔒 **alice locked `production`** until 21 Nov 2026, 11:01 UTC: database up"
        )
        assert "alice locked production until 2026-11-21 11:01 UTC: database upgrade." in story.answers()[1]
        await story.passes(2 * 3600)
        assert sent(story) == 2
        assert story.answers()[-1] == "🔓 @alice, your lock of `production` is over: its time is up."


async def test_whoever_may_lock_may_unlock_and_the_owner_is_told_once(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(FREE)) as story:
        await story.types("alice", "/lock production")
        await story.types("bob", "/lock production")
        assert "alice locked production on 2026-11-21 09:01 UTC (`locked`)" in story.answers()[-1]
        await story.types("carol", "/ship production")
        await story.types("rita", "/unlock production")
        assert "rita has the role read, unlock needs write" in story.answers()[-1]
        await story.types("bob", "/unlock production")
        assert "🔓 **bob unlocked `production`.** alice, who had locked it, is told." in story.answers()
        assert story.answers().count("🔓 @alice, bob unlocked `production`, which you had locked.") == 1
        assert sent(story) == 1


async def test_the_owner_changes_reason_and_end_and_what_is_not_said_stays(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(FREE)) as story:
        await story.types("alice", "/lock production --reason first --for 1h")
        await story.types("alice", "/lock production --for 3h")
        await story.passes(3600)
        await story.types("bob", "/locks")
        assert story.answers()[-1] == (
            "- 🔒 `production`: alice, since 21 Nov 2026, 09:01 UTC, until 21 Nov 2026, 12:01 UTC: first"
        )
        await story.passes(2 * 3600)
        await story.types("bob", "/locks")
        assert story.answers()[-1] == "Nothing is locked in acme/shop. `/lock` keeps an environment to yourself."


async def test_a_lock_of_everything_holds_back_whatever_is_asked_for(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(FREE)) as story:
        await story.types("alice", "/lock --all")
        await story.types("bob", "/ship production")
        await story.types("bob", "/run nightly.yml")
        assert sent(story) == 0
        await story.types("alice", "/unlock --all")
        assert sent(story) == 2


@pytest.mark.parametrize("merged", [True, False])
async def test_a_lock_goes_with_its_pull_request_and_that_is_said_there_once(tmp_path: Path, merged: bool) -> None:
    async with telling(tmp_path, files=files(FREE)) as story:
        other = story.repository.pull_request(author="alice", branch="other", title="Another")
        story.clock.advance(60)
        await story.types("alice", "/lock production")
        await story.types("bob", "/ship production", other)
        assert sent(story) == 0
        await (story.pull.merge(by="bob") if merged else story.pull.close(by="bob"))
        await story.settle()
        assert story.answers()[1:] == ["🔓 @alice, your lock of `production` is over: `#1` was closed."]
        assert sent(story) == 1


async def test_the_lock_of_a_request_can_be_taken_away_and_it_goes_on(story: Story) -> None:
    await story.types("alice", "/ship production")
    await story.passes(1)
    await story.types("bob", "/ship production")
    await story.types("bob", "/unlock production")
    assert sent(story) == 2
    told = (
        "🔓 @alice, bob took the lock of `production` away from your request `CODE`. It goes on, and others may start"
    )
    assert [said for said in story.answers() if said.startswith(told)]
    await story.types("carol", "/ship production")
    assert sent(story) == 2


async def test_an_environment_that_nobody_knows_is_not_locked(story: Story) -> None:
    await story.types("alice", "/lock prodution")
    assert 'There is no environment "prodution". There is: production and staging.' in story.answers()[0]
    await story.types("alice", "/lock")
    assert "It has to be said which environment: production or staging." in story.answers()[1]
    await story.types("alice", "/unlock staging")
    assert story.answers()[2] == "Nobody has locked `staging`, so there is nothing to take away."


async def test_without_a_configuration_any_environment_can_be_locked(tmp_path: Path) -> None:
    async with telling(tmp_path) as story:
        await story.types("alice", "/lock Blue")
        await story.types("alice", "/lock")
        assert story.answers()[0].startswith("🔒 **alice locked `blue`**")
        assert "The configuration names no environment, so it has to be said which one." in story.answers()[1]
