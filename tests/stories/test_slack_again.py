"""What Slack says twice happens once (T20), and much typing costs little (T26)."""

from __future__ import annotations

import asyncio

from bot.sandbox.slack import Delivery
from tests.support.slack_story import CHANNEL, SlackStory

LINE = "run acme/shop#1 deploy.yml environment=staging"
FLOODED = (
    "Those were many commands in a short time, so this one was not looked at.\n\nNext: Wait ten minutes.\n\n"
    "Only you see this."
)
NO_RIGHT = "⛔ Refused: rita has the role read, run needs write (`permission`)"


def sent(chat: SlackStory, kind: str) -> Delivery:
    """The newest of its kind that Slack delivered."""
    return next(each for each in reversed(chat.slack.deliveries) if each.kind == kind)


async def test_t20_a_slash_command_that_comes_twice_runs_once(chat: SlackStory) -> None:
    await chat.slack.command("alice", CHANNEL, f"/ops {LINE}")
    first = sent(chat, "slash_commands")
    await chat.slack.resends(first)  # before it was handled
    await chat.passes(1)
    await chat.slack.resends(first)  # while it runs
    await chat.passes(1)
    await chat.github.runs[-1].play()
    await chat.passes(10)
    await chat.slack.resends(first)  # after all is done
    await chat.passes(10)
    assert [each.status for each in first.attempts] == [200] * 4
    assert len(chat.github.dispatched) == len(chat.living()) == 1
    assert chat.whispers("alice") == []


async def test_t20_copies_at_the_same_moment_run_once(chat: SlackStory) -> None:
    await chat.slack.command("alice", CHANNEL, f"/ops {LINE}")
    await asyncio.gather(*(chat.slack.resends(sent(chat, "slash_commands")) for _ in range(8)))
    await chat.passes(1)
    assert len(chat.github.dispatched) == len(chat.living()) == 1


async def test_t20_a_mention_that_comes_twice_runs_once(chat: SlackStory) -> None:
    await chat.mentions("alice", LINE)
    await chat.slack.resends(sent(chat, "events_api"))
    await chat.passes(1)
    await chat.slack.resends(sent(chat, "events_api"))
    await chat.passes(1)
    assert len(chat.github.dispatched) == 1


async def test_a_mention_that_did_not_reach_the_bot_comes_again(chat: SlackStory) -> None:
    address, chat.app.request_url = chat.app.request_url, "http://127.0.0.1:1/nobody"
    await chat.mentions("alice", LINE)
    event = sent(chat, "events_api")
    assert [each.reason for each in event.attempts] == ["connection_failed", "connection_failed"]
    chat.app.request_url = address
    await chat.passes(61)
    assert await chat.slack.retries() == [event]
    await chat.passes(1)
    assert event.attempts[-1].succeeded
    assert len(chat.github.dispatched) == 1
    await chat.slack.resends(event)
    await chat.passes(1)
    assert len(chat.github.dispatched) == 1


async def test_t20_the_same_mention_under_another_event_id_runs_once(chat: SlackStory) -> None:
    await chat.mentions("alice", LINE)
    event = sent(chat, "events_api")
    copy = Delivery(app=event.app, kind=event.kind, payload={**event.payload, "event_id": "Ev0OTHER"})
    await chat.slack.resends(copy)
    await chat.passes(1)
    assert copy.status == 200
    assert len(chat.github.dispatched) == 1


async def test_t20_an_answer_is_given_once_to_the_same_question(chat: SlackStory) -> None:
    await chat.ops("alice", "statsu")
    await chat.slack.resends(sent(chat, "slash_commands"))
    await chat.passes(1)
    await chat.mentions("alice", "statsu")
    await chat.slack.resends(sent(chat, "events_api"))
    await chat.passes(1)
    first, second = chat.whispers("alice")
    assert first == second


async def test_t20_a_press_that_comes_twice_asks_once(chat: SlackStory) -> None:
    await chat.ops("alice", LINE)
    await chat.passes(1)
    await chat.presses("alice", chat.living()[0], "cancel")
    await chat.slack.resends(sent(chat, "interactive"))
    await chat.passes(1)
    assert chat.whispers("alice") == ["Stopping request CODE."]


async def test_t20_typing_it_again_is_another_request(chat: SlackStory) -> None:
    await chat.ops("alice", LINE)
    await chat.ops("alice", LINE)
    await chat.passes(1)
    assert len(chat.github.dispatched) == len(chat.living()) == 2


async def test_t26_people_without_write_get_three_looks_at_what_they_type(chat: SlackStory) -> None:
    for _ in range(6):
        await chat.ops("rita", LINE)
    answers = chat.whispers("rita")
    assert [each.partition("\n")[0] for each in answers] == [NO_RIGHT] * 3 + [FLOODED.partition("\n")[0]] * 3
    assert answers[-1] == FLOODED
    await chat.passes(601)
    await chat.ops("rita", LINE)
    assert chat.whispers("rita")[-1].startswith(NO_RIGHT)


async def test_t26_what_is_counted_is_the_person_on_both_surfaces(chat: SlackStory) -> None:
    for _ in range(3):
        await chat.types("rita", "/run deploy.yml environment=staging")
    await chat.ops("rita", LINE)
    assert chat.whispers("rita") == [FLOODED]
    await chat.ops("alice", LINE)
    assert len(chat.github.dispatched) == 1


async def test_t26_people_with_write_may_type_sixty_commands(chat: SlackStory) -> None:
    for _ in range(60):
        await chat.slack.command("alice", CHANNEL, "/ops status acme/shop")
    await chat.settle()
    assert FLOODED not in chat.whispers("alice")
    await chat.ops("alice", "status acme/shop")
    await chat.ops("bob", "status acme/shop")
    assert (len(chat.whispers("alice")), chat.whispers("alice")[-1]) == (61, FLOODED)
    assert FLOODED not in chat.whispers("bob")
