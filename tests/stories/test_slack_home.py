"""The Home tab, the form, `whoami`, and what happens when Slack takes our access away."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from uuid import UUID

import pytest

from bot.jobs import admin
from bot.model.job import JobRow
from bot.sandbox.slack import Delivery, View
from bot.transcript import readable_blocks
from tests.support.runs import LINE, asked, headline, in_slack, paragraphs, passes, table
from tests.support.slack_story import SlackStory

Leave = Callable[[SlackStory], Awaitable[None]]
RUN = "run acme/shop#1 deploy.yml environment=staging"
TIPS = (
    "To begin with\n"
    "`/ops run owner/repo#7 deploy.yml` starts a workflow on a pull request.\n"
    "`/ops use owner/repo` makes a repository a channel's own.\n"
    "`/ops help` shows everything that can be typed."
)
WAITING = in_slack(
    "⏳ Deploy is waiting for a runner",
    "⏳ build, waiting for a runner",
    "`/ops cancel CODE` stops it.",
    "[Cancel] [Show on GitHub]",
)
OFFERED = paragraphs(
    "🔗 Link your Slack account to your GitHub account: press the button and sign in to GitHub.",
    "Only you see this. The button works once, for 10 minutes.",
    "[Link my GitHub account]",
)


def home(chat: SlackStory, who: str) -> str:
    """The whole tab as this person reads it."""
    view = chat.slack.home_of(who)
    assert view is not None
    text = readable_blocks(view.blocks)
    for person in chat.slack.world.people.values():
        text = text.replace(person.id, person.name)
    return chat.named(text)


async def opened(chat: SlackStory, who: str) -> View:
    await chat.slack.opens_home(who)
    await chat.settle()
    view = chat.slack.home_of(who)
    assert view is not None
    return view


async def form(chat: SlackStory, who: str = "alice") -> View:
    """The form, asked for on the Home tab."""
    await chat.slack.presses(who, await opened(chat, who), "run_form")
    await chat.settle()
    (view,) = chat.slack.views_of(who)
    return view


async def sent(chat: SlackStory, words: str, channel: str = "#deploys", who: str = "alice") -> Delivery:
    """Somebody fills the form in and sends it."""
    view = await form(chat, who)
    delivery = await chat.slack.submits(who, view, {"command": words, "channel": chat.slack.where(channel).id})
    await chat.passes(1)
    assert (delivery.status, chat.slack.views_of(who)) == (200, [])
    return delivery


async def test_home_of_somebody_who_is_not_linked(chat: SlackStory) -> None:
    await opened(chat, "tara")
    assert home(chat, "tara") == paragraphs(
        "👋 Hello @tara, I do not know who you are on GitHub yet.",
        "Next: press the button and sign in to GitHub.",
        "You then have 10 minutes to sign in.",
        "[Link my GitHub account]",
    )


async def test_home_of_somebody_who_asked_for_nothing(chat: SlackStory) -> None:
    await opened(chat, "alice")
    assert home(chat, "alice") == paragraphs(
        "👋 Hello @alice, you are `alice` on GitHub.", "You have asked for nothing yet.", TIPS, "[Run a command]"
    )


async def test_home_shows_what_one_asked_for_on_both_surfaces_and_nothing_of_others(chat: SlackStory) -> None:
    await chat.types("alice", LINE)
    await passes(chat, chat.github.runs[-1])
    await chat.ops("alice", RUN)
    await chat.ops("bob", "run acme/shop nightly.yml")
    await chat.passes(1)
    await opened(chat, "alice")
    assert home(chat, "alice") == paragraphs(
        "👋 Hello @alice, you are `alice` on GitHub.",
        "Your newest requests",
        f"🔄 running · `CODE`\n`/ops {RUN}`\nasked by alice, 21 Nov 2026, 09:01 UTC\nin acme/shop",
        f"✅ passed · `CODE`\n`{LINE}`\nasked by alice, 21 Nov 2026, 09:01 UTC\nin acme/shop",
        TIPS,
        "[Run a command]",
    )


async def test_the_link_button_of_the_home_tab_answers_in_a_direct_message(chat: SlackStory) -> None:
    await chat.slack.presses("tara", await opened(chat, "tara"), "link_begin")
    await chat.passes(1)
    assert chat.directs("tara") == [OFFERED]


async def test_the_form_runs_a_command_in_the_chosen_channel(chat: SlackStory) -> None:
    await sent(chat, RUN)
    assert [chat.read(each) for each in chat.living()] == [WAITING]
    assert chat.github.runs[-1].head_sha == chat.pull.head_sha
    assert chat.directs("alice") == []


async def test_bad_words_in_the_form_are_answered_privately(chat: SlackStory) -> None:
    await sent(chat, "rnu acme/shop#1 deploy.yml")
    await sent(chat, "run deploy.yml")
    assert chat.living() == []
    mended, unnamed = chat.whispers("alice")
    assert mended == paragraphs(
        'There is no command "rnu".', "Did you mean this?", "/ops run acme/shop#1 deploy.yml", "Usage: `/ops help`"
    )
    assert unnamed.startswith("❓ Which repository? `/ops run deploy.yml` names none")
    assert chat.github.runs == []


async def test_what_somebody_may_not_is_refused_in_the_form_too(chat: SlackStory) -> None:
    await sent(chat, RUN, who="rita")
    assert chat.living() == []
    (answer,) = chat.whispers("rita")
    assert answer.startswith("⛔ Refused: rita has the role read, run needs write (`permission`)")


async def test_a_form_for_a_channel_without_us_is_answered_directly(chat: SlackStory) -> None:
    chat.slack.channel("#quiet", members=["alice"], app=False)
    await sent(chat, RUN, channel="#quiet")
    await chat.passes(2)
    assert chat.living("#quiet") == []
    directs = chat.directs("alice")
    assert WAITING in directs
    assert any("I am not in this channel, so I write to you directly" in each for each in directs)


async def test_a_form_that_is_closed_does_nothing(chat: SlackStory) -> None:
    view = await form(chat)
    before = len(chat.github.journal)
    await chat.slack.closes("alice", view)
    await chat.passes(1)
    assert chat.slack.views_of("alice") == []
    assert chat.whispers("alice") == []
    assert chat.directs("alice") == []
    assert len(chat.github.journal) == before


async def test_a_trigger_that_came_too_late_opens_no_form_and_breaks_nothing(
    chat: SlackStory, caplog: pytest.LogCaptureFixture
) -> None:
    view = await opened(chat, "alice")
    await chat.slack.presses("alice", view, "run_form")
    chat.clock.advance(4)  # before the bot came to it
    await chat.settle()
    assert chat.slack.views_of("alice") == []
    assert [each.message for each in caplog.records if getattr(each, "action", "") == "form_late"] == [
        "A form was not shown: Slack refused views.open: expired_trigger_id"
    ]
    assert await held(chat) == []
    assert (await form(chat)).kind == "modal"  # pressing again helps


async def test_a_form_that_slack_sends_twice_counts_once(chat: SlackStory) -> None:
    delivery = await sent(chat, RUN)
    await chat.slack.resends(delivery)
    await chat.passes(1)
    assert len(chat.github.runs) == 1
    assert len(chat.living()) == 1


async def test_whoami_with_and_without_a_target(chat: SlackStory) -> None:
    for words in ("whoami", "whoami acme/shop", "whoami acme/nothing"):
        await chat.ops("alice", words)
        await chat.passes(4)
    await chat.ops("tara", "whoami")
    number = chat.github.person("alice").id
    assert chat.whispers("alice") == [
        f"You are `alice` on GitHub (id {number}).\nIn Slack you are @alice.",
        f"You are `alice` on GitHub (id {number}).\nIn Slack you are @alice.\nYour role in acme/shop is write.",
        paragraphs(
            "⛔ Not found: what `/ops whoami acme/nothing` names does not exist, or it is not visible to you "
            "(`not_found`).",
            "Next: Check the name; if it is right, ask an admin of the repository for access.",
        ),
    ]
    assert chat.whispers("tara")[0].startswith("🔗 I do not know who you are on GitHub yet")


async def jobs(chat: SlackStory, state: str | None = None) -> list[JobRow]:
    """As `signalbox jobs list` shows them."""
    return [*await admin.listed(chat.bot.settings.database_url.reveal(), state)]


async def held(chat: SlackStory) -> list[str]:
    return [each.kind for each in await jobs(chat, "held")]


def audited(chat: SlackStory) -> list[str]:
    """What the audit says about Slack's own news."""
    with closing(sqlite3.connect(chat.bot.settings.database_url.reveal().removeprefix("sqlite:///"))) as database:
        rows = database.execute(
            "SELECT action FROM audit_entries WHERE action IN ('app_uninstalled', 'tokens_revoked')"
        )
        return sorted(action for (action,) in rows)


