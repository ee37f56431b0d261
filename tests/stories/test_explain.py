"""`explain`, in chat and from a terminal: every gate, its rule, what would run; for somebody else only admins (T22)."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.errors import BotError
from bot.explaining import Asked, Told, explain
from tests.support.configured import CONFIG, files
from tests.support.story import Story, telling

RULE = "acme/shop/.github/signalbox.yml line 13"
NOT_ADMIN = (
    "⛔ **Refused:** alice has the role write, and asking for somebody else needs admin (`permission`)\n\n"
    "**Next:** Leave out the part with as, or ask an admin of the repository.\n\n"
    "`/explain ship production as @{}` was stopped by the rule “role”. Nothing was run."
)


async def asks(story: Story, line: str, login: str, file: Path | None = None, number: int | None = 1) -> Told:
    """From a terminal, beside the bot that serves."""
    asked = Asked(repository="acme/shop", line=line, login=login, pull_request=number, file=file)
    return await explain(story.bot.settings, asked, timer=story.clock)


async def test_what_would_run_and_that_it_is_advisory(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", "/explain ship staging dry_run=true")
        (answer,) = story.answers()
        assert answer.startswith("✅ **Allowed:** `/ship staging dry_run=true` passes every gate. Nothing was run.")
        assert "from the default branch's workflow, which is handed that commit, in the environment `staging`" in answer
        assert ", as a rehearsal, with `environment=staging`, `dry_run=true`." in answer
        assert "Advisory: GitHub's own page lets anybody with write start this workflow without Signalbox." in answer
        assert story.github.dispatched == []


async def test_t3_where_our_rule_guards_the_environment_it_is_enforced(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        story.github.environment(story.repository, "Production", apps=[story.github.app])
        story.github.environment(story.repository, "staging")
        for environment in ("production", "staging"):
            await story.types("bob", f"/explain ship {environment}")
        guarded, open_to_all = story.answers()
        assert "Enforced: GitHub asks Signalbox before any job goes into this environment" in guarded
        assert "Advisory" not in guarded
        assert "Advisory: GitHub's own page" in open_to_all
        assert "Enforced" not in open_to_all


async def test_every_gate_is_judged_also_behind_one_that_is_shut(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files(CONFIG + "    lock: true\n")) as story:
        await story.types("alice", "/explain ship production")
        (answer,) = story.answers()
        assert (
            "⛔ shut, role: alice has the role write, ship needs maintain (`permission`); [acme/shop/.github" in answer
        )
        assert "✅ open, lock: " in answer


@pytest.mark.parametrize(
    ("asked", "sentence", "offered"),
    [
        ("ship prodction", '"environment" is staging or production, not "prodction".', "/explain ship production"),
        ("shipp production", 'There is no command "/shipp".', "/explain ship production"),
    ],
)
async def test_what_is_offered_for_a_typo_explains_as_well(
    tmp_path: Path, asked: str, sentence: str, offered: str
) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", f"/explain {asked}")
        (answer,) = story.answers()
        assert answer.startswith(f"{sentence}\n\nDid you mean this?\n\n```text\n{offered}\n```")
        assert story.github.dispatched == []


@pytest.mark.parametrize("whom", ["bob", "nobody-at-all"])
async def test_t22_only_admins_ask_for_somebody_else(tmp_path: Path, whom: str) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", f"/explain ship production as @{whom}")
        assert story.answers() == [NOT_ADMIN.format(whom)]


async def test_oneself_and_admins_may(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        story.github.person("ada")
        story.repository.role("ada", "admin")
        await story.types("alice", "/explain ship staging as @Alice")
        assert story.answers()[-1].startswith("✅ **Allowed:**")
        await story.types("ada", "/explain ship production as @alice")
        assert story.answers()[-1].startswith("⛔ **Refused:** `/ship production` by alice is stopped (`permission`).")
        await story.types("ada", "/explain ship production as @nobody-at-all")
        assert story.answers()[-1].startswith("GitHub knows nobody called nobody-at-all.")


async def test_from_a_terminal(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        allowed = await asks(story, "/ship staging", "alice")
        assert allowed.allowed is True
        assert allowed.text.startswith("✅ Allowed: `/ship staging` by alice passes every gate. Nothing was run.")
        refused = await asks(story, "/ship production", "alice")
        assert refused.allowed is False
        assert RULE in refused.text
        misheard = await asks(story, "/ship nowhere", "alice")
        assert misheard.allowed is None
        with pytest.raises(BotError, match="GitHub knows nobody called nobody-at-all"):
            await asks(story, "/ship staging", "nobody-at-all")
        assert story.github.dispatched == []
        assert story.answers() == []


async def test_a_file_stands_in_for_the_repository_s_own(tmp_path: Path) -> None:
    file = tmp_path / "proposed.yml"
    async with telling(tmp_path, files=files()) as story:
        file.write_text(CONFIG.replace("permission: maintain", "permission: write"), encoding="utf-8")
        assert (await asks(story, "/ship production", "alice", file)).allowed is True
        file.write_text(CONFIG.replace("permission: maintain", "permission: admin"), encoding="utf-8")
        told = await asks(story, "/ship production", "bob", file)
        assert told.allowed is False
        assert f"ship needs admin (`permission`); {file} line 13" in told.text
        file.write_text("version: 1\npermision: write\n", encoding="utf-8")
        with pytest.raises(BotError, match="can not be used"):
            await asks(story, "/ship production", "bob", file)
        await story.types("bob", "/ship production")
        assert len(story.github.dispatched) == 1  # what was tried from the terminal is in force nowhere


def test_what_can_not_be_judged_ends_with_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/box.db")
    monkeypatch.delenv("GITHUB_ACTOR", raising=False)
    run = CliRunner().invoke
    nobody = run(main, ["explain", "acme/shop", "deploy", "production"])
    assert (nobody.exit_code, "Say --as LOGIN." in nobody.output) == (2, True)
    nothing = run(main, ["explain", "acme/shop", "deploy production", "--as", "alice"])
    assert (nothing.exit_code, "There is no GitHub App in the environment" in nothing.output) == (2, True)
