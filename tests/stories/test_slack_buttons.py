"""Buttons below a request's message: whoever presses one asks as if they had typed it (T21)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from bot.sandbox.slack import Impossible, Message, Seen
from tests.support.runs import fails, in_slack, paragraphs, passes, refused_in_slack
from tests.support.slack_story import SlackStory

RUN = "run acme/shop#1 deploy.yml environment=staging"
WAITING = in_slack(
    "⏳ Deploy is waiting for a runner",
    "⏳ build, waiting for a runner",
    "`/ops cancel CODE` stops it.",
    "[Cancel] [Show on GitHub]",
)
FAILED = in_slack(
    "❌ Deploy failed after 3 s: 1 of 2 jobs failed",
    "❌ ship, failed, 2 s\n✅ build, passed, 0 s",
    f"Next: Open the logs of what failed and mend what they show. `/ops {RUN}` runs it again.",
    "[Re-run] [Re-run failed] [Show on GitHub]",
)
DEAD = paragraphs(
    "This button is about nothing any more.",
    "Next: `/ops runs` lists requests.",
    "Only you see this.",
)


async def started(chat: SlackStory) -> Seen:
    """alice has a run in the channel, which waits for a runner."""
    await chat.ops("alice", RUN)
    await chat.passes(1)
    (message,) = chat.living()
    assert chat.read(message) == WAITING
    return message


async def failed(chat: SlackStory) -> Seen:
    """alice has a run in the channel, which failed."""
    await started(chat)
    await fails(chat, chat.github.runs[-1])
    (message,) = chat.living()
    assert chat.read(message) == FAILED
    return message


def again(attempt: int, job: str = "build", who: str = "bob") -> str:
    return in_slack(
        f"⏳ Deploy is waiting for a runner, attempt {attempt}",
        f"⏳ {job}, waiting for a runner",
        "`/ops cancel CODE` stops it.",
        "[Cancel] [Show on GitHub]",
        who=who,
    )


def posted(chat: SlackStory, seen: Seen) -> Message:
    """The message itself, to tamper with."""
    (found,) = [each for each in chat.slack.where("#deploys").messages if each.ts == seen.ts]
    return found


def element(seen: Seen, action: str) -> Any:
    """A button of the message as it was sent."""
    buttons: Any = seen.blocks[-1]["elements"]
    (found,) = [each for each in buttons if each["action_id"] == action]
    return found


async def test_cancel_asks_first_and_then_stops_it(chat: SlackStory) -> None:
    message = await started(chat)
    with pytest.raises(Impossible):
        await chat.slack.presses("bob", message, "cancel")  # without saying yes to the question
    button = element(message, "cancel")
    assert chat.named(button["confirm"]["text"]["text"]) == "This stops request CODE for everybody who waits for it."
    await chat.presses("bob", message, "cancel")
    await chat.passes(3)
    assert chat.github.runs[-1].conclusion == "cancelled"
    assert [chat.read(each) for each in chat.living()] == [
        in_slack(
            "🚫 Deploy was cancelled after 1 s",
            "bob stopped it.",
            "🚫 build, cancelled, 0 s\n⚪ ship, skipped",
            f"`/ops {RUN}` runs it again.",
            "[Re-run] [Show on GitHub]",
        )
    ]
    assert chat.whispers("bob") == ["Stopping request CODE."]
    assert chat.whispers("alice") == []


@pytest.mark.parametrize(("action", "job"), [("rerun", "build"), ("rerun_failed", "ship")])
async def test_rerun_is_a_new_message_and_the_old_one_stays(chat: SlackStory, action: str, job: str) -> None:
    message = await failed(chat)
    await chat.presses("bob", message, action)
    await chat.passes(1)
    assert [chat.read(each) for each in chat.living()] == [FAILED, again(2, job)]
    assert chat.github.runs[-1].attempt == 2
    assert chat.whispers("bob") == []
    await passes(chat, chat.github.runs[-1])
    first, second = chat.living()
    assert chat.read(first) == FAILED
    assert chat.read(second).startswith("✅ Deploy passed in 1 s, attempt 2")
    await chat.presses("alice", first, "rerun")  # also the one before can be run again
    await chat.passes(1)
    assert chat.read(chat.living()[2]) == again(3, who="alice")


async def test_show_only_opens_the_page(chat: SlackStory) -> None:
    message = await started(chat)
    run = chat.github.runs[-1]
    url = str(element(message, "show")["url"]).removesuffix("/attempts/1")  # the same page
    assert url == f"{chat.github.server_url}/acme/shop/actions/runs/{run.id}"
    before = len(chat.github.journal), len(chat.slack.journal)
    await chat.presses("rita", message, "show")
    assert (len(chat.github.journal), len(chat.slack.journal)) == before
    assert chat.whispers("rita") == []


async def test_who_may_not_is_told_privately_and_why(chat: SlackStory) -> None:
    message = await started(chat)
    await chat.presses("rita", message, "cancel")
    assert chat.whispers("rita") == [
        refused_in_slack(
            "/ops cancel CODE",
            "rita has the role read, cancel needs write",
            "permission",
            "role",
            "Ask an admin of the repository for the role write.",
        )
    ]
    assert chat.github.runs[-1].status == "queued"
    assert [chat.read(each) for each in chat.living()] == [WAITING]
    assert chat.thread(message) == []


@pytest.mark.parametrize("action", ["rerun", "rerun_failed"])
async def test_who_may_not_run_may_not_run_again(chat: SlackStory, action: str) -> None:
    await chat.presses("rita", await failed(chat), action)
    (answer,) = chat.whispers("rita")
    assert answer.startswith("⛔ Refused: rita has the role read, rerun needs write (`permission`)")
    assert chat.github.runs[-1].attempt == 1
    assert len(chat.living()) == 1


async def test_an_unlinked_person_gets_a_button_to_link(chat: SlackStory) -> None:
    message = await started(chat)
    await chat.presses("tara", message, "cancel")
    assert chat.whispers("tara") == [
        paragraphs(
            "🔗 I do not know who you are on GitHub yet, so I can not tell what you may do there.",
            "Next: press the button and sign in to GitHub. Then type `/ops cancel CODE` again.",
            "Only you see this. The button works once, for 10 minutes.",
            "[Link my GitHub account]",
        )
    ]
    assert chat.github.runs[-1].status == "queued"


async def test_a_linked_guest_may_press_only_where_the_channel_lets_guests(chat: SlackStory) -> None:
    chat.slack.person("gus", guest=True)
    chat.slack.channel("#deploys", members=["gus"])
    chat.repository.role("gus", "write")
    await chat.links("gus")
    message = await started(chat)
    await chat.presses("gus", message, "cancel")
    (answer,) = chat.whispers("gus")
    assert answer.startswith("⛔ Refused: Guests can not use Signalbox in this channel.")
    assert chat.github.runs[-1].status == "queued"
    await chat.ops("bob", "use acme/shop guests=true")
    await chat.presses("gus", message, "cancel")
    await chat.passes(3)
    assert chat.whispers("gus")[1:] == ["Stopping request CODE."]
    assert chat.github.runs[-1].conclusion == "cancelled"


async def test_a_press_that_is_quicker_than_our_note_of_the_message_waits_for_it(chat: SlackStory) -> None:
    message = await started(chat)
    async with chat.bot.units.write() as unit:
        request = await unit.requests.get(UUID(element(message, "cancel")["value"]))
        assert request is not None
        told = next(each for each in await unit.announcements.of_request(request.id) if each.message_id == message.ts)
        unsaved = await unit.announcements.save(replace(told, message_id=None, attempted_at=chat.clock.now()))
    await chat.slack.presses("bob", message, "cancel", confirm=True)
    await chat.bot.engine.settled()
    assert chat.whispers("bob") == []
    async with chat.bot.units.write() as unit:
        await unit.announcements.save(replace(unsaved, message_id=told.message_id))
    await chat.passes(3)
    assert chat.whispers("bob") == ["Stopping request CODE."]
    assert chat.github.runs[-1].conclusion == "cancelled"


async def test_dead_buttons_vanish_and_a_press_on_its_way_is_answered(chat: SlackStory) -> None:
    message = await started(chat)
    chat.slack.faults.rate_limited("chat.update", retry_after=3, times=9)
    await chat.github.runs[-1].play()
    await chat.settle()  # it has ended, and the message does not say so yet
    await chat.presses("bob", message, "cancel")
    chat.slack.faults.clear()
    await chat.passes(60)  # as long as Slack and our own patience asked us to wait
    assert chat.whispers("bob") == ["Request CODE has ended already: succeeded."]
    await chat.passes(5)
    (ended,) = chat.living()
    assert chat.read(ended).endswith("[Re-run] [Show on GitHub]")
    with pytest.raises(Impossible):
        await chat.presses("bob", message, "cancel")


async def test_t21_a_forged_value_does_nothing(chat: SlackStory) -> None:
    await started(chat)
    await chat.ops("alice", "run acme/shop#1 nightly.yml")
    await chat.passes(1)
    first, second = chat.living()
    posted(chat, first).wire = posted(chat, second).wire  # its Cancel names the other request now
    await chat.presses("alice", first, "cancel")
    await chat.passes(3)
    assert chat.whispers("alice") == [DEAD]
    assert [run.status for run in chat.github.runs] == ["queued", "queued"]


async def test_t21_a_button_that_was_copied_to_another_message_does_nothing(chat: SlackStory) -> None:
    message = await failed(chat)
    (details,) = [each for each in chat.slack.thread_of("alice", message) if each.ts != message.ts]
    posted(chat, details).wire = posted(chat, message).wire
    await chat.presses("alice", details, "rerun")
    await chat.passes(3)
    assert chat.github.runs[-1].attempt == 1
    assert DEAD in [chat.read(each) for each in chat.slack.seen_by("alice", "#deploys") if each.ephemeral]


async def test_a_double_press_acts_once(chat: SlackStory) -> None:
    message = await started(chat)
    await chat.slack.presses("bob", message, "cancel", confirm=True)
    await chat.slack.presses("bob", message, "cancel", confirm=True)
    await chat.passes(3)
    assert chat.github.runs[-1].conclusion == "cancelled"
    (message,) = chat.living()
    assert chat.read(message).count("bob stopped it.") == 1
    assert chat.whispers("bob") == ["Stopping request CODE.", "Stopping request CODE."]


async def test_a_press_that_slack_tells_twice_counts_once(chat: SlackStory) -> None:
    message = await failed(chat)
    delivery = await chat.slack.presses("bob", message, "rerun")
    await chat.slack.resends(delivery)
    await chat.settle()
    await chat.slack.resends(delivery)
    await chat.passes(1)
    assert [chat.read(each) for each in chat.living()] == [FAILED, again(2)]
    assert chat.github.runs[-1].attempt == 2


async def test_two_presses_of_rerun_start_one_attempt(chat: SlackStory) -> None:
    message = await failed(chat)
    await chat.slack.presses("bob", message, "rerun")
    await chat.slack.presses("bob", message, "rerun")
    await chat.passes(1)
    taken = in_slack(
        "⛔ Deploy was refused",
        "Somebody else is running it again already. (`not_ended`)",
        "Next: `/ops explain rerun CODE` shows every gate. `/ops rerun CODE` asks again.",
        who="bob",
    )
    assert sorted(chat.read(each) for each in chat.living()) == sorted([FAILED, again(2)])
    assert chat.whispers("bob") == [taken]
    assert chat.github.runs[-1].attempt == 2
