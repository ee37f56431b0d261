"""Jobs that wait at an environment which our protection rule guards: ours go on, nobody gets past us (T3, T10)."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.sandbox.github.runs import Run
from tests.support.configured import CONFIG, SHIP, files
from tests.support.story import NIGHTLY, Story, telling

GUARDED = SHIP.replace("ship: {", "ship: {environment: '${{ inputs.environment }}', ")
GATE = "    permission: maintain\n"
RULE = "*/deployment_protection_rule"
LATER = NIGHTLY.replace("check: {", "check: {environment: production, ")
OTHER = NIGHTLY.replace("check: {", "check: {environment: lab, ")


@asynccontextmanager
async def guarded(folder: Path, config: str = CONFIG) -> AsyncIterator[Story]:
    """Our rule guards staging, production and lab; the last one is in no configuration."""
    async with telling(folder, files=files(config, ship=GUARDED, later=LATER, other=OTHER)) as story:
        for name in ("staging", "production", "lab"):
            story.github.environment(story.repository, name, apps=[story.github.app])
        yield story


def said(story: Story) -> list[tuple[str, str, str, bool]]:
    """The rows: environment, verdict, the sentence, whether GitHub took it."""
    with sqlite3.connect(story.bot.settings.database_url.reveal().removeprefix("sqlite:///")) as rows:
        sql = "SELECT environment, state, note, answered_at IS NOT NULL FROM protections ORDER BY id"
        found = rows.execute(sql).fetchall()
    rows.close()
    return [(name, state, story.named(note), bool(heard)) for name, state, note, heard in found]


def answers(story: Story) -> list[str]:
    """What GitHub took of us, verdicts and comments."""
    heard = [
        each.request_body
        for each in story.github.journal
        if each.path.endswith("/deployment_protection_rule") and each.method == "POST" and each.status < 300
    ]
    return [str(body.get("state", "comment")) for body in heard if isinstance(body, dict)]


async def by_hand(story: Story, who: str, file: str = "ship.yml", environment: str = "production") -> Run:
    inputs = {"environment": environment, "signalbox_sha": story.pull.head_sha} if file == "ship.yml" else {}
    run = await story.github.dispatches(who, story.repository, file, ref="main", inputs=inputs)
    await story.settle()
    return run


PASSED = ("production", "approved", 'Request CODE passed every gate of "production" in Signalbox.', True)


async def test_a_run_of_ours_goes_on_at_once(tmp_path: Path) -> None:
    async with guarded(tmp_path) as story:
        await story.types("bob", "/ship production")
        await story.passes(2)
        run = story.github.runs[-1]
        assert (run.waits_for, said(story), answers(story)) == ([], [PASSED], ["approved"])
        await run.play()
        await story.passes(1)
        assert story.answers()[0].startswith("✅ **Ship passed**")


async def test_a_run_waits_for_the_approval_and_not_a_second_time(tmp_path: Path) -> None:
    async with guarded(tmp_path, CONFIG.replace(GATE, "    approvals: {count: 1}\n")) as story:
        await story.types("bob", "/ship production")
        await story.passes(2)
        assert said(story) == []
        await story.types("carol", "/approve")
        await story.passes(2)
        assert (story.github.runs[-1].waits_for, said(story)) == ([], [PASSED])


async def test_t3_a_run_that_nobody_asked_us_for_does_not_get_past_us(tmp_path: Path) -> None:
    async with guarded(tmp_path) as story:
        for who, file in (("carol", "ship.yml"), ("bob", "later.yml")):
            run = await by_hand(story, who, file)
            assert (run.conclusion, run.waits_for) == ("failure", [])
        note = (
            'Nobody asked Signalbox to bring this run into "production", and gates hang on that. Give the command to '
            "Signalbox instead: its run goes on by itself once the gates are open."
        )
        assert said(story) == [("production", "rejected", note, True)] * 2
        assert answers(story) == ["rejected", "rejected"]


async def test_where_no_gate_hangs_anybody_goes_on_and_the_page_says_so(tmp_path: Path) -> None:
    async with guarded(tmp_path) as story:
        run = await by_hand(story, "alice", "other.yml")
        note = 'The configuration of Signalbox has no gate for "lab", so whoever may start this goes on.'
        assert (run.waits_for, said(story)) == ([], [("lab", "approved", note, True)])


async def test_t10_attempt_two_is_not_passed_by_the_grant_of_the_first(tmp_path: Path) -> None:
    async with guarded(tmp_path) as story:
        await story.types("bob", "/ship production")
        await story.passes(2)
        run = story.github.runs[-1]
        await run.play()
        await story.passes(1)
        await run.rerun(by="alice")
        await story.passes(2)
        assert (run.attempt, run.conclusion) == (2, "failure")
        assert [row[1] for row in said(story)] == ["approved", "rejected"]


async def test_a_rerun_that_we_were_asked_for_goes_on(tmp_path: Path) -> None:
    async with guarded(tmp_path) as story:
        await story.types("bob", "/ship production")
        await story.passes(2)
        await story.github.runs[-1].play()
        await story.passes(1)
        await story.types("bob", "/rerun")
        await story.passes(2)
        assert (story.github.runs[-1].attempt, story.github.runs[-1].waits_for) == (2, [])
        assert [row[1] for row in said(story)] == ["approved", "approved"]


async def test_t10_another_environment_is_not_passed(tmp_path: Path) -> None:
    sneaky = GUARDED + "  more: {environment: production, runs-on: ubuntu-latest, steps: [{run: make ship}]}\n"
    async with telling(tmp_path, files=files(ship=sneaky)) as story:
        for name in ("staging", "production"):
            story.github.environment(story.repository, name, apps=[story.github.app])
        await story.types("alice", "/ship staging")
        await story.passes(2)
        assert sorted(row[:2] for row in said(story)) == [("production", "rejected"), ("staging", "approved")]


async def test_a_request_that_was_cancelled_goes_no_further(tmp_path: Path) -> None:
    async with guarded(tmp_path) as story:
        story.github.faults.status(503, "POST", RULE, times=1)
        await story.types("bob", "/ship production")
        story.github.runs[-1].stubborn = True
        await story.types("bob", "/cancel")
        await story.passes(60)
        assert said(story) == [
            ("production", "rejected", "Request CODE was cancelled, so its run goes no further.", True)
        ]


async def test_while_github_is_away_it_waits(tmp_path: Path) -> None:
    async with guarded(tmp_path) as story:
        story.github.faults.status(503, "POST", RULE, times=2)
        await story.types("bob", "/ship production")
        await story.passes(1)
        assert said(story) == [(*PASSED[:3], False)]
        for _ in range(6):
            await story.passes(60)
        assert (story.github.runs[-1].waits_for, said(story)) == ([], [PASSED])


async def test_a_lost_webhook_costs_time_only(tmp_path: Path) -> None:
    async with guarded(tmp_path) as story:
        url = story.github.app.webhook_url
        await story.types("bob", "/ship staging")
        await story.passes(2)
        await story.github.runs[-1].play()
        await story.passes(1)
        await story.github.comments("bob", story.pull, "/ship production")
        await story.github.settled()
        story.github.app.webhook_url = "http://127.0.0.1:9/nobody"
        await story.settle()
        story.github.app.webhook_url = url
        assert (len(story.github.runs), len(story.github.runs[-1].waits_for)) == (2, 1)
        for _ in range(4):
            await story.passes(61)
        assert story.github.runs[-1].waits_for == []
        assert said(story)[-1] == PASSED


async def test_what_github_does_not_tell_is_never_a_yes(tmp_path: Path) -> None:
    async with guarded(tmp_path) as story:
        story.github.faults.status(403, "GET", "*/actions/runs/*", times=99, message="Resource not accessible")
        run = await by_hand(story, "alice", "other.yml")
        await story.passes(1)
        assert (len(run.waits_for), said(story), answers(story)) == (1, [], ["comment"])
