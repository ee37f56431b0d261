"""Attempts to link, links, and channels' default repositories: one of each, with history, never brought back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.errors import BotError, Conflict
from bot.model.link import AccountLink, LinkAttempt
from bot.model.people import GitHubAccount
from bot.store.schema import accounts, bindings
from bot.store.unit import Units
from tests.support import make
from tests.support.rows import save_request

ALICE = UUID(int=1001)


def later(digit: int, **changes: object) -> LinkAttempt:
    """Another attempt, so many seconds after noon."""
    return make.link_attempt(
        **{"id": UUID(int=digit), "nonce_hash": str(digit) * 64, "created_at": make.at(digit)} | changes
    )


# --- people and links ---------------------------------------------------------------------------------------------


async def link(units: Units, **changes: Any) -> None:
    """alice, linked with U1."""
    async with units.write() as unit:
        if await unit.people.get(ALICE) is None:
            await unit.people.add(make.person(), make.NOON)
        await unit.links.add_slack(ALICE, make.slack_account(**changes), method="browser", at=make.at(1))


async def test_t21_a_person_is_found_by_app_home_and_user(units: Units) -> None:
    await link(units)
    async with units.read() as unit:
        assert await unit.people.by_slack(make.slack_account(name="renamed")) == make.person()
        for stranger in ({"user": "U2"}, {"home": "T2"}, {"home": "E1"}, {"connection": make.CONNECTION}):
            assert await unit.people.by_slack(make.slack_account(**stranger)) is None, stranger
        assert await unit.people.slack_user(ALICE, make.SLACK) == "U1"
        assert await unit.people.slack_user(ALICE, make.CONNECTION) is None
        assert await unit.people.slack_user(UUID(int=2), make.SLACK) is None


async def test_a_number_of_github_is_no_user_of_slack(units: Units) -> None:
    async with units.write() as unit:
        await unit.people.add(make.person(), make.NOON)
        await unit.links._sql.execute(accounts.update().values(connection_id=make.SLACK, external_id="T1:U1"))
        assert await unit.people.by_slack(make.slack_account()) is None
        assert await unit.people.slack_user(ALICE, make.SLACK) is None
        assert not await unit.links.end_slack(make.slack_account(), make.at(1))


async def test_a_slack_account_without_an_account_at_github_is_nobody(units: Units) -> None:
    await link(units)
    async with units.write() as unit:
        ended = accounts.update().where(accounts.c.provider == "github").values(unlinked_at=make.at(2))
        await unit.links._sql.execute(ended)
        assert await unit.people.by_slack(make.slack_account()) is None


async def test_t9_a_slack_account_has_one_open_link_and_keeps_those_that_ended(units: Units) -> None:
    await link(units)
    bob = make.person("bob", 1002)
    async with units.write() as unit:
        await unit.people.add(bob, make.NOON)
    for person in (ALICE, bob.id):
        with pytest.raises(Conflict, match="T1:U1 is linked already"):
            async with units.write() as unit:
                await unit.links.add_slack(person, make.slack_account(), method="code", at=make.at(2))
    async with units.write() as unit:
        assert await unit.links.end_slack(make.slack_account(), make.at(3))
        assert not await unit.links.end_slack(make.slack_account(), make.at(4))
        assert await unit.people.by_slack(make.slack_account()) is None
        assert await unit.people.slack_user(ALICE, make.SLACK) is None
        await unit.links.add_slack(bob.id, make.slack_account(), method="code", at=make.at(5))
        assert await unit.people.by_slack(make.slack_account()) == bob
        history = await unit.links.of_person(ALICE)
        [_, now] = await unit.links.of_person(bob.id)
    slack = AccountLink(
        person=ALICE,
        provider="slack",
        connection=make.SLACK,
        external_id="T1:U1",
        login="alice",
        method="browser",
        linked_at=make.at(1),
        unlinked_at=make.at(3),
    )
    github = replace(
        slack,
        provider="github",
        connection=make.CONNECTION,
        external_id="1001",
        method="seen",
        linked_at=make.NOON,
        unlinked_at=None,
    )
    assert history == [github, slack]
    assert now == replace(slack, person=bob.id, method="code", linked_at=make.at(5), unlinked_at=None)


async def test_of_two_users_in_one_slack_the_one_linked_last_is_told(units: Units) -> None:
    await link(units)
    async with units.write() as unit:
        await unit.links.add_slack(ALICE, make.slack_account("U9", home="T2"), method="browser", at=make.at(2))
        assert await unit.people.slack_user(ALICE, make.SLACK) == "U9"
        assert await unit.links.end_slack(make.slack_account("U9", home="T2"), make.at(3))
        assert await unit.people.slack_user(ALICE, make.SLACK) == "U1"


async def test_linking_in_slack_leaves_github_s_account_alone(units: Units) -> None:
    await link(units)
    async with units.write() as unit:
        assert await unit.people.by_github(make.account()) == make.person()
        await unit.people.rename(make.account("alice-b"))
        logins = [each.login for each in await unit.links.of_person(ALICE)]
    assert logins == ["alice-b", "alice"]


# --- attempts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {
            "browser_hash": "b" * 64,
            "state_hash": "c" * 64,
            "verifier": "v",
            "github": make.account(id=2**53 + 1),
            "slack_proven": True,
            "code_hash": "d" * 64,
            "confirmed_at": make.at(1),
            "tries": 3,
            "version": 7,
        },
    ],
)
async def test_an_attempt_comes_back_as_it_went(units: Units, changes: dict[str, object]) -> None:
    attempt = make.link_attempt(**changes)
    async with units.write() as unit:
        await unit.link_attempts.add(attempt)
    async with units.read() as unit:
        assert await unit.link_attempts.by_nonce("1" * 64) == attempt
        assert await unit.link_attempts.open_of(make.slack_account(name="renamed")) == attempt
        found = await unit.link_attempts.by_browser("b" * 64)
        assert found == (attempt if attempt.browser_hash else None)
        assert await unit.link_attempts.by_nonce("2" * 64) is None
        for stranger in ({"user": "U2"}, {"home": "T2"}, {"connection": make.CONNECTION}):
            assert await unit.link_attempts.open_of(make.slack_account(**stranger)) is None, stranger


async def test_t5_an_attempt_is_saved_once_per_version(units: Units) -> None:
    attempt = make.link_attempt(state_hash="c" * 64, verifier="v")
    async with units.write() as unit:
        await unit.link_attempts.add(attempt)
        used = await unit.link_attempts.save(replace(attempt, state_hash=None, verifier=None))
        with pytest.raises(Conflict, match="not at version 1"):
            await unit.link_attempts.save(replace(attempt, tries=1))
        with pytest.raises(Conflict, match="not at version 1"):
            await unit.link_attempts.save(make.link_attempt(id=UUID(int=9)))
    assert used == replace(attempt, state_hash=None, verifier=None, version=2)
    async with units.read() as unit:
        assert await unit.link_attempts.by_nonce(attempt.nonce_hash) == used


async def test_t5_a_new_attempt_ends_the_one_before_and_a_browser_can_not_bring_it_back(units: Units) -> None:
    first = make.link_attempt(verifier="v", browser_hash="b" * 64)
    other = later(3, slack=make.slack_account("U2"))
    second = later(2, browser_hash="b" * 64)
    async with units.write() as unit:
        await unit.link_attempts.add(first)
        await unit.link_attempts.add(other)
        await unit.link_attempts.add(second)
        with pytest.raises(Conflict, match="not at version 1"):
            await unit.link_attempts.save(replace(first, confirmed_at=make.at(3)))
    async with units.read() as unit:
        assert await unit.link_attempts.open_of(first.slack) == second
        assert await unit.link_attempts.open_of(other.slack) == other
        ended = await unit.link_attempts.by_nonce(first.nonce_hash)
        assert ended == replace(first, ended_at=second.created_at, verifier=None, version=2)
        assert await unit.link_attempts.by_browser("b" * 64) == second


async def test_an_attempt_that_ended_is_still_found_but_not_as_open(units: Units) -> None:
    attempt = make.link_attempt(browser_hash="b" * 64)
    async with units.write() as unit:
        await unit.link_attempts.add(attempt)
        ended = await unit.link_attempts.save(replace(attempt, ended_at=make.at(1)))
        assert await unit.link_attempts.open_of(attempt.slack) is None
        assert await unit.link_attempts.by_nonce(attempt.nonce_hash) == ended
        assert await unit.link_attempts.by_browser("b" * 64) == ended
        await unit.link_attempts.add(later(2))
        assert await unit.link_attempts.by_nonce(attempt.nonce_hash) == ended


async def test_t5_a_nonce_is_used_for_one_attempt(units: Units) -> None:
    async with units.write() as unit:
        await unit.link_attempts.add(make.link_attempt())
    with pytest.raises(Conflict, match="nonce"):
        async with units.write() as unit:
            await unit.link_attempts.add(later(2, nonce_hash="1" * 64, slack=make.slack_account("U2")))


async def test_t24_who_signed_in_elsewhere_is_not_written_down_as_ours(units: Units) -> None:
    elsewhere = GitHubAccount(connection=make.SLACK, id=1001, login="alice")
    with pytest.raises(BotError, match="nobody on another"):
        async with units.write() as unit:
            await unit.link_attempts.add(make.link_attempt(github=elsewhere))


# --- bindings -----------------------------------------------------------------------------------------------------


async def test_a_channel_has_one_default_repository(units: Units) -> None:
    await save_request(units)  # brings alice
    bound = make.binding()
    wider = make.binding(repository=2**53 + 1, guests=True, shared=True)
    async with units.write() as unit:
        assert await unit.bindings.get(make.SLACK, "C1") is None
        await unit.bindings.save(bound, by=ALICE, at=make.NOON)
        assert await unit.bindings.get(make.SLACK, "C1") == bound
        await unit.bindings.save(make.binding(channel="C2"), by=ALICE, at=make.NOON)
        await unit.bindings.save(wider, by=ALICE, at=make.at(1))
        assert await unit.bindings.get(make.SLACK, "C1") == wider
        assert await unit.bindings.get(make.CONNECTION, "C1") is None
        rows = (await unit.bindings._sql.execute(select(bindings).order_by(bindings.c.channel))).all()
        assert [(row.channel, row.bound_by, row.bound_at) for row in rows] == [
            ("C1", ALICE, make.at(1)),
            ("C2", ALICE, make.NOON),
        ]
        assert await unit.bindings.remove(make.SLACK, "C1")
        assert not await unit.bindings.remove(make.SLACK, "C1")
        assert await unit.bindings.get(make.SLACK, "C1") is None
        assert await unit.bindings.get(make.SLACK, "C2") == make.binding(channel="C2")


async def test_t22_nobody_binds_a_channel_without_a_name(units: Units) -> None:
    with pytest.raises(IntegrityError):
        async with units.write() as unit:
            await unit.bindings.save(make.binding(), by=UUID(int=9), at=make.NOON)
