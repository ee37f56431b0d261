"""Linking as a person does it: from the button in Slack through both sign-in pages to the yes, in real Chromium."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, Response

from tests.browser.conftest import Play, World

pytestmark = pytest.mark.browser

BEGIN_AGAIN = "Type /ops link in Slack to begin anew."


async def heading(page: Page) -> str:
    return await page.locator("h1").inner_text()


async def presses(page: Page, label: str | re.Pattern[str]) -> None:
    """A button or link with these words."""
    await page.get_by_role("button", name=label).or_(page.get_by_role("link", name=label)).first.click()


async def to_github(world: World, page: Page, who: str) -> None:
    """From `/ops link` to GitHub's sign-in page."""
    await world.types(who, "/ops link")
    await page.goto(world.address(who))
    await presses(page, "Continue to GitHub")


async def signs_in(page: Page, login: str) -> None:
    await presses(page, f"Continue as {login}")


async def test_with_a_code_that_the_slack_user_types(play: Play) -> None:
    async with play(slack_signs_in=False) as world:
        page = await world.window()
        await world.types("alice", "/ops link")
        await page.goto(world.address("alice"))
        await world.shoot(page, "1-opened")
        await presses(page, "Continue to GitHub")
        await signs_in(page, "alice")
        assert await heading(page) == "Link these two accounts?"
        assert "code=" not in page.url
        assert "number" in await page.locator(".pair").inner_text()
        await world.shoot(page, "2-asked")
        await presses(page, "Yes, show me the code")
        await world.shoot(page, "3-coded")
        line = await page.locator(".key").inner_text()
        await world.types("alice", "/ops whoami")
        assert world.newest("alice") == (
            "⛔ Not linked: You are linking your accounts in a browser, so nothing was done yet."
        )
        await world.types("mallory", line)
        assert world.newest("mallory") == (
            "⛔ Not linked: No code is waiting for you: it was used, or its ten minutes are over."
        )
        await world.types("alice", line)
        user = world.slack.person("alice").id
        assert world.newest("alice") == f"✅ Linked: <@{user}> is alice on GitHub."
        await world.types("alice", "/ops whoami")
        assert world.newest("alice").startswith("You are alice on GitHub")


async def test_with_a_sign_in_to_slack(play: Play) -> None:
    async with play(slack_signs_in=True) as world:
        page = await world.window()
        await to_github(world, page, "alice")
        await signs_in(page, "alice")
        assert await heading(page) == "Now show that you are alice"
        await world.shoot(page, "4-proven")
        await presses(page, "Continue to Slack")
        await signs_in(page, "alice")
        assert await heading(page) == "Link these two accounts?"
        await presses(page, "Link them")
        assert await heading(page) == "Your accounts are linked"
        await world.shoot(page, "5-finished")
        assert await page.context.cookies() == []
        await world.settle()
        assert world.newest("alice") == f"✅ Linked: <@{world.slack.person('alice').id}> is alice on GitHub."


async def test_t5_another_slack_user_ends_it(play: Play) -> None:
    async with play(slack_signs_in=True) as world:
        page = await world.window("phone")
        await to_github(world, page, "mallory")
        await signs_in(page, "alice")
        await presses(page, "Continue to Slack")
        await signs_in(page, "alice")
        assert await heading(page) == "That is another Slack account"
        assert BEGIN_AGAIN in await page.locator("main").inner_text()
        await world.shoot(page, "6-wrong-slack-user")


async def test_cancelling_at_github_may_be_taken_back(play: Play) -> None:
    async with play(slack_signs_in=False) as world:
        page = await world.window("phone")
        await to_github(world, page, "alice")
        await presses(page, "Cancel")
        assert await heading(page) == "You cancelled at GitHub"
        await world.shoot(page, "7-denied")
        await presses(page, "Try again")
        await signs_in(page, "bob")
        assert "bob" in await page.locator(".pair").inner_text()
        await presses(page, "Use another GitHub account")
        await signs_in(page, "alice")
        assert "bob" not in await page.locator(".pair").inner_text()


async def test_after_ten_minutes_it_is_over(play: Play) -> None:
    async with play(slack_signs_in=False) as world:
        page = await world.window("phone")
        await to_github(world, page, "alice")
        await signs_in(page, "alice")
        world.clock.advance(600)
        await presses(page, "Yes, show me the code")
        assert await heading(page) == "The ten minutes are over"
        await world.shoot(page, "8-expired")


async def test_t5_a_second_browser_is_refused(play: Play) -> None:
    async with play(slack_signs_in=False) as world:
        first, second = await world.window(), await world.window("phone")
        await world.types("alice", "/ops link")
        await second.goto(world.address("alice"))
        await first.goto(world.address("alice"))
        await presses(first, "Continue to GitHub")
        await presses(second, "Continue to GitHub")
        assert await heading(second) == "This link is open in another browser"
        await world.shoot(second, "9-other-browser")
        await signs_in(first, "alice")
        assert await heading(first) == "This link was used or replaced"
        await world.shoot(first, "10-ended")


async def test_t5_a_callback_that_is_played_again_counts_for_nothing(play: Play) -> None:
    async with play(slack_signs_in=False) as world:
        page, thief = await world.window(), await world.window()
        callbacks: list[str] = []

        def note(response: Response) -> None:
            if "/login/github/callback" in response.url:
                callbacks.append(response.url)

        page.on("response", note)
        await to_github(world, page, "alice")
        await signs_in(page, "alice")
        await thief.goto(callbacks[0])
        assert await heading(thief) == "This browser has nothing to link"
        await page.goto(callbacks[0])
        assert await heading(page) == "This sign-in was used before, or began elsewhere"
        await presses(page, "Try again")
        assert await heading(page) == "Link these two accounts?"


async def test_accounts_that_are_linked_with_others_are_named(play: Play) -> None:
    async with play(slack_signs_in=False) as world:
        page = await world.window()
        await to_github(world, page, "alice")
        await signs_in(page, "alice")
        await presses(page, "Yes, show me the code")
        await world.types("alice", await page.locator(".key").inner_text())
        other = await world.window("phone")
        await to_github(world, other, "mallory")
        await signs_in(other, "alice")
        assert await heading(other) == "These accounts were not linked"
        await world.shoot(other, "11-objection")
