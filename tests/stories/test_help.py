"""`help`, as each person reads it in each place: what they can run, what they lack, and whom to ask."""

from __future__ import annotations

from pathlib import Path

from tests.support.configured import CONFIG, files
from tests.support.slack_story import talking
from tests.support.story import telling

TEAMS = CONFIG.replace("    permission: maintain\n", "    permission: maintain\n    teams: [acme/deployers]\n")


def read(answers: list[str]) -> str:
    return answers[-1]


async def test_what_each_person_can_run_here(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", "/help")
        mine = read(story.answers())
        assert "- `/ship <staging|production> [dry_run=<true|false>]`: Ship a build to an environment" in mine
        assert "_production: Needs the role maintain, yours is write: ask an admin of acme/shop._" in mine
        await story.types("bob", "/help")
        assert "Needs the role maintain" not in read(story.answers()).split("<details>")[0]


async def test_a_reader_is_told_whom_to_ask(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        story.github.person("rita")
        story.repository.role("rita", "read")
        await story.types("rita", "/help ship")
        answer = read(story.answers())
        assert "It needs the role write, and you can not run it here." in answer
        assert "Needs the role write, yours is read: ask an admin of acme/shop." in answer
        assert "It is declared in [acme/shop/.github/signalbox.yml line 3]" in answer


async def test_teams_that_nobody_answers_for_are_not_known(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(TEAMS)) as story:
        await story.types("bob", "/help ship")
        assert "Needs acme/deployers" in read(story.answers())


async def test_workflows_as_blocks_to_take_over(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", "/help workflows")
        answer = read(story.answers())
        assert "`ship.yml`, Ship: `/run ship.yml environment=<staging|production> [dry_run=<true|false>]`" in answer
        assert "commands:\n  ship:\n    description: Ship\n    workflow: ship.yml\n" in answer


async def test_a_slip_is_never_acted_on(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", "/help shpi")
        assert read(story.answers()) == (
            "There is no command shpi.\n\nDid you mean this?\n\n```text\n/help ship\n```\n\nUsage: `/help [command]`"
        )


async def test_in_slack_with_a_repository_and_without(tmp_path: Path) -> None:
    async with talking(tmp_path, files=files()) as chat:
        await chat.ops("alice", "help acme/shop ship")
        there = chat.whispers("alice")[-1]
        assert there.startswith("`/ops ship acme/shop <staging|production> [dry_run=<true|false>]`")
        assert "It needs the role write: you may run it." in there
        await chat.ops("alice", "help workflows")
        nowhere = chat.whispers("alice")[-1]
        assert nowhere.startswith("Workflows belong to a repository, and none was named.")


async def test_in_a_channel_of_a_repository_help_is_about_that(tmp_path: Path) -> None:
    async with talking(tmp_path, files=files()) as chat:
        await chat.ops("bob", "use acme/shop")
        await chat.ops("alice", "help")
        assert "`/ops ship <staging|production> [dry_run=<true|false>]`" in chat.whispers("alice")[-1]
        await chat.passes(61)
        chat.github.faults.status(503, times=50)
        await chat.ops("alice", "help")
        assert "`/ops run <workflow file>" in chat.whispers("alice")[-1]


async def test_t22_help_says_nothing_of_what_is_hidden(tmp_path: Path) -> None:
    async with talking(tmp_path, files=files()) as chat:
        chat.github.repository("acme/secret", private=True, files=files(), roles={"carol": "admin"})
        await chat.ops("alice", "help acme/secret ship")
        await chat.passes(3)
        hidden = chat.whispers("alice")[-1]
        await chat.ops("alice", "help acme/nothing ship")
        await chat.passes(3)
        assert chat.whispers("alice")[-1] == hidden.replace("acme/secret", "acme/nothing")
