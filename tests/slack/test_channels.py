"""What a channel is (T22)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import Refused
from bot.model.slack import SlackChannel
from bot.slack.channels import SlackChannels
from bot.slack.clients import Clients
from tests.slack.fake import IDENTITY, FakeSlack
from tests.support.clock import FakeClock
from tests.support.make import CONNECTION


@pytest.fixture
def channels(clients: Clients, clock: FakeClock) -> SlackChannels:
    return SlackChannels(clients, clock)


def channel(**changes: Any) -> dict[str, Any]:
    return {"channel": {"id": "C1", "name": "deploys", "is_channel": True, "is_member": True, **changes}}


def expected(**changes: Any) -> SlackChannel:
    facts = {"name": "deploys", "member": True, "shared": False, "direct": False, **changes}
    return SlackChannel(connection=CONNECTION, id="C1", **facts)


@pytest.mark.parametrize(
    ("facts", "changes"),
    [
        ({}, {}),
        ({"is_member": False}, {"member": False}),
        ({"is_ext_shared": True, "is_shared": True}, {"shared": True}),
        ({"is_pending_ext_shared": True}, {"shared": True}),
        ({"is_org_shared": True, "is_shared": True, "shared_team_ids": ["T1", "T2"]}, {}),
        ({"is_org_shared": True, "connected_team_ids": ["E1"], "internal_team_ids": ["T1", "T2"]}, {}),
        ({"is_org_shared": True, "connected_team_ids": ["E1", "E2"]}, {"shared": True}),
        ({"pending_connected_team_ids": ["T7"]}, {"shared": True}),
        ({"name": None, "is_im": True, "is_member": False}, {"name": "", "direct": True}),
        ({"name": "mpdm-a--b-1", "is_mpim": True}, {"name": "mpdm-a--b-1", "member": True, "direct": False}),
    ],
)
async def test_a_channel_is_read(
    channels: SlackChannels, slack: FakeSlack, facts: dict[str, Any], changes: dict[str, Any]
) -> None:
    slack.says("auth.test", {**IDENTITY, "enterprise_id": "E1"})
    slack.says("conversations.info", channel(**facts))
    assert await channels.get(CONNECTION, "C1") == expected(**changes)


async def test_a_channel_out_of_sight_is_none_and_asked_about_again(channels: SlackChannels, slack: FakeSlack) -> None:
    slack.says("conversations.info", {"ok": False, "error": "channel_not_found"}, channel())
    assert await channels.get(CONNECTION, "C1") is None
    assert await channels.get(CONNECTION, "C1") == expected()


async def test_a_missing_scope_is_not_taken_for_a_missing_channel(channels: SlackChannels, slack: FakeSlack) -> None:
    slack.refuses("conversations.info", "missing_scope", needed="mpim:read")
    with pytest.raises(Refused, match="mpim:read"):
        await channels.get(CONNECTION, "C1")


async def test_a_channel_is_believed_for_a_minute(channels: SlackChannels, slack: FakeSlack, clock: FakeClock) -> None:
    slack.says("conversations.info", channel(), channel(is_ext_shared=True))
    await channels.get(CONNECTION, "C1")
    clock.advance(59)
    assert await channels.get(CONNECTION, "C1") == expected()
    clock.advance(1)
    assert await channels.get(CONNECTION, "C1") == expected(shared=True)


async def test_a_direct_message_is_opened_once(channels: SlackChannels, slack: FakeSlack) -> None:
    slack.says("conversations.open", {"channel": {"id": "D1"}})
    assert await channels.direct(CONNECTION, "U1") == "D1"
    assert await channels.direct(CONNECTION, "U1") == "D1"
    assert slack.asked("conversations.open") == [{"users": "U1"}]


async def test_a_bot_can_not_be_written_to(channels: SlackChannels, slack: FakeSlack) -> None:
    slack.refuses("conversations.open", "cannot_dm_bot")
    with pytest.raises(Refused, match="cannot_dm_bot"):
        await channels.direct(CONNECTION, "UBOT2")


async def test_somebody_is_looked_for_among_all_members(channels: SlackChannels, slack: FakeSlack) -> None:
    slack.says(
        "conversations.members",
        {"members": ["U1"], "response_metadata": {"next_cursor": "more"}},
        {"members": ["U2"], "response_metadata": {"next_cursor": ""}},
    )
    assert await channels.has(CONNECTION, "C1", "U2")
    slack.says("conversations.members", {"members": ["U1"]})
    assert not await channels.has(CONNECTION, "C1", "U2")


async def test_nobody_is_in_a_channel_out_of_sight(channels: SlackChannels, slack: FakeSlack) -> None:
    slack.refuses("conversations.members", "channel_not_found")
    assert not await channels.has(CONNECTION, "C1", "U1")
