"""Who somebody is (T21)."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web

from bot.errors import BotError, NotFound, Refused, Unreachable
from bot.model.slack import SlackAccount, SlackUser, Standing
from bot.slack.clients import Clients
from bot.slack.users import SlackUsers
from tests.slack.fake import IDENTITY, FakeSlack
from tests.support.clock import FakeClock
from tests.support.make import CONNECTION

IN_ENTERPRISE = {**IDENTITY, "enterprise_id": "E1"}


@pytest.fixture
def users(clients: Clients, clock: FakeClock) -> SlackUsers:
    return SlackUsers(clients, clock)


def user(**changes: Any) -> dict[str, Any]:
    base = {"id": "U1", "team_id": "T1", "name": "alice", "profile": {"display_name": "Alice"}, "deleted": False}
    return {"user": {**base, **changes}}


async def test_a_colleague_is_a_member(users: SlackUsers, slack: FakeSlack) -> None:
    slack.says("users.info", user())
    account = SlackAccount(connection=CONNECTION, home="T1", user="U1", name="Alice")
    assert await users.get(CONNECTION, "U1") == SlackUser(
        account=account, standing=Standing.MEMBER, teams=frozenset({"T1"})
    )
    assert slack.asked("users.info") == [{"user": "U1"}]


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        ({}, Standing.MEMBER),
        ({"is_app_user": True, "is_admin": True}, Standing.MEMBER),
        ({"is_restricted": True}, Standing.GUEST),
        ({"is_ultra_restricted": True}, Standing.GUEST),
        ({"is_stranger": True}, Standing.EXTERNAL),
        ({"is_stranger": True, "is_restricted": True}, Standing.EXTERNAL),
        ({"team_id": "T2"}, Standing.EXTERNAL),
        ({"team_id": "T2", "is_ultra_restricted": True}, Standing.EXTERNAL),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E2"}}, Standing.EXTERNAL),
        ({"is_bot": True}, Standing.BOT),
        ({"is_workflow_bot": True}, Standing.BOT),
        ({"is_connector_bot": True}, Standing.BOT),
        ({"is_bot": True, "team_id": "T2"}, Standing.BOT),
        ({"deleted": True}, Standing.DEACTIVATED),
        ({"deleted": True, "is_bot": True, "is_stranger": True, "is_restricted": True}, Standing.DEACTIVATED),
    ],
)
async def test_the_standing_with_the_fewest_rights_counts(
    users: SlackUsers, slack: FakeSlack, facts: dict[str, Any], standing: Standing
) -> None:
    slack.says("users.info", user(**facts))
    assert (await users.get(CONNECTION, "U1")).standing is standing


@pytest.mark.parametrize(
    ("facts", "teams"),
    [
        ({}, {"T1"}),
        ({"team_id": None, "enterprise_user": {"enterprise_id": "E2"}}, {"T1"}),
        ({"team_id": "T2"}, {"T1", "T2"}),
        ({"enterprise_user": {"enterprise_id": "E1", "teams": ["T1", "T3"]}}, {"T1", "T3"}),
    ],
)
async def test_t21_an_id_means_its_user_where_we_are_and_where_they_belong(
    users: SlackUsers, slack: FakeSlack, facts: dict[str, Any], teams: set[str]
) -> None:
    slack.says("users.info", user(**facts))
    assert (await users.get(CONNECTION, "U1")).teams == teams


async def test_slackbot_is_a_bot(users: SlackUsers, slack: FakeSlack) -> None:
    slack.says("users.info", user(id="USLACKBOT"))
    assert (await users.get(CONNECTION, "USLACKBOT")).standing is Standing.BOT


@pytest.mark.parametrize(
    ("facts", "home", "standing"),
    [
        ({"enterprise_user": {"enterprise_id": "E1"}}, "E1", Standing.MEMBER),
        ({"enterprise_user": {"enterprise_id": "E1"}, "team_id": "T9"}, "E1", Standing.MEMBER),
        ({"enterprise_id": "E1", "team_id": "T9"}, "E1", Standing.MEMBER),
        ({"enterprise_user": {"enterprise_id": "E1"}, "is_restricted": True}, "E1", Standing.GUEST),
        ({"team_id": "E1"}, "E1", Standing.MEMBER),
        ({}, "E1", Standing.MEMBER),
        ({"deleted": True}, "E1", Standing.DEACTIVATED),
        ({"enterprise_user": {"enterprise_id": "E2"}, "team_id": "T9"}, "E2", Standing.EXTERNAL),
        ({"team_id": "T9"}, "T9", Standing.EXTERNAL),
    ],
)
async def test_within_an_enterprise_the_enterprise_is_home(
    users: SlackUsers, slack: FakeSlack, facts: dict[str, Any], home: str, standing: Standing
) -> None:
    slack.says("auth.test", IN_ENTERPRISE)
    slack.says("users.info", user(**facts))
    found = await users.get(CONNECTION, "U1")
    assert (found.account.home, found.standing) == (home, standing)


@pytest.mark.parametrize("facts", [{"team_id": None}, {"team_id": ""}, {"team_id": None, "enterprise_id": None}])
async def test_who_has_no_home_is_refused(users: SlackUsers, slack: FakeSlack, facts: dict[str, Any]) -> None:
    slack.says("users.info", user(**facts))
    with pytest.raises(Refused, match="at home"):
        await users.get(CONNECTION, "U1")


async def test_an_answer_about_somebody_else_is_refused(users: SlackUsers, slack: FakeSlack) -> None:
    slack.says("users.info", user(id="U2"))
    with pytest.raises(Refused, match="another user"):
        await users.get(CONNECTION, "U1")


async def test_nobody_is_not_found(users: SlackUsers, slack: FakeSlack) -> None:
    slack.refuses("users.info", "user_not_found")
    with pytest.raises(NotFound):
        await users.get(CONNECTION, "U1")


@pytest.mark.parametrize("facts", [{}, {"user": None}, {"user": {"id": 7}}, user(is_bot="no")])
async def test_an_unreadable_answer_is_no_answer(users: SlackUsers, slack: FakeSlack, facts: dict[str, Any]) -> None:
    slack.says("users.info", facts)
    with pytest.raises(Unreachable, match="shape"):
        await users.get(CONNECTION, "U1")


async def test_an_answer_is_believed_for_a_minute(users: SlackUsers, slack: FakeSlack, clock: FakeClock) -> None:
    slack.says("users.info", user(), user(deleted=True))
    assert (await users.get(CONNECTION, "U1")).standing is Standing.MEMBER
    clock.advance(59.9)
    assert (await users.get(CONNECTION, "U1")).standing is Standing.MEMBER
    clock.advance(0.1)
    assert (await users.get(CONNECTION, "U1")).standing is Standing.DEACTIVATED


async def test_many_who_want_to_know_ask_once(users: SlackUsers, slack: FakeSlack) -> None:
    slack.says("users.info", user())
    await asyncio.gather(*(users.get(CONNECTION, "U1") for _ in range(5)))
    assert len(slack.asked("users.info")) == 1


async def test_a_failure_is_not_remembered(users: SlackUsers, slack: FakeSlack) -> None:
    slack.says("users.info", web.Response(status=500), user())
    with pytest.raises(Unreachable):
        await users.get(CONNECTION, "U1")
    assert (await users.get(CONNECTION, "U1")).standing is Standing.MEMBER


async def test_another_connection_has_no_part_in_it(users: SlackUsers, slack: FakeSlack) -> None:
    slack.says("users.info", user())
    await users.get(CONNECTION, "U1")
    with pytest.raises(BotError, match="no Slack client"):
        await users.get(UUID(int=9), "U1")


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"profile": {"display_name": "", "real_name": "Alice A."}}, "Alice A."),
        ({"profile": {"display_name": None}}, "alice"),
        ({"profile": None, "name": None}, "U1"),
    ],
)
async def test_the_name_is_only_a_label(users: SlackUsers, slack: FakeSlack, facts: dict[str, Any], name: str) -> None:
    slack.says("users.info", user(**facts))
    assert (await users.get(CONNECTION, "U1")).account.name == name
