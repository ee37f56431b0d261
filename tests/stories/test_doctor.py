"""What `signalbox doctor` says of an installation that serves, and of one where something is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import manifests
from bot.cli import main
from bot.doctor import Finding, Grade, examine
from bot.jobs import admin
from bot.jobs.policy import Policy
from bot.model.job import Job
from bot.settings import Secret, Settings
from bot.store.migrate import upgrade
from tests.support.slack_story import SlackStory
from tests.support.story import Story


def about(found: list[Finding], name: str) -> tuple[Grade, str]:
    (finding,) = [each for each in found if each.about == name]
    return finding.grade, finding.text


async def test_an_installation_that_works_is_told_to_be_fine(chat: SlackStory) -> None:
    chat.github.app.events = manifests.EVENTS
    await chat.ops("alice", "run acme/shop#1 deploy.yml environment=staging")
    chat.github.app.webhook_url = "HTTP://127.0.0.1:1/github/webhooks"
    found = await examine(chat.bot.settings, chat.clock.now())
    assert [each for each in found if each.grade is Grade.WRONG] == []
    assert about(found, "database") == (Grade.FINE, "answers, and is at this version's schema")
    assert about(found, "held jobs") == (Grade.FINE, "none")
    assert about(found, "open requests") == (Grade.FINE, "1 running")
    assert about(found, "GitHub permissions") == (Grade.FINE, "all there")
    assert about(found, "GitHub installations") == (Grade.FINE, "accepted all that the App asks for")
    assert about(found, "GitHub events") == (Grade.FINE, "all there")
    assert about(found, "GitHub webhook") == (Grade.FINE, "signed, to http://127.0.0.1:1/github/webhooks")
    assert about(found, "Slack") == (Grade.FINE, "takes our token")
    assert about(found, "Slack scopes") == (Grade.FINE, "all there")
    assert about(found, "deliveries from github")[1].startswith("the last one came at 20")


async def test_what_the_app_lacks_is_named(story: Story) -> None:
    story.github.app.permissions = {**manifests.PERMISSIONS, "actions": "read"}
    story.github.app.events = tuple(event for event in manifests.EVENTS if event != "workflow_run")
    found = await examine(story.bot.settings, story.clock.now())
    grade, text = about(found, "GitHub permissions")
    assert (grade, text.split(";")[0]) == (Grade.WRONG, "missing: actions (write)")
    grade, text = about(found, "GitHub events")
    assert (grade, text.split(";")[0]) == (Grade.WRONG, "missing: workflow_run")
    assert any(each.text.startswith("A Slack app is not configured.") for each in found)


async def test_an_owner_who_did_not_accept_a_permission_is_named(story: Story) -> None:
    for installation in story.github.app.installations.values():
        installation.permissions = {**manifests.PERMISSIONS, "checks": "read"}
        del installation.permissions["statuses"]
    found = await examine(story.bot.settings, story.clock.now())
    text = "acme did not accept checks (write), statuses (read): what needs it does not work there"
    assert about(found, "GitHub installations") == (Grade.LOOK, text)


async def test_that_github_does_not_name_the_installations_is_told(story: Story) -> None:
    story.github.faults.status(500, "GET", "/app/installations")
    found = await examine(story.bot.settings, story.clock.now())
    grade, text = about(found, "GitHub installations")
    assert (grade, text.split(":")[0]) == (Grade.LOOK, "GitHub does not name them")


async def test_t3_environments_are_enforced_or_advisory(story: Story) -> None:
    story.github.environment(story.repository, "production", apps=[story.github.app])
    story.github.environment(story.repository, "staging")
    await story.types("alice", "/status")  # so that the repository's configuration is known
    found = await examine(story.bot.settings, story.clock.now())
    said = "acme/shop: production enforced; staging advisory, because our protection rule is not on it"
    assert about(found, "environments") == (Grade.FINE, said)
    story.github.faults.status(500, "GET", "*/environments")
    grade, text = about(await examine(story.bot.settings, story.clock.now()), "environments")
    assert (grade, text.split(":")[0]) == (Grade.LOOK, "GitHub does not tell those of acme/shop")


SENT_ELSEWHERE = (
    "GitHub sends to https://old.example/github/webhooks, and PUBLIC_URL means https://bot.example/github/webhooks: "
    "give the App's webhook that URL, or mend PUBLIC_URL, unless something between the two hands it on"
)
UNSIGNED = "it has no secret, so nothing is signed and all is refused: set it to GITHUB_WEBHOOK_SECRET"
FORM = "it sends form, which is refused: set its content type to application/json"
SWITCHED_OFF = "there is none, so nothing is heard: switch it on in the App's settings, with the URL "


@pytest.mark.parametrize(
    ("webhook", "public_url", "grade", "text"),
    [
        ({}, "https://bot.example", Grade.FINE, "signed, to https://bot.example/github/webhooks"),
        ({"webhook_url": "https://bot.example:443/github/webhooks"}, "https://bot.example", Grade.FINE, None),
        (
            {"webhook_url": "https://me:secret@old.example/github/webhooks?token=secret"},
            "https://bot.example",
            Grade.LOOK,
            SENT_ELSEWHERE,
        ),
        ({}, None, Grade.LOOK, None),
        ({"webhook_secret": ""}, "https://bot.example", Grade.WRONG, UNSIGNED),
        ({"webhook_content_type": "form"}, "https://bot.example", Grade.WRONG, FORM),
        (
            {"webhook_url": "https://old.example/github/webhooks", "webhook_secret": ""},
            "https://bot.example",
            Grade.WRONG,
            f"{SENT_ELSEWHERE}. {UNSIGNED}",
        ),
        (
            {"webhook_url": None},
            "https://bot.example",
            Grade.WRONG,
            f"{SWITCHED_OFF}https://bot.example/github/webhooks",
        ),
        ({"webhook_url": None}, None, Grade.WRONG, f"{SWITCHED_OFF}PUBLIC_URL followed by /github/webhooks"),
    ],
)
async def test_where_github_sends_to_is_compared(
    story: Story, webhook: dict[str, str | None], public_url: str | None, grade: Grade, text: str | None
) -> None:
    for name, value in ({"webhook_url": "https://bot.example/github/webhooks"} | webhook).items():
        setattr(story.github.app, name, value)
    asked = len(story.github.journal)
    found = await examine(replace(story.bot.settings, public_url=public_url), story.clock.now())
    assert about(found, "GitHub webhook") == (grade, text or about(found, "GitHub webhook")[1])
    assert "secret@" not in str(found)
    assert "token=" not in str(found)
    assert {each.method for each in story.github.journal[asked:]} == {"GET"}


async def test_that_github_does_not_say_where_it_sends_to_is_told(story: Story) -> None:
    story.github.faults.status(403, "GET", "/app/hook/config", times=9)
    found = await examine(story.bot.settings, story.clock.now())
    grade, text = about(found, "GitHub webhook")
    assert (grade, text.split(":")[0]) == (Grade.LOOK, "GitHub does not say where it sends to")
    assert about(found, "failed deliveries")[0] is Grade.FINE


async def test_a_token_that_slack_does_not_take_is_told_without_showing_it(chat: SlackStory) -> None:
    slack = chat.bot.settings.slack
    assert slack is not None
    settings = replace(chat.bot.settings, slack=replace(slack, bot_token=Secret("xoxb-wrong-token")))
    found = await examine(settings, chat.clock.now())
    assert about(found, "Slack")[0] is Grade.WRONG
    assert "xoxb" not in str(found)


async def test_deliveries_that_failed_are_told(story: Story) -> None:
    assert about(await examine(story.bot.settings), "failed deliveries")[0] is Grade.FINE
    story.github.webhooks.lose("issue_comment")
    await story.types("alice", "/whoami")
    grade, text = about(await examine(story.bot.settings), "failed deliveries")
    assert (grade, text) == (Grade.LOOK, "the last one at 2026-11-21 09:01 UTC; what is missing is asked for again")
    story.github.faults.status(404, "GET", "/app/hook/deliveries", times=9)
    grade, text = about(await examine(story.bot.settings), "failed deliveries")
    assert (grade, text.split(":")[0]) == (Grade.LOOK, "not listed, so not asked for again")


async def test_jobs_that_nobody_does_are_told(story: Story) -> None:
    await story.types("alice", "/run deploy.yml environment=staging")
    found = await examine(story.bot.settings, story.clock.now() + timedelta(hours=1))
    grade, text = about(found, "due jobs")
    assert grade is Grade.LOOK
    assert text.endswith("seconds: does `signalbox serve` run?")


async def test_jobs_that_gave_up_are_wrong(story: Story) -> None:
    async def fails(payload: object) -> None:
        raise OSError("no")

    story.bot.engine.handle("broken", fails, policy=Policy(attempts=1))
    async with story.bot.units.write() as unit:
        await unit.enqueue(Job(kind="broken", key="1", payload={"v": 1}))
    await story.settle()
    grade, text = about(await examine(story.bot.settings, story.clock.now()), "held jobs")
    assert (grade, text) == (Grade.WRONG, "1 broken gave up: `signalbox jobs list --state held` says why")


@pytest.mark.parametrize("file", ["absent/nowhere.db", "folder"])
async def test_a_database_that_can_not_be_used_is_a_finding(tmp_path: Path, file: str) -> None:
    (tmp_path / "folder").mkdir()
    found = await examine(Settings.from_env({"DATABASE_URL": f"sqlite:///{tmp_path / file}"}))
    assert about(found, "database")[0] is Grade.WRONG


async def test_a_password_in_an_error_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(url: str) -> None:
        raise OSError(f"could not reach {url}")

    monkeypatch.setattr(admin, "listed", refused)
    found = await examine(Settings.from_env({"DATABASE_URL": "postgresql://bot:correct-horse@127.0.0.1/bot"}))
    grade, text = about(found, "database")
    assert (grade, "correct-horse" in text, "could not reach" in text) == (Grade.WRONG, False, True)


@pytest.mark.parametrize(("migrated", "code"), [(True, 0), (False, 1)])
def test_the_command_prints_a_line_for_each_and_says_by_its_code_whether_all_is_well(
    tmp_path: Path, migrated: bool, code: int
) -> None:
    url = f"sqlite:///{tmp_path / 'doctor.db'}"
    if migrated:
        upgrade(url)
    done = CliRunner().invoke(main, ["doctor"], env={"DATABASE_URL": url})
    assert done.exit_code == code
    assert ("ok     held jobs: none" in done.output) is migrated
    assert ("run `signalbox migrate` first" in done.output) is not migrated
    assert "look   settings: A GitHub App is not configured." in done.output
