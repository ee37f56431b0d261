"""`signalbox config show|check|init REPO`, against a GitHub and beside a server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlencode

from click.testing import CliRunner, Result

from bot.cli import main
from tests.support.configured import CONFIG, LOCATION, files
from tests.support.story import Story, environment_for, telling

FILE = "acme/shop/.github/signalbox.yml"


async def typed(story: Story, folder: Path, *words: str) -> Result:
    """In a thread of its own, for the sandbox answers meanwhile."""
    environment = environment_for(story.github, folder)
    return await asyncio.to_thread(CliRunner().invoke, main, ["config", *words], env=environment)


async def test_show_says_of_each_rule_where_it_stands(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        await story.types("alice", "/ship production")
        shown = await typed(story, tmp_path, "show", "acme/shop")
        assert (shown.exit_code, shown.stderr) == (0, "")
        assert f"environments.production.permission: maintain    ({FILE} line 13)\n" in shown.stdout
        assert f"commands.ship.workflow: ship.yml    ({FILE} line 5)\n" in shown.stdout
        assert "require_prefix: false    (built in)\n" in shown.stdout
        await story.repository.push(files={LOCATION: CONFIG.replace("maintain", "write")}, by="alice")
        shown = await typed(story, tmp_path, "show", "acme/shop")
        assert "environments.production.permission: maintain    (" in shown.stdout
        assert f"! A newer {FILE} (" in shown.stderr


async def test_show_without_any_good_file_ends_with_1(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files("version: 2\n")) as story:
        shown = await typed(story, tmp_path, "show", "acme/shop")
        assert shown.exit_code == 1
        assert "Nothing is dispatched, for no gate is known:" in shown.stderr


async def test_check_looks_at_the_file_and_its_workflows(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        right = await typed(story, tmp_path, "check", "acme/shop")
        assert (right.exit_code, right.stdout.splitlines()[-1]) == (0, f"{FILE} is right.")
        await story.repository.push(files={LOCATION: CONFIG.replace("ship.yml", "shop.yml")}, by="alice")
        drifted = await typed(story, tmp_path, "check", "acme/shop")
        assert drifted.exit_code == 1
        assert "error: ship: there is no shop.yml under .github/workflows." in drifted.stdout
        await story.repository.push(files={LOCATION: CONFIG.replace("permission", "permision")}, by="alice")
        broken = await typed(story, tmp_path, "check", "acme/shop")
        assert broken.exit_code == 1
        assert f'{FILE}:13:5: unknown key "permision"' in broken.stdout


async def test_check_of_what_is_neither_file_nor_repository(tmp_path: Path) -> None:
    async with telling(tmp_path) as story:
        assert (await typed(story, tmp_path, "check", "nowhere.yml")).exit_code == 2
        missing = await typed(story, tmp_path, "check", "acme/nowhere")
        assert (missing.exit_code, missing.stderr) == (
            1,
            "There is no repository acme/nowhere, or the App is not installed on it.\n",
        )
        empty = await typed(story, tmp_path, "check", "acme/shop")
        assert "`signalbox config init acme/shop` proposes one." in empty.stderr


async def test_init_leads_to_github_s_own_page_where_the_app_may_not_write(tmp_path: Path) -> None:
    async with telling(tmp_path) as story:
        text = (await typed(story, tmp_path, "init", "acme/shop", "--dry-run")).stdout
        assert "workflow: deploy.yml" in text
        where = await typed(story, tmp_path, "init", "acme/shop")
        assert where.exit_code == 0, where.stderr
        page = f"{story.github.server_url}/acme/shop/new/main"
        assert where.stdout == f"{page}?{urlencode({'filename': LOCATION, 'value': text})}\n"
        assert LOCATION not in story.repository.git.head("main").files


async def test_init_opens_a_pull_request_where_it_may(tmp_path: Path) -> None:
    async with telling(tmp_path) as story:
        story.github.app.permissions["contents"] = "write"
        story.github.app.permissions["pull_requests"] = "write"
        for installation in story.github.app.installations.values():
            installation.permissions |= {"contents": "write", "pull_requests": "write"}
        where = await typed(story, tmp_path, "init", "acme/shop")
        assert where.stdout == f"{story.github.server_url}/acme/shop/pull/2\n", where.stderr
        again = await typed(story, tmp_path, "init", "acme/shop")
        assert again.stdout == where.stdout
        pull = story.repository.issues[2].pull
        assert pull is not None
        assert b"workflow: deploy.yml" in pull.head_commit.files[LOCATION]


async def test_init_proposes_nothing_over_a_file_that_is_there(tmp_path: Path) -> None:
    async with telling(tmp_path, files=files()) as story:
        there = await typed(story, tmp_path, "init", "acme/shop")
        assert there.exit_code == 1
        assert there.stderr == (
            "acme/shop/.github/signalbox.yml is there already. `signalbox config init acme/shop --dry-run` prints what "
            "its workflows suggest, `signalbox config check acme/shop` how it fits them.\n"
        )
        assert len(story.repository.issues) == 1
