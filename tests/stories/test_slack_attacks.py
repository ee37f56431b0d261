"""What people try in Slack who want to know, run or say more than they may: each test names the rule that stops it."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

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


async def test_t21_the_same_user_id_in_a_foreign_workspace_is_somebody_else(chat: SlackStory) -> None:
    foreign = chat.slack.workspace("Elsewhere")
    chat.slack.install(chat.app, foreign)
    double = chat.slack.person("zoe", workspace=foreign)
    double.id = chat.slack.person("alice").id
    place = chat.slack.channel("#elsewhere", workspace=foreign, members=[double])

    await chat.slack.command(double, place, "/ops run acme/shop deploy.yml environment=staging")
    await chat.slack.mentions(double, place, "@signalbox run acme/shop deploy.yml environment=staging")
    await chat.passes(3)

    assert chat.github.runs == []


async def test_t21_guests_that_one_repository_allowed_are_not_let_into_the_next(tmp_path: Path) -> None:
    async with talking(tmp_path, linked=("bob", "gus")) as chat:
        roles = {"bob": "maintain", "gus": "write"}
        chat.github.repository("acme/core", private=True, files=WORKFLOWS, roles=roles)
        chat.repository.role("gus", "write")
        chat.slack.person("gus", guest=True)
        chat.slack.channel("#deploys", members=["gus"])
        await chat.settle()

        await chat.ops("bob", "use acme/shop guests=true")
        await chat.ops("bob", "use acme/shop")  # what is not said stays
        await chat.ops("gus", "runs")
        assert "Guests can not" not in chat.whispers("gus")[-1]
        await chat.ops("bob", "use acme/core")
        await chat.ops("gus", "run deploy.yml environment=staging")
        assert chat.whispers("gus")[-1].startswith("⛔ Refused: Guests can not use Signalbox in this channel.")
        assert chat.github.runs == []


async def test_linking_takes_no_repository(chat: SlackStory) -> None:
    for words in ("unlink acme/shop", "link acme/shop ABCD-EFGH"):
        await chat.ops("alice", words)
        verb = words.split()[0]
        assert f"{verb} is about your accounts, so it takes no repository." in chat.whispers("alice")[-1]
    assert all(link.unlinked_at is None for link in await chat.history("alice"))


async def test_t1_what_was_voided_is_not_run_again(chat: SlackStory) -> None:
    """Else a push between the judgement and the dispatch, taken back later, would run after all."""
    silence = chat.github.faults.silence("POST", "*/dispatches")
    await chat.slack.command("alice", "#deploys", "/ops run acme/shop#1 deploy.yml environment=staging")
    await silence.begun.wait()
    asked_for = chat.pull.head_commit
    chat.repository.write("feature", {"evil.txt": "x"}, "Slipped in between", "alice")
    chat.github.faults.release()
    await chat.passes(1)
    run = chat.github.runs[-1]
    assert (run.status, run.conclusion) == ("completed", "cancelled")
    chat.repository.git.set_branch("feature", chat.repository.git.branches["feature"][:-1])
    chat.repository._record("feature", run.head_sha, asked_for, "force_push", chat.github.person("alice"))
    await chat.passes(60)
    assert chat.pull.head_sha == asked_for.sha != run.head_sha

    for words in ("rerun acme/shop#1", "explain rerun acme/shop#1"):
        await chat.ops("alice", words)
        assert "is not what was asked for" in chat.whispers("alice")[-1]
    assert run.attempt == 1


async def test_t4_a_push_in_the_second_of_the_command_is_not_from_before_it(chat: SlackStory) -> None:
    chat.clock.advance(0.2)
    silence = chat.github.faults.silence("GET", "*/pulls/1")
    await chat.slack.command("alice", "#deploys", "/ops run acme/shop#1 deploy.yml environment=staging")
    await silence.begun.wait()
    chat.clock.advance(0.3)
    await chat.repository.push("feature", files={"evil.txt": "x"}, by="alice")
    chat.github.faults.release()
    await chat.settle()

    assert chat.github.runs == []
    assert "(`head_moved`)" in chat.whispers("alice")[-1]


async def test_t22_what_github_refuses_to_say_of_a_hidden_repository_is_not_told(tmp_path: Path) -> None:
    async with talking(tmp_path, linked=("mallory",)) as chat:
        chat.github.repository(HIDDEN, private=True, files=WORKFLOWS, roles={"alice": "admin"})
        await chat.settle()
        chat.github.faults.status(403, "GET", "*/secret/contents/*", message="Resource not accessible", times=9)
        at_once, hidden = await answers(chat, "mallory", f"run {HIDDEN} deploy.yml")
        assert (at_once, [each.replace(HIDDEN, MISSING) for each in hidden]) == await answers(
            chat, "mallory", f"run {MISSING} deploy.yml"
        )


async def test_t22_home_says_nothing_new_of_a_repository_that_somebody_lost(chat: SlackStory) -> None:
    await chat.ops("alice", "run acme/shop deploy.yml environment=staging")
    await chat.slack.opens_home("alice")
    await chat.settle()
    home = chat.slack.home_of("alice")
    assert home is not None
    assert "acme/shop" in str(home.wire)

    chat.repository.remove("alice")
    await chat.repository.rename("merger")
    await chat.passes(61)
    await chat.slack.opens_home("alice")
    await chat.settle()
    home = chat.slack.home_of("alice")
    assert home is not None
    assert "acme/merger" not in str(home.wire)
    assert "deploy.yml environment" not in str(home.wire)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded; charset=nonsense", b"token=x"),
        ("application/x-www-form-urlencoded; charset=utf-8", b"token=\xff"),
        ("multipart/form-data; boundary=y", b"--x"),
        ("multipart/form-data", b"token=x"),
    ],
)
async def test_t5_a_form_that_is_none_is_refused_without_a_word_in_the_log(
    chat: SlackStory, caplog: pytest.LogCaptureFixture, kind: str, body: bytes
) -> None:
    headers = {"Content-Type": kind, "Cookie": "signalbox-link=abc"}
    async with aiohttp.ClientSession() as browser:
        for path in ("/link/slack/nonce", "/link/confirm"):
            answer = await browser.post(chat.bot.url + path, data=body, headers=headers)
            assert answer.status in (404, 409)
    assert "A page failed" not in caplog.text


async def test_t22_a_channel_is_not_taken_from_another_repository(tmp_path: Path) -> None:
    """Else everybody's next command there would run what its new owner wrote."""
    async with talking(tmp_path, linked=("alice", "bob", "mallory")) as chat:
        chat.github.repository("mallory/trap", files=WORKFLOWS, roles={"alice": "write", "bob": "maintain"})
        chat.slack.channel("#deploys", members=["mallory"])
        await chat.settle()
        await chat.ops("bob", "use acme/shop")
        await chat.ops("mallory", "use mallory/trap")
        assert chat.whispers("mallory")[-1].startswith("This channel is about another repository.")
        await chat.ops("alice", "run deploy.yml environment=staging")
        assert [each.repository for each in chat.github.dispatched] == ["acme/shop"]

        await chat.ops("bob", "use mallory/trap")  # who may speak for both
        assert chat.whispers("bob")[-1].startswith("This channel is about mallory/trap now.")
        chat.github.uninstall(
            chat.github.app, next(r for r in chat.github.world.repositories.values() if r.name == "trap")
        )
        await chat.passes(61)
        chat.repository.role("mallory", "maintain")
        await chat.ops("mallory", "use acme/shop")  # a repository that is gone holds no channel
        assert chat.whispers("mallory")[-1].startswith("This channel is about acme/shop now.")


async def test_t22_a_form_speaks_in_no_channel_that_its_sender_is_not_in(tmp_path: Path) -> None:
    async with talking(tmp_path, linked=("alice", "mallory")) as chat:
        chat.repository.role("mallory", "write")
        chat.slack.channel("#board", private=True, members=["alice"])
        places = [chat.slack.where("#board").id, chat.slack.dm("alice").id]
        for number, place in enumerate(places, 1):
            await chat.slack.opens_home("mallory")
            await chat.settle()
            home = chat.slack.home_of("mallory")
            assert home is not None
            await chat.slack.presses("mallory", home, "run_form")
            await chat.settle()
            values = {"command": "run acme/shop deploy.yml environment=staging", "channel": place}
            await chat.slack.submits("mallory", chat.slack.views_of("mallory")[-1], values)
            await chat.passes(3)
            assert len(chat.github.runs) == number
            assert not [seen for seen in chat.slack.seen_by("alice", place) if seen.author == "signalbox"]
        assert any("@mallory (mallory) asked for deploy.yml" in said for said in chat.directs("mallory"))
