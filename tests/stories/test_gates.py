"""Every gate of an environment, by every way in, on both surfaces: refused alike, by its reason code."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.configured import CONFIG, files
from tests.support.runs import read_once
from tests.support.slack_story import SlackStory, talking

GATES = """\
    teams: [acme/deployers]
    requires:
      checks: {only: passing, ignore: [flaky]}
      reviews: approved
      up_to_date: true
      after: staging
    lock: true
    freeze: [{from: "Sun 16:00", to: "Mon 08:00", timezone: Europe/Berlin, reason: weekend}]
"""
WAYS = {
    "its command": ("/ship production", "ship acme/shop#1 production"),
    "run": ("/run ship.yml environment=production", "run acme/shop#1 ship.yml environment=production"),
    "a second command": ("/again production", "again acme/shop#1 production"),
}
AGAIN = "  again: {workflow: ship.yml, arguments: {environment: {type: string}}, environment: environment}\n"

Setup = Callable[[SlackStory], Awaitable[None]]


async def open_all(chat: SlackStory) -> None:
    """Every gate of production is open for bob: what one of the set-ups below shuts is the only thing in his way."""
    chat.pull.check("build")
    chat.pull.check("flaky", "failure")
    chat.pull.review("carol")
    await chat.types("alice", "/ship staging")
    await chat.passes(1)
    await chat.github.runs[-1].play()
    await chat.passes(1)


async def not_in_the_team(chat: SlackStory) -> None:
    chat.github.world.teams.clear()


async def closed(chat: SlackStory) -> None:
    await chat.pull.close()


async def draft(chat: SlackStory) -> None:
    await chat.pull.to_draft()


async def failing(chat: SlackStory) -> None:
    chat.clock.advance(1)
    chat.pull.check("build", "failure")  # a newer red rerun beats an older green


async def pending(chat: SlackStory) -> None:
    chat.pull.check("lint", "in_progress")


async def missing(chat: SlackStory) -> None:
    chat.repository.protect("main", required=["audit"])


async def unreadable(chat: SlackStory) -> None:
    for app in chat.github.world.apps.values():
        for installation in app.installations.values():
            installation.permissions.pop("checks")
    for token in list(chat.github.world.tokens._callers):  # those that may still read them
        chat.github.world.tokens.revoke(token)


async def unreviewed(chat: SlackStory) -> None:
    chat.pull.reviews.clear()


async def review_of_another_commit(chat: SlackStory) -> None:
    chat.pull.reviews.clear()
    chat.pull.review("carol", sha=chat.repository.head_sha)


async def review_by_a_reader(chat: SlackStory) -> None:
    chat.pull.reviews.clear()
    chat.pull.review("rita")


async def changes_requested(chat: SlackStory) -> None:
    chat.pull.review("bob", "CHANGES_REQUESTED")


async def a_code_owner_is_missing(chat: SlackStory) -> None:
    chat.repository.protect("main", required=[], reviews=1, code_owners=["bob"])


async def outdated(chat: SlackStory) -> None:
    await chat.repository.push("main", files={"OTHER.md": "x"}, by="carol")


async def conflict(chat: SlackStory) -> None:
    chat.pull.conflicts = True


async def not_computed(chat: SlackStory) -> None:
    chat.pull.computing = True


async def frozen(chat: SlackStory) -> None:
    chat.clock.advance((datetime(2026, 11, 22, 18, tzinfo=UTC) - chat.clock.now()).total_seconds())


async def locked(chat: SlackStory) -> None:
    await chat.types("carol", "/ship production")
    assert len(chat.github.dispatched) == 2


SHUT: dict[str, tuple[Setup, str]] = {
    "team": (not_in_the_team, "team"),
    "closed": (closed, "closed"),
    "draft": (draft, "draft"),
    "failing": (failing, "checks_failing"),
    "pending": (pending, "checks_pending"),
    "missing": (missing, "checks_missing"),
    "unreadable": (unreadable, "checks_unreadable"),
    "unreviewed": (unreviewed, "review_missing"),
    "another commit": (review_of_another_commit, "review_missing"),
    "a reader's": (review_by_a_reader, "review_missing"),
    "changes": (changes_requested, "changes_requested"),
    "code owner": (a_code_owner_is_missing, "review_missing"),
    "outdated": (outdated, "outdated"),
    "conflict": (conflict, "conflict"),
    "not computed": (not_computed, "conflict"),
    "frozen": (frozen, "frozen"),
}


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[SlackStory]:
    config = CONFIG.replace("commands:\n", f"commands:\n{AGAIN}").replace("    permission: maintain\n", GATES)
    async with talking(tmp_path, files=files(config)) as chat:
        chat.github.team("acme/deployers", members=["bob", "carol"])
        await open_all(chat)
        yield chat


@pytest.mark.parametrize("way", WAYS)
async def test_open_gates_let_it_through(chat: SlackStory, way: str) -> None:
    await chat.types("bob", WAYS[way][0])
    assert len(chat.github.dispatched) == 2
    assert chat.github.dispatched[-1].inputs["signalbox_sha"] == chat.pull.head_sha


@pytest.mark.parametrize("shut", SHUT)
async def test_a_shut_gate_is_shut_by_every_way_in_and_on_both_surfaces(chat: SlackStory, shut: str) -> None:
    shuts, reason = SHUT[shut]
    await shuts(chat)
    await chat.settle()
    before = len(chat.github.dispatched)
    for comment, words in WAYS.values():
        await chat.types("bob", comment)
        assert f"(`{reason}`)" in chat.answers()[-1], chat.answers()[-1]
        await chat.ops("bob", words)
        assert f"(`{reason}`)" in chat.whispers("bob")[-1], chat.whispers("bob")[-1]
    assert len(chat.github.dispatched) == before


async def test_a_lock_that_is_held_is_waited_for_by_every_way_in_and_on_both_surfaces(chat: SlackStory) -> None:
    await locked(chat)
    before = len(chat.github.dispatched)
    for comment, words in WAYS.values():
        await chat.types("bob", comment)
        assert chat.answers()[-1].startswith("⏳ **Ship waits** for a lock · `CODE`")
        await chat.ops("bob", words)
        assert chat.read(chat.living()[-1]).startswith("⏳ Ship waits for a lock · `CODE`")
        await chat.ops("bob", f"explain {words}")
        assert "(`locked`)" in chat.whispers("bob")[-1]
    assert len(chat.github.dispatched) == before


async def test_what_a_dispatch_through_every_gate_costs(chat: SlackStory) -> None:
    """branch-deploy takes 35 calls. Without the reaction and the message, which every command has, and the two by which
    a configuration is read again when that was not done a moment ago."""
    await chat.types("bob", "/ship production dry_run=true")
    await chat.passes(1)
    await chat.github.runs[-1].play()
    await chat.passes(1)
    before = len(chat.github.journal)
    await chat.types("bob", "/ship production")
    calls = [f"{each.method} {each.path.split('/acme/shop')[-1]}" for each in list(chat.github.journal)[before:]]
    assert sorted(each for each in calls if "comments" not in each) == [
        *read_once(chat),
        "GET /branches/main",  # which checks its protection requires
        "GET /collaborators/bob/permission",
        "GET /commits/heads/main",  # whose workflow runs (T1)
        "GET /contents/.github/workflows/ship.yml",
        "GET /orgs/acme/teams/deployers/memberships/bob",
        "GET /pulls/1",
        "GET /rules/branches/main",  # and its rulesets
        f"GET /user/{chat.github.person('bob').id}",  # whose membership it is (T8)
        "POST /actions/workflows/ship.yml/dispatches",
        "POST /graphql",  # checks, reviews, how far behind, conflicts
    ]
