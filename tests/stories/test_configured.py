"""Commands that a repository's configuration declares, and the gates that hang on what they touch (T1, T2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import BotError
from tests.support.configured import CONFIG, LOCATION, SHIP, files
from tests.support.slack_story import SlackStory, talking
from tests.support.story import telling

RULE = "[acme/shop/.github/signalbox.yml line 13](https://github.test/acme/shop/blob/HEAD/.github/signalbox.yml#L13)"


async def test_t1_what_touches_an_environment_runs_the_default_branch_and_gets_the_commit(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", "/ship staging")
        (dispatched,) = story.github.dispatched
        assert (dispatched.workflow, dispatched.ref) == ("ship.yml", "refs/heads/main")
        assert dispatched.head_sha == story.repository.head_sha
        assert dispatched.inputs["signalbox_sha"] == story.pull.head_sha
        assert (dispatched.inputs["environment"], dispatched.inputs["dry_run"]) == ("staging", "false")
        await story.github.runs[-1].play()
        await story.passes(1)
        (answer,) = story.answers()
        assert answer.startswith("✅ **Ship passed**")
        assert "on `feature` at [`HEAD`](https://github.test/acme/shop/commit/HEAD)" in answer


async def test_a_gate_of_the_environment_names_its_line(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", "/ship production")
        assert story.github.dispatched == []
        (answer,) = story.answers()
        assert answer == (
            "⛔ **Refused:** alice has the role write, ship needs maintain (`permission`)\n\n"
            "**Next:** Ask an admin of the repository for the role maintain.\n\n"
            f"`/ship production` was stopped by the rule “role”, which stands in {RULE}. Nothing was run."
        )
        await story.types("bob", "/ship production")
        assert len(story.github.dispatched) == 1


@pytest.mark.parametrize(
    "line",
    [
        "/ship production",
        "/ops ship production",
        "/ship environment=production",
        "/ship --environment production",
        "/run ship.yml environment=production",
        "/ops run ship.yml environment=production",
        "/again production",
        "/again PRODUCTION",
        "/other environment=production",
    ],
)
async def test_t2_the_same_gate_whatever_is_typed(tmp_path: Path, line: str) -> None:
    more = (
        "commands:\n  again: {workflow: ship.yml, arguments: {environment: {type: string}}, environment: environment}\n"
        "  other: {workflow: ship.yml, arguments: {environment: {type: choice, choices: [production]}}}\n"
    )
    async with telling(tmp_path, files=files(CONFIG.replace("commands:\n", more))) as story:
        await story.types("alice", line)
        assert story.github.dispatched == []
        assert story.answers()[-1].startswith("⛔ **Refused:** alice has the role write") or "choice" in line


async def test_t2_a_rerun_has_the_gates_too(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("bob", "/ship production")
        await story.passes(1)
        await story.github.runs[-1].play()
        await story.passes(1)
        await story.types("alice", "/rerun")
        assert "alice has the role write, rerun needs maintain" in story.answers()[-1]
        assert len(story.github.runs[-1].attempts) == 1


async def test_t1_without_the_input_nothing_can_be_pinned(tmp_path: Path) -> None:
    plain = SHIP.replace("      signalbox_sha: {type: string, required: true}\n", "")
    async with telling(tmp_path, files={**files(), ".github/workflows/ship.yml": plain}) as story:
        await story.types("alice", "/ship staging")
        assert story.github.dispatched == []
        assert "declares no input signalbox_sha" in story.answers()[0]
        assert "(`not_pinnable`)" in story.answers()[0]


async def test_wrong_words_are_answered_with_the_command_s_own_usage(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", "/ship prodution")
        assert "`environment` is staging or production, not `prodution`." in story.answers()[-1].replace('"', "`")
        assert "/ship production" in story.answers()[-1]
        assert "/ship <staging|production> [dry_run=<true|false>]" in story.answers()[-1]
        assert story.github.dispatched == []


async def test_where_the_configuration_asks_for_the_prefix_bare_verbs_are_somebody_else_s(tmp_path: Path) -> None:
    config = CONFIG.replace("version: 1\n", "version: 1\nrequire_prefix: true\n")
    async with telling(tmp_path, files=files(config)) as story:
        await story.types("alice", "/ship staging")
        await story.types("alice", "/run nightly.yml")
        assert (story.answers(), story.github.dispatched) == ([], [])
        await story.types("alice", "/ops ship staging")
        assert len(story.github.dispatched) == 1


async def test_where_it_may_be_typed(tmp_path: Path) -> None:
    config = CONFIG.replace("    environment: environment\n", "    environment: environment\n    where: [slack]\n")
    async with telling(tmp_path, files=files(config)) as story:
        await story.types("alice", "/ship staging")
        assert story.github.dispatched == []
        assert "may be typed only in Slack (`where`)" in story.answers()[0]


async def test_of_two_requests_for_a_locked_environment_one_waits_its_turn(tmp_path: Path) -> None:
    config = CONFIG.replace("    permission: maintain\n", "    lock: true\n")
    async with telling(tmp_path, files=files(config)) as story:
        await story.types("alice", "/ship production")
        await story.passes(1)
        await story.types("bob", "/ship production")
        assert len(story.github.dispatched) == 1
        assert "waits** for a lock" in story.answers()[-1]
        await story.github.runs[-1].play()
        await story.passes(1)
        assert len(story.github.dispatched) == 2


async def test_t11_what_goes_to_production_succeeded_in_staging_before(tmp_path: Path) -> None:
    config = CONFIG.replace("    permission: maintain\n", "    requires: {after: staging}\n")
    async with telling(tmp_path, files=files(config)) as story:
        await story.types("alice", "/ship production")
        assert "nothing that Signalbox started has succeeded in staging (`order`)" in story.answers()[-1]
        await story.types("alice", "/ship staging dry_run=true")
        await story.passes(1)
        await story.github.runs[-1].play()
        await story.passes(1)
        await story.types("alice", "/ship production")
        assert "(`order`)" in story.answers()[-1]  # a rehearsal is nothing that was shipped
        await story.types("alice", "/ship staging")
        await story.passes(1)
        await story.github.runs[-1].play()
        await story.passes(1)
        await story.types("alice", "/ship production")
        assert len(story.github.dispatched) == 3


async def test_a_configuration_that_can_not_be_read_shuts_everything_that_starts(tmp_path: Path) -> None:
    async with telling(tmp_path, files={**files(), LOCATION: "version: 1\ncommands: {ship: 7}\n"}) as story:
        await story.types("alice", "/run nightly.yml")
        assert story.github.dispatched == []
        assert "(`config_broken`)" in story.answers()[0]
        assert "line 2" in story.answers()[0]


async def test_without_a_pull_request_nothing_speaks_for_the_commit(tmp_path: Path) -> None:
    config = CONFIG.replace("    permission: maintain\n", "    requires: {checks: passing, reviews: approved}\n")
    async with telling(tmp_path, files=files(config)) as story:
        issue = story.repository.issue("alice")
        await story.types("alice", "/ship production", issue)
        await story.types("alice", "/ship production ref=main", issue)
        await story.types("alice", "/ship production ref=main")
        assert story.github.dispatched == []
        assert all("(`checks_missing`)" in answer for answer in [*story.answers(issue), *story.answers()])


# --- the default branch goes on --------------------------------------------------------------------------------------


async def test_t1_a_default_branch_that_went_on_is_no_harm(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        silence = story.github.faults.silence("POST", "*/dispatches")
        await story.github.comments("alice", story.pull, "/ship staging")
        await silence.begun.wait()
        await story.repository.push("main", files={"README.md": "More"}, by="bob")
        silence.end()
        await story.passes(1)
        assert story.github.dispatched[0].head_sha == story.repository.head_sha
        await story.github.runs[-1].play()
        await story.passes(1)
        assert story.answers()[0].startswith("✅ **Ship passed**")


async def test_t1_another_workflow_file_than_the_one_that_was_judged_is_stopped(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        silence = story.github.faults.silence("POST", "*/dispatches")
        await story.github.comments("alice", story.pull, "/ship staging")
        await silence.begun.wait()
        changed = {".github/workflows/ship.yml": SHIP.replace("make ship", "make evil")}
        await story.repository.push("main", files=changed, by="bob")
        silence.end()
        await story.passes(1)
        await story.github.runs[-1].start()
        await story.passes(1)
        assert "is not what was asked for" in story.answers()[0]
        assert story.github.runs[-1].conclusion == "cancelled"


# --- Slack -----------------------------------------------------------------------------------------------------------


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[SlackStory]:
    async with talking(tmp_path, files=files()) as chat:
        yield chat


async def test_a_command_of_the_repository_in_slack(chat: SlackStory) -> None:
    await chat.ops("alice", "ship acme/shop#1 staging")
    (dispatched,) = chat.github.dispatched
    assert dispatched.inputs["signalbox_sha"] == chat.pull.head_sha
    await chat.ops("alice", "ship acme/shop#1 production")
    assert "alice has the role write, ship needs maintain" in chat.whispers("alice")[-1]
    await chat.ops("alice", "shipp acme/shop#1 production")
    assert "There is no command" in chat.whispers("alice")[-1]
    assert "/ops ship acme/shop#1 production" in chat.whispers("alice")[-1]


async def test_a_verb_that_is_nowhere(chat: SlackStory) -> None:
    await chat.ops("alice", "hlep")
    assert "/ops help" in chat.whispers("alice")[-1]


async def test_t22_whose_configuration_may_not_be_seen_has_no_commands(chat: SlackStory) -> None:
    chat.github.repository("acme/secret", private=True, files=files(), roles={"bob": "admin"})
    await chat.ops("alice", "ship acme/secret staging")
    await chat.ops("alice", "ship acme/nothing staging")
    await chat.passes(5)
    one, other = chat.whispers("alice")[-2:]
    assert one.replace("secret", "nothing") == other.replace("secret", "nothing")
    assert "(`not_found`)" in one


# --- the operator's layer --------------------------------------------------------------------------------------------


async def test_the_server_s_configuration_lies_over_all_repositories(tmp_path: Path) -> None:
    over = tmp_path / "server.yml"
    over.write_text("version: 1\nenvironments: {staging: {permission: admin}}\n", encoding="utf-8")
    async with telling(tmp_path, files=files(), variables={"CONFIG_FILE": str(over)}) as story:
        await story.types("alice", "/ship staging")
        assert story.github.dispatched == []
        assert "ship needs admin (`permission`)" in story.answers()[0]
        assert f"which stands in {over} line 2" in story.answers()[0].replace("\\_", "_")


async def test_a_server_s_configuration_with_a_fault_is_told_before_anything_is_served(tmp_path: Path) -> None:
    over = tmp_path / "server.yml"
    over.write_text("version: 1\nenvironmets: {}\n", encoding="utf-8")
    with pytest.raises(BotError, match=r"environmets.*\(line 2, column 1\).*environments"):
        async with telling(tmp_path, files=files(), variables={"CONFIG_FILE": str(over)}):
            pass
