"""The page about a repository's commands, from the sign-in to the way out, in real Chromium."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Play, World

pytestmark = pytest.mark.browser

CONFIG = """
version: 1
commands:
  deploy:
    description: Ship a build to an environment.
    workflow: deploy.yml
    arguments:
      environment: {type: choice, choices: [staging, production], description: Where to.}
      dry_run: {type: boolean, default: false}
    environment: environment
  preview:
    workflow: preview.yml
    permission: admin
environments:
  production:
    permission: maintain
    requires: {checks: passing, reviews: approved, after: staging}
    lock: true
"""


async def visits(world: World, page: Page, path: str, login: str) -> int:
    """Open the page, and sign in on the way."""
    await page.goto(f"{world.bot.settings.public_url}{path}")
    async with page.expect_navigation() as there:
        await (
            page.get_by_role("button", name=f"Continue as {login}")
            .or_(page.get_by_role("link", name=f"Continue as {login}"))
            .first.click()
        )
    response = await there.value
    return response.status


async def test_what_somebody_can_run_and_what_they_lack(play: Play) -> None:
    async with play(slack_signs_in=False) as world:
        files = {".github/signalbox.yml": CONFIG}
        world.github.repository("acme/box", private=True, files=files, roles={"alice": "write"})
        page = await world.window()
        problems: list[str] = []
        ours = str(world.bot.settings.public_url)
        page.on("console", lambda said: problems.append(said.text) if said.location["url"].startswith(ours) else None)
        assert await visits(world, page, "/repos/acme/box/commands", "alice") == 200
        assert page.url.endswith("/repos/acme/box/commands")
        assert await page.locator("h1").inner_text() == "Commands of acme/box"
        deploy = page.locator("#deploy")
        assert "you can run it" in await deploy.inner_text()
        assert "Needs the role maintain, yours is write: ask an admin of acme/box." in await deploy.inner_text()
        preview = page.locator("#preview")
        assert "not for you" in await preview.inner_text()
        assert "Needs the role admin, yours is write" in await preview.inner_text()
        await world.shoot(page, "20-catalog")
        await page.emulate_media(color_scheme="dark")
        await world.shoot(page, "21-catalog-dark")
        await page.locator("nav a", has_text="/preview").click()
        assert page.url.endswith("#preview")
        await page.get_by_role("button", name="Sign out").click()
        assert page.url == f"{world.bot.settings.public_url}/"
        assert [cookie["name"] for cookie in await page.context.cookies()] == []
        await page.goto(f"{world.bot.settings.public_url}/repos/acme/box/commands")
        assert "/login/oauth/authorize" in page.url
        assert problems == []


async def test_t22_hidden_and_missing_look_the_same(play: Play) -> None:
    async with play(slack_signs_in=False) as world:
        world.github.repository("acme/secret", private=True, files={}, roles={"carol": "write"})
        page = await world.window("phone")
        assert await visits(world, page, "/repos/acme/secret/commands", "alice") == 404
        hidden = await page.locator("main").inner_text()
        missing = await page.goto(f"{world.bot.settings.public_url}/repos/acme/nothing/commands")
        assert missing is not None
        assert missing.status == 404
        assert await page.locator("main").inner_text() == hidden
        await world.shoot(page, "22-not-found")


async def test_linking_goes_on_in_a_browser_that_is_signed_in(play: Play) -> None:
    async with play(slack_signs_in=False) as world:
        page = await world.window()
        await visits(world, page, "/repos/acme/shop/commands", "alice")
        await world.types("alice", "/ops link")
        await page.goto(world.address("alice"))
        await page.get_by_role("button", name="Continue to GitHub").click()
        await (
            page.get_by_role("button", name="Continue as alice")
            .or_(page.get_by_role("link", name="Continue as alice"))
            .first.click()
        )
        assert await page.locator("h1").inner_text() == "Link these two accounts?"
