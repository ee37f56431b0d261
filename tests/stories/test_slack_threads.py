"""Threads: slash commands do not work there, so people call the app, and "it" is the request of the thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.sandbox.slack import Seen
from tests.support.runs import LINE, fails, in_slack, paragraphs
from tests.support.slack_story import SlackStory

Start = Callable[[SlackStory], Awaitable[Seen]]
RUN = "run acme/shop#1 deploy.yml environment=staging"


async def started(chat: SlackStory) -> Seen:
    await chat.ops("alice", RUN)
    await chat.passes(1)
    return chat.living()[-1]


async def mentioned(chat: SlackStory) -> Seen:
    """alice called the app instead; the message that did so, with the living message below it."""
    said = await chat.mentions("alice", RUN)
    await chat.passes(1)
    (root,) = [each for each in chat.slack.seen_by("alice", "#deploys") if each.ts == said.ts]
    return root


def row(state: str, line: str = f"/ops {RUN}", note: str = "") -> str:
    return f"{state} · `CODE`\n`{line}`\nasked by alice, 21 Nov 2026, 09:01 UTC{note}"


async def bound(chat: SlackStory) -> None:
    """Answers about acme/shop may be seen by all in the channel."""
    await chat.ops("bob", "use acme/shop")


@pytest.mark.parametrize("start", [started, mentioned])
async def test_status_and_cancel_are_about_the_threads_request(chat: SlackStory, start: Start) -> None:
    await bound(chat)
    await chat.types("alice", "/run nightly.yml")  # another one, and newer ones do not count either
    root = await start(chat)
    await chat.ops("alice", "run nightly.yml ref=main")
    await chat.mentions("alice", "status", thread=root)
    await chat.mentions("bob", "cancel", thread=root)
    await chat.passes(5)
    assert [run.conclusion for run in chat.github.runs] == [None, "cancelled", None]
    told = chat.thread(root)
    assert row("🔄 running") in told
    assert "Stopping request CODE." in told
    assert chat.whispers("alice") == []


@pytest.mark.parametrize("start", [started, mentioned])
@pytest.mark.parametrize(("words", "again"), [("rerun", ["build"]), ("rerun failed", ["ship"])])
async def test_rerun_in_a_thread_is_shown_in_the_thread(
    chat: SlackStory, start: Start, words: str, again: list[str]
) -> None:
    root = await start(chat)
    await fails(chat, chat.github.runs[-1])
    before = chat.living()
    await chat.mentions("bob", words, thread=root)
    await chat.passes(1)
    (run,) = chat.github.runs
    assert [job.name for job in run.jobs if job.status == "queued"] == again
    assert chat.living() == before
    assert chat.thread(root)[-1] == in_slack(
        "⏳ Deploy is waiting for a runner, attempt 2",
        f"⏳ {again[0]}, waiting for a runner",
        "`/ops cancel CODE` stops it.",
        "[Cancel] [Show on GitHub]",
        who="bob",
    )


@pytest.mark.parametrize("start", [started, mentioned])
async def test_logs_and_runs_and_explain_in_a_thread(chat: SlackStory, start: Start) -> None:
    await bound(chat)
    root = await start(chat)
    await fails(chat, chat.github.runs[-1], log="make: no rule")
    for words in ("logs", "runs", "explain rerun failed", "explain cancel"):
        await chat.mentions("alice", words, thread=root)
        await chat.passes(2)  # the channel's pace is one message in a second
    logs, runs, rerun, cancel = chat.thread(root)[-4:]
    assert logs == paragraphs(
        "What failed in `CODE`",
        "❌ ship failed in the step “Run make ship”",
        "Run make ship\nmake ship\nshell: /usr/bin/bash -e {0}\nmake: no rule\n"
        "error: Process completed with exit code 1.",
    )
    assert runs == paragraphs("The newest requests of acme/shop", row("❌ failed") + "\nin acme/shop#1")
    assert rerun == paragraphs(
        "✅ Allowed: `/ops rerun failed CODE` passes every gate. Nothing was run.",
        "✅ open, repository visible: alice can see acme/shop\n"
        "✅ open, command exists here: acme/shop has the command rerun\n"
        "✅ open, where: rerun may be typed in Slack\n"
        "✅ open, role: alice has the role write, rerun needs write\n"
        "✅ open, arguments: every input fits the workflow file on the default branch\n"
        "✅ open, pull request open: #1 is open\n"
        "✅ open, trusted code: the head lies in this repository\n"
        "✅ open, head unmoved: HEAD, recorded\n"
        "✅ open, maintenance: nothing is paused\n"
        "✅ open, run ended: the run of CODE has ended\n"
        "✅ open, same commit: HEAD",
    )
    assert cancel.startswith("✅ Allowed: `/ops cancel CODE` passes every gate. Nothing was run.")
    assert chat.whispers("alice") == []


async def test_without_a_bound_channel_only_the_asker_sees_the_answer(chat: SlackStory) -> None:
    root = await started(chat)
    await chat.mentions("alice", "status", thread=root)
    assert chat.thread(root, who="bob") == []
    assert chat.whispers("alice") == [row("🔄 running")]


async def test_help_and_whoami_in_a_thread_are_for_the_asker(chat: SlackStory) -> None:
    root = await started(chat)
    await chat.mentions("alice", "help cancel", thread=root)
    await chat.mentions("alice", "", thread=root)
    await chat.mentions("alice", "whoami", thread=root)
    assert chat.thread(root, who="bob") == []
    cancel, general, whoami = chat.whispers("alice")
    assert cancel == paragraphs(
        "`/ops cancel [request]`\nStop a request and its run.",
        "`request`: Its six-letter code; without it, the newest unfinished one here.",
        "For example\n`/ops cancel`\n`/ops cancel K7QX2M`".replace("K7QX2M", "CODE"),
        "It needs the role write.",
    )
    assert general.startswith("What can be typed here")
    assert whoami == f"You are `alice` on GitHub (id {chat.github.person('alice').id}).\nIn Slack you are @alice."


async def test_somebody_who_may_not_is_refused_in_the_thread_alone(chat: SlackStory) -> None:
    root = await started(chat)
    await chat.mentions("rita", "cancel", thread=root)
    await chat.mentions("tara", "cancel", thread=root)
    assert chat.thread(root, who="bob") == []
    assert chat.whispers("rita")[0].startswith("⛔ Refused: rita has the role read, cancel needs write")
    assert chat.whispers("tara")[0].startswith("🔗 I do not know who you are on GitHub yet")
    assert chat.github.runs[-1].status == "queued"


async def test_another_thread_is_about_the_channel(chat: SlackStory) -> None:
    await started(chat)
    talk = await chat.slack.says("bob", "#deploys", "Lunch?")
    (other,) = [each for each in chat.slack.seen_by("bob", "#deploys") if each.ts == talk.ts]
    for words in ("status", "cancel", "rerun"):
        await chat.mentions("alice", words, thread=other)
    assert [each.split("\n")[0] for each in chat.whispers("alice")] == [
        f"❓ Which repository? `/ops {words}` names none, and this channel has no repository of its own."
        for words in ("status", "cancel", "rerun")
    ]
    assert chat.github.runs[-1].status == "queued"
    await bound(chat)
    await chat.mentions("alice", "status", thread=other)
    assert chat.thread(other, who="bob") == [row("🔄 running")]


async def test_what_began_in_a_pull_request_has_no_thread_here_and_is_named(chat: SlackStory) -> None:
    await chat.types("alice", LINE)
    talk = await chat.slack.says("bob", "#deploys", "How is it?")
    (other,) = [each for each in chat.slack.seen_by("bob", "#deploys") if each.ts == talk.ts]
    await chat.mentions("alice", "status", thread=other)
    assert chat.whispers("alice") == [
        paragraphs(
            "❓ Which repository? `/ops status` names none, and this channel has no repository of its own.",
            "Next: name it behind the command's word: `/ops run acme/shop#7 deploy.yml`",
            "Usage: `/ops status [request]`",
            "Or set one for the whole channel: `/ops use owner/repo`",
        )
    ]
    await chat.mentions("alice", "status acme/shop#1", thread=other)
    assert chat.whispers("alice")[1:] == [row("🔄 running", LINE)]
