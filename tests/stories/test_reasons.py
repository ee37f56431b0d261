"""Reason codes that a configuration brings about, each read on both surfaces; nothing is started by any of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.configured import CONFIG, SHIP, files
from tests.support.slack_story import SlackStory, talking

GATED = "    permission: maintain\n"
PLAIN = SHIP.replace("      signalbox_sha: {type: string, required: true}\n", "")
DOWN = "version: 1\nmaintenance: moving house\n"

CONFIGS: dict[str, tuple[Mapping[str, str], str]] = {
    "team": (files(CONFIG.replace(GATED, "    teams: [acme/nobody-founded-it]\n")), "team"),
    "permission": (files(CONFIG.replace(GATED, "    permission: admin\n")), "permission"),
    "order": (files(CONFIG.replace(GATED, "    requires: {after: staging}\n")), "order"),
    "review_missing": (files(CONFIG.replace(GATED, "    requires: {reviews: approved}\n")), "review_missing"),
    "checks_missing": (files(CONFIG.replace(GATED, "    requires: {checks: [build]}\n")), "checks_missing"),
    "maintenance": (files(CONFIG.replace("version: 1\n", DOWN)), "maintenance"),
    "config_broken": (files("version: 1\ncommands: 7\n"), "config_broken"),
    "not_pinnable": ({**files(), ".github/workflows/ship.yml": PLAIN}, "not_pinnable"),
    "from the head": (
        files(CONFIG.replace("    workflow: ship.yml\n", "    workflow: ship.yml\n    workflow_from: head\n")),
        "not_pinnable",
    ),
}


@pytest.mark.parametrize("case", CONFIGS)
async def test_the_reason_is_read_on_both_surfaces(tmp_path: Path, case: str) -> None:
    there, reason = CONFIGS[case]
    async with talking(tmp_path, files=there) as chat:
        await chat.types("bob", "/run ship.yml environment=production")
        await chat.ops("bob", "run acme/shop#1 ship.yml environment=production")
        await refused(chat, reason)


async def test_another_base_than_the_default_branch(tmp_path: Path) -> None:
    async with talking(tmp_path, files=files()) as chat:
        await chat.repository.push("release", files={"OLD.md": "x"}, by="carol")
        other = chat.repository.pull_request(author="alice", branch="backport", base="release")
        await chat.passes(5)
        await chat.types("bob", "/ship production", other)
        await chat.ops("bob", f"ship acme/shop#{other.number} production")
        assert "(`base`)" in chat.answers(other)[-1]
        assert "(`base`)" in chat.whispers("bob")[-1]
        assert chat.github.dispatched == []


async def test_what_lacks_only_a_yes_waits_for_it(tmp_path: Path) -> None:
    async with talking(tmp_path, files=files(CONFIG.replace(GATED, "    approvals: {count: 1}\n"))) as chat:
        await chat.types("bob", "/run ship.yml environment=production")
        await chat.ops("bob", "run acme/shop#1 ship.yml environment=production")
        await chat.ops("bob", "explain ship acme/shop#1 production")
        assert chat.answers()[-1].startswith("⏳ **Ship waits** for an approval · `CODE`")
        assert chat.read(chat.living()[-1]).startswith("⏳ Ship waits for an approval · `CODE`")
        assert "(`approval_missing`)" in chat.whispers("bob")[-1]
        assert chat.github.dispatched == []


@pytest.mark.parametrize("how", ["comment_edited", "comment_deleted"])
async def test_what_waits_is_void_once_its_comment_says_something_else(tmp_path: Path, how: str) -> None:
    async with talking(tmp_path, files=files(CONFIG.replace(GATED, "    approvals: {count: 1}\n"))) as chat:
        comment = await chat.github.comments("bob", chat.pull, "/ship production")
        await chat.settle()
        await (comment.edit("/ship staging") if how == "comment_edited" else comment.delete())
        await chat.passes(5)
        assert chat.answers()[-1].startswith("⛔ **Ship was stopped**")
        assert f"(`{how}`)" in chat.answers()[-1]
        assert chat.github.dispatched == []


async def test_somebody_says_no(tmp_path: Path) -> None:
    async with talking(tmp_path, files=files(CONFIG.replace(GATED, "    approvals: {count: 1}\n"))) as chat:
        await chat.types("bob", "/ship production")
        await chat.types("carol", "/reject")
        await chat.ops("bob", "ship acme/shop#1 production")
        await chat.ops("carol", "reject acme/shop#1")
        await chat.passes(5)
        said = [answer for answer in chat.answers() if answer.startswith("⛔ **Ship was rejected**")]
        assert ["(`rejected`)" in each for each in said] == [True, True]  # what was asked in Slack shows there too
        assert chat.read(chat.living()[-1]).startswith("⛔ Ship was rejected")
        assert "(`rejected`)" in chat.read(chat.living()[-1])
        assert chat.github.dispatched == []


async def test_where_and_a_verb_that_is_nobody_s(tmp_path: Path) -> None:
    config = CONFIG.replace("    environment: environment\n", "    environment: environment\n    where: [issue]\n")
    async with talking(tmp_path, files=files(config)) as chat:
        await chat.types("bob", "/ship staging")
        await chat.ops("bob", "ship acme/shop#1 staging")
        await refused(chat, "where")
        await chat.types("bob", "/ops skip staging")
        await chat.ops("bob", "skip acme/shop#1 staging")
        assert all("There is no command" in said for said in (chat.answers()[-1], chat.whispers("bob")[-1]))


async def refused(chat: SlackStory, reason: str) -> None:
    assert f"(`{reason}`)" in chat.answers()[-1], chat.answers()[-1]
    assert f"(`{reason}`)" in chat.whispers("bob")[-1], chat.whispers("bob")[-1]
    assert chat.github.dispatched == []
