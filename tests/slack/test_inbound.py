"""What deliveries from Slack mean: who did what where, once, and in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import BadPayload
from bot.model.delivery import Delivery
from bot.model.inbound import ButtonPressed, FormWanted, FromSlack, HomeOpened, SlackCommandReceived, WorkspaceLeft
from bot.model.origin import SlackOrigin, SlackVia
from bot.slack.inbound import ReadDelivery
from tests.slack.payload import BOT, TRIGGER, House, direct, event, form, mention, press
from tests.support.clock import START
from tests.support.make import CONNECTION

WRITTEN = datetime(2026, 11, 21, 9, 0, 0, 200, tzinfo=UTC)


@pytest.fixture
def house() -> House:
    return House()


async def told(house: House, payload: dict[str, Any]) -> FromSlack:
    """The one thing that an event means."""
    assert (await house.tells(payload))[0] == 200
    [said] = ReadDelivery()(house.only())
    return said


async def interacted(house: House, payload: dict[str, Any]) -> tuple[FromSlack, ...]:
    """What a press or a form means."""
    assert (await house.interacts(payload))[0] == 200
    return ReadDelivery()(house.only())


async def words_of(house: House, payload: dict[str, Any]) -> str:
    said = await told(house, payload)
    assert isinstance(said, SlackCommandReceived)
    return said.words


async def test_a_slash_command(house: House) -> None:
    await house.types()
    origin = SlackOrigin(
        connection=CONNECTION,
        via=SlackVia.COMMAND,
        team="T1",
        user="U1",
        channel="C1",
        thread=None,
        message=None,
        occurrence=TRIGGER,
        created_at=START,
    )
    url = "https://hooks.slack.com/commands/T1/2/xyz"
    words = "run acme/shop#7 deploy.yml environment=staging"
    assert ReadDelivery()(house.only()) == (SlackCommandReceived(origin=origin, words=words, response_url=url),)


@pytest.mark.parametrize(("text", "words"), [("", "help"), ("  ", "help"), (" status ", "status")])
async def test_the_words_of_a_slash_command(house: House, text: str, words: str) -> None:
    await house.types(text=text)
    [said] = ReadDelivery()(house.only())
    assert isinstance(said, SlackCommandReceived)
    assert said.words == words


async def test_a_mention_in_a_thread(house: House) -> None:
    said = await told(house, mention(thread_ts="1795251000.000100"))
    origin = SlackOrigin(
        connection=CONNECTION,
        via=SlackVia.MESSAGE,
        team="T1",
        user="U1",
        channel="C1",
        thread="1795251000.000100",
        message="1795251600.000200",
        occurrence="C1:1795251600.000200",
        created_at=WRITTEN,
    )
    assert said == SlackCommandReceived(origin=origin, words="status", response_url=None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"<@{BOT}> status", "status"),
        (f"<@{BOT}|signalbox> status", "status"),
        (f"<@{BOT}>status", "status"),
        (f"  <@{BOT}>:  cancel K7QX2M ", "cancel K7QX2M"),
        (f"<@{BOT}>,\u00a0logs", "logs"),
        (f"<@{BOT}> \u2014 logs", "logs"),
        (f"hey <@{BOT}> rerun failed", "rerun failed"),
        (f"<@{BOT}> run deploy.yml who=<@U2>", "run deploy.yml who=<@U2>"),
        (f"<@{BOT}> run deploy.yml who=<@{BOT}>", f"run deploy.yml who=<@{BOT}>"),
        (f"<@U2> <@{BOT}> status", "status"),
        (f"<@{BOT}> status\nthanks everybody", "status"),
        (f"<@{BOT}>\nstatus\nthanks", "status"),
        (f"<@{BOT}>", "help"),
        (f"<@{BOT}> ?", "help"),
        (f"thanks <@{BOT}>!", "help"),
        (f"<@{BOT}> run deploy.yml a=&lt;b&gt;", "run deploy.yml a=&lt;b&gt;"),
    ],
)
async def test_the_words_of_a_mention_are_what_follows_our_name(house: House, text: str, words: str) -> None:
    assert await words_of(house, mention(text)) == words


async def test_a_mention_that_does_not_name_us_means_nothing(house: House) -> None:
    """Without knowing who we are, any name could be ours: nothing is guessed."""
    for payload in (mention("<@U2> status"), mention("status"), {**mention(), "authorizations": []}):
        house.inbox.kept.clear()
        await house.tells(payload)
        assert ReadDelivery()(house.only()) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [("status", "status"), (f"<@{BOT}> status", "status"), ("", "help"), ("\n status\nplease", "status")],
)
async def test_a_direct_message_needs_no_name(house: House, text: str, words: str) -> None:
    assert await words_of(house, direct(text)) == words


async def test_t20_a_message_that_comes_as_two_events_is_one_deed(house: House) -> None:
    await house.tells(mention(channel="D1"))
    await house.tells({**direct(), "event_id": "Ev2"})
    keys = set()
    for delivery in house.inbox.kept:
        [said] = ReadDelivery()(delivery)
        assert isinstance(said, SlackCommandReceived)
        keys.add(said.origin.natural_key)
    assert (len(house.inbox.kept), len(keys)) == (2, 1)


@pytest.mark.parametrize("ts", ["soon", "", "1" * 30, "\u0661.1"])
async def test_a_strange_time_is_that_of_arrival(house: House, ts: str) -> None:
    await house.tells(mention())
    delivery = house.only()
    delivery = replace(delivery, facts=delivery.facts.replace(b'"1795251600.000200"', f'"{ts}"'.encode()))
    for said in ReadDelivery()(delivery):
        assert isinstance(said, SlackCommandReceived)
        assert said.origin.created_at == START


async def test_a_pressed_button(house: House) -> None:
    house.clock.advance(1)
    [said] = await interacted(house, press())
    origin = SlackOrigin(
        connection=CONNECTION,
        via=SlackVia.BUTTON,
        team="T1",
        user="U1",
        channel="C1",
        thread="1795251600.000100",
        message="1795251600.000300",
        occurrence=f"{TRIGGER}:cancel",
        created_at=START + timedelta(seconds=1),
    )
    url = "https://hooks.slack.com/actions/T1/2/xyz"
    assert said == ButtonPressed(origin=origin, action="cancel", value="0192", response_url=url)


async def test_a_button_of_the_first_message_of_a_thread_is_pressed_in_the_channel(house: House) -> None:
    there = {"type": "message", "message_ts": "1795251600.000100", "channel_id": "C1", "is_ephemeral": False}
    [said] = await interacted(house, press(container={**there, "thread_ts": "1795251600.000100"}))
    assert isinstance(said, ButtonPressed)
    assert (said.origin.message, said.origin.thread) == ("1795251600.000100", None)


async def test_the_second_button_of_a_name_asks_for_the_same(house: House) -> None:
    [said] = await interacted(house, press("rerun.2"))
    assert isinstance(said, ButtonPressed)
    assert (said.action, said.origin.occurrence) == ("rerun", f"{TRIGGER}:rerun.2")


async def test_a_button_that_opens_a_page_says_nothing_beside_another(house: House) -> None:
    actions = [{"action_id": "show"}, {"action_id": "cancel", "value": "1"}, {"action_id": ""}]
    [said] = await interacted(house, press(actions=actions))
    assert isinstance(said, ButtonPressed)
    assert said.action == "cancel"


async def test_a_button_on_the_home_tab_of_an_app_of_a_whole_organisation(house: House) -> None:
    payload = press("run_form", container={"type": "view", "view_id": "V1"}, team=None, enterprise={"id": "E1"})
    del payload["channel"], payload["response_url"]
    [said] = await interacted(house, payload)
    assert isinstance(said, FormWanted)
    assert (said.trigger, said.origin.channel, said.origin.message, said.origin.team) == (TRIGGER, "", None, "T1")


@pytest.mark.parametrize(
    ("payload", "words", "channel"),
    [
        (form(), "run deploy.yml", "C2"),
        (form(channel=None), "run deploy.yml", "C1"),
        (form(channel=None, private_metadata=""), "run deploy.yml", ""),
        (form("\n run deploy.yml\nnow"), "run deploy.yml", "C2"),
        (form(None), "help", "C2"),
        (form(state=None), "help", "C1"),
    ],
)
async def test_a_form_is_a_command_in_the_chosen_channel(
    house: House, payload: dict[str, Any], words: str, channel: str
) -> None:
    [said] = await interacted(house, payload)
    assert isinstance(said, SlackCommandReceived)
    assert (said.words, said.origin.channel, said.origin.via) == (words, channel, SlackVia.FORM)
    assert (said.origin.occurrence, said.origin.user, said.response_url) == (TRIGGER, "U1", None)


async def test_the_home_tab(house: House) -> None:
    said = await told(house, event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}))
    assert said == HomeOpened(connection=CONNECTION, team="T1", user="U1", at=START)


@pytest.mark.parametrize(
    "inner", [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": [BOT], "oauth": []}}]
)
async def test_access_was_taken_away(house: House, inner: dict[str, Any]) -> None:
    said = await told(house, event(inner))
    assert said == WorkspaceLeft(connection=CONNECTION, team="T1", event=inner["type"])


def stored(name: str, facts: bytes) -> Delivery:
    return Delivery(
        id=CONNECTION, connection=CONNECTION, guid="g", event=name, action=None, facts=facts, received_at=START
    )


def test_a_delivery_of_github_is_not_ours() -> None:
    assert ReadDelivery()(stored("issue_comment", b"{}")) == ()


@pytest.mark.parametrize("name", ["slack_command", "slack_mention", "slack_actions", "slack_form", "slack_home"])
def test_facts_that_are_not_ours_are_a_bad_payload(name: str) -> None:
    for facts in (b"", b"[]", b'{"user": 5, "event": 5, "user_id": 5}'):
        with pytest.raises(BadPayload):
            ReadDelivery()(stored(name, facts))