async def uninstalls(chat: SlackStory) -> None:
    await chat.slack.uninstalls()
    await chat.settle()


async def revokes(chat: SlackStory) -> None:
    await chat.slack.revokes()
    await chat.settle()


@pytest.mark.parametrize(
    ("leave", "told"), [(uninstalls, ["app_uninstalled", "tokens_revoked"]), (revokes, ["tokens_revoked"])]
)
async def test_when_slack_takes_our_access_away_operators_are_told_and_github_goes_on(
    chat: SlackStory, leave: Leave, told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    await leave(chat)
    assert audited(chat) == told
    logged = [each for each in caplog.records if getattr(each, "action", "") in told]
    assert sorted(each.message for each in logged) == [
        f"Slack took our access away ({event}). Install the app again and set SLACK_BOT_TOKEN." for event in told
    ]
    await chat.types("alice", LINE)
    await passes(chat, chat.github.runs[-1])
    assert chat.answers() == [
        paragraphs(
            headline("✅", "passed", " in 0 s"),
            asked("alice", LINE),
            table(("build", "✅ passed", "0 s"), ("ship", "✅ passed", "0 s")),
            f"`{LINE}` runs it again.",
        )
    ]
    assert await held(chat) == []


async def test_what_slack_does_not_take_is_held_in_sight_and_said_when_the_token_works_again(chat: SlackStory) -> None:
    await chat.ops("alice", RUN)
    await chat.passes(1)
    await revokes(chat)
    await passes(chat, chat.github.runs[-1])
    assert [chat.read(each) for each in chat.living()] == [WAITING]
    for _ in range(40):
        await chat.passes(310)
    (job,) = await jobs(chat, "held")
    assert job.kind == "announce"
    assert job.last_error == "Unwelcome: Slack no longer takes SLACK_BOT_TOKEN (token_revoked)"
    chat.app.installation.token.state = "live"
    async with chat.bot.units.write() as unit:
        assert await unit.jobs.retry(UUID(job.id), chat.clock.now())  # as `signalbox jobs retry` does
    await chat.passes(5)
    assert await held(chat) == []
    (message,) = chat.living()
    assert chat.read(message).startswith("✅ Deploy passed in 1 s · `CODE`")
    await chat.ops("alice", "whoami")
    assert chat.whispers("alice")[-1].startswith("You are `alice` on GitHub")


async def test_a_token_that_works_again_in_time_needs_nobodys_help(chat: SlackStory) -> None:
    await chat.ops("alice", RUN)
    await chat.passes(1)
    await revokes(chat)
    await passes(chat, chat.github.runs[-1])
    chat.app.installation.token.state = "live"
    await chat.passes(310)
    assert [chat.read(each).split(" · ")[0] for each in chat.living()] == ["✅ Deploy passed in 1 s"]
