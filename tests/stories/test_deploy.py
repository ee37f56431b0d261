"""`deploy` without any words: what is live in each environment (T3, T11)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.test_rollback import moved_on, shipped
from tests.support.configured import CONFIG, files
from tests.support.slack_story import talking
from tests.support.story import telling

DEPLOY = CONFIG.replace("  ship:\n", "  deploy:\n")
"""The same, by the name that people expect."""

FROZEN = '    freeze: [{from: "2020-01-01 00:00", to: "2099-01-01 00:00", timezone: UTC}]\n'
ASKS = CONFIG.replace("    permission: maintain\n", "    approvals: {count: 1}\n")


async def test_t11_deploy_lists_what_signalbox_itself_brought_there(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(DEPLOY)) as story:
        await story.types("alice", "/deploy")
        (answer,) = story.answers()
        assert answer == (
            "**What is live in acme/shop**\n\n"
            "- `production`: nothing that Signalbox started; gates are advisory\n"
            "- `staging`: nothing that Signalbox started; gates are advisory\n\n"
            "`/deploy <staging|production> [dry_run=<true|false>]` starts one."
        )
        first = await shipped(story, line="/deploy production")
        await moved_on(story, 2)
        await shipped(story, line="/deploy production dry_run=true")
        await shipped(story, line="/deploy production", conclusion="failure")
        await story.types("alice", "/deploy")
        assert f"/commit/{first}) of `feature`" in story.answers()[-1].replace("HEAD", first)
        assert ", by bob as [`" in story.answers()[-1]
        assert len(story.github.dispatched) == 3


async def test_where_deploy_is_not_configured_the_built_in_one_tells_it_too(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await shipped(story, line="/ship staging")
        await story.types("alice", "/deploy")
        assert "- `staging`: [`" in story.answers()[-1]
        await story.types("alice", "/deploy production")
        assert "No command deploy is configured here, so it only shows what is live." in story.answers()[-1]
        assert len(story.github.dispatched) == 1


async def test_without_any_configuration_there_is_nothing_to_list(tmp_path: Path) -> None:
    async with telling(tmp_path) as story:
        await story.types("alice", "/deploy")
        assert story.answers()[-1] == (
            "acme/shop has no environment: its configuration names none, and nothing touched one.\n\n"
            "`/help` shows what can be started here."
        )


async def test_a_deploy_that_needs_no_words_still_deploys(tmp_path: Path) -> None:
    only = DEPLOY.replace("      environment: {type: choice, choices: [staging, production]}\n", "").replace(
        "    environment: environment\n", "    fixed: {environment: staging}\n    environment: environment\n"
    )
    async with telling(tmp_path, files=files(only)) as story:
        await story.types("alice", "/deploy")
        assert [each.inputs["environment"] for each in story.github.dispatched] == ["staging"]


async def test_a_reader_may_look_and_not_deploy(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(DEPLOY)) as story:
        await story.types("rita", "/deploy")
        assert story.answers()[-1].startswith("**What is live in acme/shop**")
        await story.types("rita", "/explain deploy")
        assert "needs read" in story.answers()[-1]
        await story.types("rita", "/deploy staging")
        assert "(`permission`)" in story.answers()[-1]
        assert story.github.dispatched == []


async def test_a_rollback_a_lock_and_a_freeze_are_told(tmp_path: Path) -> None:
    frozen = DEPLOY + "  staging:\n" + FROZEN
    async with telling(tmp_path, files=files(frozen)) as story:
        await shipped(story, line="/deploy production")
        await moved_on(story, 2)
        await shipped(story, line="/deploy production")
        await story.types("bob", "/rollback production")
        await story.passes(1)
        await story.github.runs[-1].play()
        await story.passes(1)
        await story.types("alice", '/lock production --reason "looking at it"')
        await story.types("alice", "/deploy")
        answer = story.answers()[-1]
        assert ", put back by bob as [`" in answer
        assert "  - 🔒 locked by alice: looking at it" in answer
        assert "gates are advisory\n  - 🧊 frozen until 1 Jan 2099, 00:00 UTC" in answer


async def test_what_waits_for_others_is_told(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(ASKS)) as story:
        await story.types("alice", "/ship production")
        await story.types("bob", "/deploy")
        assert "of alice: waits for an approval" in story.answers()[-1]


async def test_t3_enforced_stands_only_where_our_own_rule_is_on(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(DEPLOY)) as story:
        story.github.environment(story.repository, "production", apps=[story.github.app])
        story.github.environment(story.repository, "staging")
        await story.types("alice", "/deploy")
        answer = story.answers()[-1]
        assert "- `production`: nothing that Signalbox started; gates are enforced" in answer
        assert "- `staging`: nothing that Signalbox started; gates are advisory" in answer


async def test_deploy_from_slack_is_the_configuration_s_and_the_built_in_one(tmp_path: Path) -> None:
    async with talking(tmp_path, files=files(DEPLOY)) as chat:
        await shipped(chat, line="/deploy production")
        await chat.ops("alice", "deploy acme/shop")
        assert "What is live in acme/shop" in chat.whispers("alice")[-1]
        assert "by bob as" in chat.whispers("alice")[-1]
        await chat.ops("alice", "deploy acme/shop staging")
        await chat.passes(1)
        assert chat.github.dispatched[-1].inputs["environment"] == "staging"


async def test_deploy_in_slack_without_one_of_its_own(tmp_path: Path) -> None:
    async with talking(tmp_path) as chat:
        await chat.ops("alice", "deploy acme/shop")
        assert "has no environment" in chat.whispers("alice")[-1]
        assert chat.github.dispatched == []


@pytest.mark.parametrize("line", ["/deploy production --noop", "/ops deploy --noop=true production"])
async def test_noop_rehearses_by_the_argument_that_the_configuration_names(tmp_path: Path, line: str) -> None:
    async with telling(tmp_path, files=files(DEPLOY)) as story:
        await shipped(story, line=line)
        assert story.github.dispatched[-1].inputs["dry_run"] == "true"
        await story.types("bob", "/deploy")
        assert "- `production`: nothing that Signalbox started" in story.answers()[-1]


async def test_noop_where_nothing_can_be_rehearsed_says_so(tmp_path: Path) -> None:
    plain = DEPLOY.replace("    dry_run: dry_run\n", "")
    async with telling(tmp_path, files=files(plain)) as story:
        await story.types("bob", "/deploy production --noop")
        assert (
            '"deploy" can not be rehearsed: its configuration names no argument for that (dry_run).'
            in (story.answers()[-1])
        )
        assert story.github.dispatched == []


async def test_noop_beside_its_argument_is_one_too_many(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(DEPLOY)) as story:
        await story.types("bob", "/deploy production dry_run=false --noop")
        assert '"dry_run" is given twice: by its name and as "noop".' in story.answers()[-1]
        assert story.github.dispatched == []


async def test_a_word_behind_noop_is_never_taken_for_something_else(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(DEPLOY)) as story:
        await story.types("bob", "/deploy --noop production")
        assert '"noop" is true or false, not "production": write --noop last.' in story.answers()[-1]
        assert story.github.dispatched == []


async def test_noop_from_slack(tmp_path: Path) -> None:
    async with talking(tmp_path, files=files(DEPLOY)) as chat:
        await chat.ops("bob", "deploy acme/shop production --noop")
        assert chat.github.dispatched[-1].inputs["dry_run"] == "true"
        await chat.ops("bob", "deploy acme/shop production dry_run=true --noop")
        assert "is given twice" in chat.whispers("bob")[-1]


async def test_a_commit_of_the_default_branch_is_deployed_without_a_pull_request(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(DEPLOY)) as story:
        old = story.repository.head_sha
        await story.repository.push(files={"README.md": "Newer"}, by="alice")
        await story.types("bob", f"/deploy production ref={old[:9]}")
        await story.passes(10)
        dispatched = story.github.dispatched[-1]
        assert (dispatched.ref, dispatched.inputs["signalbox_sha"]) == ("refs/heads/main", old)
        await story.github.runs[-1].play()
        await story.passes(1)
        assert story.answers()[-1].startswith("✅ **Ship passed**")
        await story.types("bob", "/rerun")
        await story.passes(1)
        assert story.github.runs[-1].attempt == 2


async def test_t15_a_commit_that_the_default_branch_does_not_have_is_refused(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(DEPLOY)) as story:
        await story.types("bob", f"/deploy production ref={story.pull.head_sha}")
        assert "is no commit of main; only those can be named." in story.answers()[-1]
        await story.types("bob", "/deploy production ref=0123456789")
        assert "There is no branch or tag 0123456789 in acme/shop." in story.answers()[-1]
        assert story.github.dispatched == []


@pytest.mark.parametrize(("asks", "reason"), [("checks: passing", "checks_missing"), ("up_to_date: true", "outdated")])
async def test_t15_nothing_speaks_for_a_named_commit(tmp_path: Path, asks: str, reason: str) -> None:
    strict = DEPLOY.replace("    permission: maintain\n", f"    requires: {{{asks}}}\n")
    async with telling(tmp_path, files=files(strict)) as story:
        old = story.repository.head_sha
        await story.repository.push(files={"README.md": "Newer"}, by="alice")
        await story.types("bob", f"/deploy production ref={old}")
        assert f"(`{reason}`)" in story.answers()[-1]
        assert story.github.dispatched == []


async def test_what_touches_no_environment_is_handed_a_named_commit_too(tmp_path: Path) -> None:
    async with telling(tmp_path) as story:
        await story.types("bob", f"/run nightly.yml ref={story.repository.head_sha}")
        assert "(`not_pinnable`)" in story.answers()[-1]
        assert story.github.dispatched == []


async def test_a_branch_and_a_commit_are_deployed_from_slack(tmp_path: Path) -> None:
    async with talking(tmp_path, files=files(DEPLOY)) as chat:
        old = chat.repository.head_sha
        await chat.ops("bob", "deploy acme/shop staging ref=main")
        assert chat.github.dispatched[-1].inputs["signalbox_sha"] == old
        await chat.repository.push(files={"README.md": "Newer"}, by="alice")
        await chat.ops("bob", f"deploy acme/shop production ref={old[:7]}")
        assert chat.github.dispatched[-1].inputs["signalbox_sha"] == old
