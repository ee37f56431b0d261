"""Who may do what is the same at two replicas, and a comment that both are told of is heard once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.fleet import A, B, SlackFleet, talking
from tests.support.runs import LINE, asked, headline, paragraphs, refused_in_slack, table

SLACK_LINE = "run acme/shop#1 deploy.yml environment=staging"


@pytest.fixture
async def fleet(postgres_url: str, tmp_path: Path) -> AsyncIterator[SlackFleet]:
    async with talking(postgres_url, tmp_path) as fleet:
        yield fleet


async def test_t28_a_right_that_ends_is_told_to_one_replica_and_gone_at_the_other(fleet: SlackFleet) -> None:
    fleet.turn_to(B)
    await fleet.types("alice", "/whoami")
    await fleet.until(lambda: len(fleet.answers()) == 1)
    fleet.turn_to(A)
    fleet.repository.role("alice", "read")
    await fleet.settle()
    fleet.turn_to(B)
    await fleet.types("alice", "/whoami")
    await fleet.until(lambda: len(fleet.answers()) == 2)
    await fleet.ops("alice", SLACK_LINE)
    await fleet.until(lambda: fleet.whispers("alice"))
    number = fleet.github.person("alice").id
    assert fleet.answers() == [
        f"You are `alice` on GitHub (id {number}). Your role in acme/shop is write.",
        f"You are `alice` on GitHub (id {number}). Your role in acme/shop is read.",
    ]
    assert fleet.whispers("alice") == [
        refused_in_slack(
            f"/ops {SLACK_LINE}",
            "alice has the role read, run needs write",
            "permission",
            "role",
            "Ask an admin of the repository for the role write.",
        )
    ]
    assert fleet.github.dispatched == []


async def test_t20_a_comment_and_its_redelivery_at_both_at_the_same_moment_run_once(fleet: SlackFleet) -> None:
    fleet.github.webhooks.lose("issue_comment")
    await fleet.github.comments("alice", fleet.pull, LINE)
    (lost,) = [each for each in fleet.github.webhooks.deliveries if each.event == "issue_comment"]
    await fleet.redelivers(lost, A, B)
    await fleet.until(lambda: fleet.answers() and "is waiting for a runner" in fleet.answers()[0])
    await fleet.redelivers(lost, B, A)
    await fleet.settle()
    assert fleet.answers() == [
        paragraphs(
            headline("⏳", "is waiting for a runner"),
            asked("alice", LINE),
            table(("build", "⏳ waiting for a runner", "")),
            "`/cancel CODE` stops it.",
        )
    ]
    assert len(fleet.github.dispatched) == 1
    assert fleet.reactions() == [("eyes",)]
