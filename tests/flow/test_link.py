"""Linking as Slack sees it: offered, redeemed by a code, told, ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.flow.link_attempt import Stopped, Why
from bot.model.message import ButtonStyle, Message
from bot.model.people import GitHubAccount
from bot.model.slack import Standing
from bot.store.database import Database
from bot.store.unit import Units
from tests.support import make
from tests.support.clock import FakeClock
from tests.support.linking import PUBLIC_URL, Links, linked_by, nonce_of, slack_user, without
from tests.support.store import clock, database, database_url, migrated, units

__all__ = ["clock", "database", "database_url", "migrated", "units"]

ALICE = slack_user()
MALLORY = slack_user("U9", "mallory")
ELSEWHERE = slack_user("U7", "alice.work", home="T2")
GITHUB = make.account("alice", 1001)
OTHER = make.account("alice-work", 1002)


@pytest.fixture
def links(database: Database, units: Units, clock: FakeClock) -> Links:
    return linked_by(database, units, clock)


def said(message: Message) -> tuple[object, object]:
    assert message.name == "link_refused"
    return message.fields["sentence"], message.fields["next_step"]


async def test_a_private_button_is_offered(links: Links) -> None:
    message = await links.asks(ALICE)
    button = message.buttons[0]
    assert (message.name, message.fields) == ("link_offered", {"minutes": 10})
    assert (button.action, button.label, button.style) == ("link", "Link my GitHub account", ButtonStyle.PRIMARY)
    assert button.url is not None
    assert button.url.startswith(f"{PUBLIC_URL}/link/slack/")
    assert len(nonce_of(message)) >= 43


async def test_a_command_of_somebody_unknown_is_answered_with_the_button(links: Links) -> None:
    async with links.units.write() as unit:
        message = await links.linking.begin(unit, ALICE, line="run deploy.yml")
    assert (message.name, message.fields) == ("not_linked", {"minutes": 10, "line": "run deploy.yml"})
    assert message.buttons[0].url is not None


async def test_t5_no_secret_lies_in_the_database(links: Links, database_url: str) -> None:
    nonce = await links.nonce(ALICE)
    secret = await links.browser.open(nonce, "")
    url = await links.browser.to_github(secret)
    callback = links.github.agrees(url, GITHUB)
    await links.browser.from_github(secret, callback)
    code = (await links.browser.question.confirm(await links.browser.question.review(secret))).code
    assert code is not None
    folder = Path(database_url.removeprefix("sqlite:///")).parent
    stored = b"".join(each.read_bytes() for each in folder.iterdir())
    kept = [each for each in (nonce, secret, callback.state, callback.code, code) if each.encode() in stored]
    assert kept == []
    assert GITHUB.login.encode() in stored


@pytest.mark.parametrize(
    ("lacking", "named"),
    [
        ({"public_url": None}, "PUBLIC_URL"),
        ({"signs_in": False}, "GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET"),
    ],
)
async def test_where_nobody_can_sign_in_the_operator_is_told_what_to_set(
    links: Links, lacking: dict[str, object], named: str
) -> None:
    message = await without(links, **lacking).asks(ALICE)
    step = f"Ask whoever runs Signalbox to set {named}; the start page of Signalbox says how."
    assert (message.name, message.fields, message.buttons) == ("link_unavailable", {"next_step": step}, ())


async def test_t5_a_code_links_for_the_user_who_asked(links: Links) -> None:
    message = await links.link(ALICE, GITHUB)
    assert (message.name, message.fields) == (
        "link_finished",
        {"github_login": "alice", "slack_user": "U1", "server_url": "https://github.com", "prefix": "/ops"},
    )
    person = await links.person(ALICE)
    assert person is not None
    assert person.github == GITHUB
    assert await links.audited() == [
        (
            "account_linked",
            {"slack": "T1:U1", "name": "alice", "login": "alice", "account": 1001, "method": "code"},
        )
    ]


async def test_a_code_may_be_typed_in_small_letters_and_without_the_hyphen(links: Links) -> None:
    code = await links.shown_code(ALICE, GITHUB)
    assert (await links.types(ALICE, code.lower().replace("-", " "))).name == "link_finished"


async def test_t5_nobody_else_can_use_the_code(links: Links) -> None:
    code = await links.shown_code(ALICE, GITHUB)
    await links.shown_code(MALLORY, OTHER)
    assert said(await links.types(MALLORY, code))[0] == "That is not the code that the browser shows."
    assert said(await links.types(slack_user("U8", "eve"), code))[0] == (
        "No code is waiting for you: it was used, or its ten minutes are over."
    )
    assert await links.person(MALLORY) is None
    assert (await links.types(ALICE, code)).name == "link_finished"


async def test_t21_the_same_user_id_at_another_home_is_somebody_else(links: Links) -> None:
    code = await links.shown_code(ALICE, GITHUB)
    twin = slack_user(home="T2")
    assert said(await links.types(twin, code))[1] == "Type `/ops link` to begin again."
    assert await links.person(twin) is None


async def test_a_code_works_once(links: Links) -> None:
    code = await links.shown_code(ALICE, GITHUB)
    await links.types(ALICE, code)
    await links.unlinks(ALICE)
    assert said(await links.types(ALICE, code))[1] == "Type `/ops link` to begin again."
    assert await links.person(ALICE) is None


async def test_a_code_works_for_ten_minutes_from_the_command(links: Links) -> None:
    code = await links.shown_code(ALICE, GITHUB)
    links.clock.advance(600)
    assert said(await links.types(ALICE, code))[0] == (
        "No code is waiting for you: it was used, or its ten minutes are over."
    )
    assert await links.person(ALICE) is None


async def test_t5_five_wrong_codes_end_the_attempt(links: Links) -> None:
    code = await links.shown_code(ALICE, GITHUB)
    answers = [said(await links.types(ALICE, "WRNG-CDE2")) for _ in range(5)]
    step = "Type it exactly as the browser shows it: `/ops link ABCD-EFGH`. Tries left: {}."
    assert answers == [
        *(("That is not the code that the browser shows.", step.format(left)) for left in (4, 3, 2, 1)),
        ("Those were too many wrong codes, so this attempt is over.", "Type `/ops link` to begin again."),
    ]
    assert said(await links.types(ALICE, code))[1] == "Type `/ops link` to begin again."
    assert await links.person(ALICE) is None
    assert (await links.audited())[-1][0] == "link_refused"


async def test_t5_a_new_code_does_not_give_new_tries(links: Links) -> None:
    secret = await links.signs_in(ALICE, GITHUB)
    question = links.browser.question
    for _ in range(4):
        await question.confirm(await question.review(secret))
        await links.types(ALICE, "WRNG-CDE2")
    await question.confirm(await question.review(secret))
    assert said(await links.types(ALICE, "WRNG-CDE2"))[0] == "Those were too many wrong codes, so this attempt is over."


async def test_a_code_that_was_replaced_by_a_newer_one_is_wrong(links: Links) -> None:
    secret, question = await links.signs_in(ALICE, GITHUB), links.browser.question
    first = (await question.confirm(await question.review(secret))).code
    second = (await question.confirm(await question.review(secret))).code
    assert first is not None
    assert second is not None
    assert (await links.types(ALICE, first)).name == "link_refused"
    assert (await links.types(ALICE, second)).name == "link_finished"


async def test_a_new_button_ends_the_old_one(links: Links) -> None:
    old, new = await links.nonce(ALICE), await links.nonce(ALICE)
    with pytest.raises(Stopped) as stopped:
        await links.browser.open(old, "")
    assert stopped.value.why is Why.ENDED
    assert await links.browser.open(new, "")


async def test_a_command_typed_while_the_browser_is_open_does_not_end_the_attempt(links: Links) -> None:
    secret = await links.browser.open(await links.nonce(ALICE), "")
    async with links.units.write() as unit:
        message = await links.linking.begin(unit, ALICE, line="status")
    assert said(message) == (
        "You are linking your accounts in a browser, so nothing was done yet.",
        "Finish there, or type `/ops link` to begin again.",
    )
    assert await links.browser.to_github(secret)


async def test_a_slack_account_that_is_linked_is_told_so(links: Links) -> None:
    await links.link(ALICE, GITHUB)
    assert said(await links.asks(ALICE)) == (
        "This Slack account is linked with alice on GitHub already.",
        "To link another GitHub account, type `/ops unlink` first.",
    )


async def test_a_slack_account_that_got_another_link_meanwhile_keeps_it(links: Links) -> None:
    code = await links.shown_code(ALICE, GITHUB)
    await _linked_meanwhile(links, OTHER)
    assert said(await links.types(ALICE, code)) == (
        "This Slack account is linked with another GitHub account, alice-work.",
        "Type `/ops unlink` in Slack, then `/ops link` again.",
    )
    person = await links.person(ALICE)
    assert person is not None
    assert person.github == OTHER


async def test_the_same_pair_again_changes_nothing(links: Links) -> None:
    code = await links.shown_code(ALICE, GITHUB)
    await _linked_meanwhile(links, GITHUB)
    assert said(await links.types(ALICE, code)) == (
        "This Slack account and alice on GitHub are linked already.",
        "There is nothing to do.",
    )
    assert [action for action, _ in await links.audited()] == ["link_refused"]


async def _linked_meanwhile(links: Links, github: GitHubAccount) -> None:
    async with links.units.write() as unit:
        person = await links.linking.identify(unit, github)
        await unit.links.add_slack(person.id, ALICE.account, method="browser", at=links.clock.now())


async def test_t5_a_github_account_has_one_slack_account_per_workspace(links: Links) -> None:
    await links.link(ALICE, GITHUB)
    secret = await links.signs_in(MALLORY, GITHUB)
    with pytest.raises(Stopped) as stopped:
        await links.browser.question.review(secret)
    objection = stopped.value.objection
    assert objection is not None
    assert (objection.sentence, objection.next_step) == (
        "alice on GitHub is linked with another Slack account here, alice.",
        "Type `/ops unlink` with that Slack account, then `/ops link` with this one.",
    )
    assert await links.person(MALLORY) is None


async def test_t5_a_second_workspace_is_fine_and_the_first_account_is_told(links: Links) -> None:
    await links.link(ALICE, GITHUB)
    await links.link(ELSEWHERE, GITHUB)
    assert await links.person(ELSEWHERE) == await links.person(ALICE)
    assert await links.told() == [
        ("U1", "🔔 Your accounts changed: A Slack account was linked with your GitHub account.")
    ]


async def test_unlinking_ends_the_link_and_tells_the_other_account_once(links: Links) -> None:
    await links.link(ALICE, GITHUB)
    await links.link(ELSEWHERE, GITHUB)
    assert (await links.unlinks(ELSEWHERE)).fields["sentence"] == (
        "This Slack account is no longer linked with alice on GitHub."
    )
    assert (await links.unlinks(ELSEWHERE)).fields["sentence"] == (
        "This Slack account is not linked with GitHub. To link it, type `/ops link`."
    )
    assert await links.person(ELSEWHERE) is None
    assert await links.person(ALICE) is not None
    told = [words for user, words in await links.told() if user == "U1"]
    assert told[1:] == ["🔔 Your accounts changed: A Slack account was unlinked from your GitHub account."]
    assert [action for action, _ in await links.audited()] == ["account_linked"] * 2 + ["account_unlinked"]


async def test_t9_the_history_of_links_stays(links: Links) -> None:
    await links.link(ALICE, GITHUB)
    first = await links.person(ALICE)
    assert first is not None
    await links.unlinks(ALICE)
    links.clock.advance(60)
    await links.link(ALICE, GITHUB)
    async with links.units.read() as unit:
        history = await unit.links.of_person(first.id)
    slack = [(link.external_id, link.method, link.unlinked_at is None) for link in history if link.provider == "slack"]
    assert slack == [("T1:U1", "code", False), ("T1:U1", "code", True)]
    assert await links.person(ALICE) == first


async def test_t9_another_github_account_after_unlinking_is_another_person(links: Links) -> None:
    await links.link(ALICE, GITHUB)
    first = await links.person(ALICE)
    await links.unlinks(ALICE)
    await links.link(ALICE, OTHER)
    second = await links.person(ALICE)
    assert first is not None
    assert second is not None
    assert first.id != second.id
    async with links.units.read() as unit:
        assert [link.external_id for link in await unit.links.of_person(first.id)] == ["1001", "T1:U1"]


async def test_a_person_whom_github_named_before_is_the_same_person(links: Links) -> None:
    async with links.units.write() as unit:
        known = await links.linking.identify(unit, GITHUB)
    await links.link(ALICE, GITHUB)
    assert await links.person(ALICE) == known


async def test_a_renamed_login_follows_the_number(links: Links) -> None:
    await links.link(ALICE, GITHUB)
    await links.link(ELSEWHERE, replace(GITHUB, login="alice-renamed"))
    person = await links.person(ALICE)
    assert person is not None
    assert person.github == replace(GITHUB, login="alice-renamed")


async def test_t8_somebody_who_took_an_old_login_is_not_linked(links: Links) -> None:
    await links.link(ALICE, GITHUB)
    await links.link(ELSEWHERE, make.account("alice", 2002))
    assert await links.person(ALICE) != await links.person(ELSEWHERE)


@pytest.mark.parametrize("standing", [Standing.GUEST, Standing.EXTERNAL])
async def test_t21_guests_and_people_from_outside_may_link(links: Links, standing: Standing) -> None:
    guest = replace(ALICE, standing=standing)
    assert (await links.link(guest, GITHUB)).name == "link_finished"


@pytest.mark.parametrize(
    ("standing", "sentence"),
    [
        (Standing.BOT, "Bots can not be linked with a GitHub account."),
        (Standing.DEACTIVATED, "This Slack account is deactivated."),
    ],
)
async def test_t21_bots_and_deactivated_users_may_not(links: Links, standing: Standing, sentence: str) -> None:
    code = await links.shown_code(ALICE, GITHUB)
    barred = replace(ALICE, standing=standing)
    assert said(await links.asks(barred))[0] == sentence
    assert said(await links.types(barred, code))[0] == sentence
    assert await links.person(ALICE) is None
