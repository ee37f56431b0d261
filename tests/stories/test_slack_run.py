"""A command in Slack becomes a run, and one message tells how it goes; requests are found from both surfaces."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.sandbox.slack import Impossible
from tests.support.runs import paragraphs
from tests.support.slack_story import CHANNEL, SlackStory, talking
from tests.support.story import KEYED

LINE = "run acme/shop#1 deploy.yml environment=staging"
ASKED = "@alice (alice) asked for deploy.yml\nwith `environment=staging`\non `feature` at HEAD\nin acme/shop#1"
STOP = "`/ops cancel CODE` stops it."
AGAIN = f"`/ops {LINE}` runs it again."
JOBS = [f"job{number}" for number in range(10)]
WIDE = f"name: Wide\n{KEYED}jobs:\n" + "".join(f"  {job}: {{runs-on: x, steps: [{{run: make}}]}}\n" for job in JOBS)


def living(chat: SlackStory) -> str:
    """The one message in the channel, as it reads now."""
    (message,) = chat.living()
    return chat.read(message)


def fallback(chat: SlackStory) -> str:
    """What phones show of it."""
    (message,) = chat.living()
    return chat.named(message.text)


async def code_of_newest(chat: SlackStory) -> str:
    """What people see of the newest request of the repository."""
    async with chat.bot.units.read() as unit:
        github = await unit.connections.by_name("github")
        assert github is not None
        (newest,) = await unit.requests.of_repository(github.id, chat.repository.id, 1)
    return newest.code


async def test_from_a_slash_command_to_a_finished_run_in_one_message(chat: SlackStory) -> None:
    await chat.ops("alice", LINE)
    assert chat.living() == []  # a moment, so that the first message can name the run

    await chat.passes(0.3)
    assert fallback(chat) == "⏳ Deploy is waiting for a runner · CODE"
    assert living(chat) == paragraphs(
        "⏳ Deploy is waiting for a runner · `CODE`",
        ASKED,
        "⏳ build, waiting for a runner",
        STOP,
        "[Cancel] [Show on GitHub]",
    )

    run = chat.github.runs[-1]
    chat.clock.advance(2)
    await run.start()
    await run.start_job("build")
    await chat.settle()
    assert fallback(chat) == "🔄 Deploy is running · CODE"
    assert living(chat) == paragraphs(
        "🔄 Deploy is running · `CODE`", ASKED, "🔄 build, running", STOP, "[Cancel] [Show on GitHub]"
    )

    await chat.passes(62)
    await run.finish_job("build")
    await run.start_job("ship")
    await run.finish_job("ship")
    await run.finish()
    await chat.passes(1)
    jobs = "✅ build, passed, 1 m 2 s\n✅ ship, passed, 0 s"
    assert fallback(chat) == "✅ Deploy passed in 1 m 4 s · CODE"
    assert living(chat) == paragraphs(
        "✅ Deploy passed in 1 m 4 s · `CODE`", ASKED, jobs, AGAIN, "[Re-run] [Show on GitHub]"
    )
    assert chat.thread(chat.living()[0]) == [
        paragraphs(
            "The details of `CODE`",
            f"Asked by @alice (alice), 21 Nov 2026, 09:01 UTC\n`/ops {LINE}`",
            "Repository: acme/shop\nPull request: #1\nWorkflow: .github/workflows/deploy.yml\n"
            "Branch or tag: `feature`\nCommit: HEAD",
            "Inputs\n`environment=staging`",
            f"Jobs: 2 passed\n{jobs}",
            "The run, attempt 1: passed, 1 m 4 s",
        )
    ]
    assert chat.whispers("alice") == []


async def test_a_failing_job(chat: SlackStory) -> None:
    await chat.ops("alice", LINE)
    await chat.passes(1)
    run = chat.github.runs[-1]
    await run.start()
    await run.start_job("build")
    await run.finish_job("build", "failure", log="make: *** [build] Error 2")
    await run.finish()
    await chat.passes(1)
    assert fallback(chat) == "❌ Deploy failed after 1 s: 1 of 2 jobs failed · CODE"
    assert living(chat) == paragraphs(
        "❌ Deploy failed after 1 s: 1 of 2 jobs failed · `CODE`",
        ASKED,
        "❌ build, failed, 0 s\n⚪ ship, skipped",
        f"Next: Open the logs of what failed and mend what they show. {AGAIN}",
        "[Re-run] [Re-run failed] [Show on GitHub]",
    )


async def test_cancelled_by_its_button(chat: SlackStory) -> None:
    await chat.ops("alice", LINE)
    await chat.passes(1)
    await chat.github.runs[-1].start()
    await chat.passes(1)
    with pytest.raises(Impossible):  # it asks whether you are sure
        await chat.slack.presses("bob", chat.living()[0], "cancel")
    await chat.presses("bob", chat.living()[0], "cancel")
    await chat.passes(1)
    assert chat.whispers("bob") == ["Stopping request CODE."]
    assert fallback(chat) == "🚫 Deploy was cancelled after 2 s · CODE"
    assert living(chat) == paragraphs(
        "🚫 Deploy was cancelled after 2 s · `CODE`",
        ASKED,
        "bob stopped it.",
        "🚫 build, cancelled, 0 s\n⚪ ship, skipped",
        AGAIN,
        "[Re-run] [Show on GitHub]",
    )


async def test_cancelled_before_github_has_started_anything(chat: SlackStory) -> None:
    chat.github.faults.status(503, "POST", "*dispatches*", times=2)
    await chat.ops("alice", LINE)
    await chat.passes(0.3)
    assert living(chat) == paragraphs("⏳ Deploy is being started · `CODE`", ASKED, STOP, "[Cancel]")
    await chat.presses("alice", chat.living()[0], "cancel")
    await chat.passes(1)
    assert living(chat) == paragraphs("⏳ Deploy is being stopped · `CODE`", ASKED, "alice stopped it.")
    await chat.passes(60)  # so long GitHub may take to show a run that it started after all
    await chat.passes(1)
    assert chat.github.dispatched == []
    assert living(chat) == paragraphs("🚫 Deploy was cancelled · `CODE`", ASKED, "alice stopped it.", AGAIN)


async def test_a_run_of_ten_jobs_costs_at_most_eight_edits(tmp_path: Path) -> None:
    async with talking(tmp_path, files={".github/workflows/wide.yml": WIDE}) as chat:
        await chat.ops("alice", "run acme/shop wide.yml")
        await chat.passes(1)
        run = chat.github.runs[-1]
        await run.start()
        for act in (run.start_job, run.finish_job):
            for job in JOBS:
                await act(job)
                await chat.passes(6)
        await run.finish()
        await chat.passes(1)
        (message,) = chat.living()
        assert chat.read(message).startswith("✅ Wide passed in 2 m 1 s · `CODE`")
        assert message.edited == len(chat.slack.called("chat.update")) <= 8
        shown = [line for line in chat.read(message).splitlines() if ", passed, " in line]
        assert sorted(shown) == [f"✅ {job}, passed, 1 m" for job in JOBS]  # in the order in which GitHub told of them


@pytest.mark.github_com("where a run has to be looked for, how often that takes depends on whose news come first")
async def test_github_sees_the_same_calls_as_for_a_comment(chat: SlackStory) -> None:
    def since(before: int) -> list[str]:
        calls = chat.calls()[before:]
        return sorted(call for call in calls if "/comments" not in call)  # its own messages go where it was asked

    async def ends() -> None:
        await chat.passes(0.3)
        await chat.github.runs[-1].play()
        await chat.passes(1)

    await chat.types("alice", "/run deploy.yml environment=staging")
    await ends()
    await chat.ops("alice", LINE)  # which tells which repository that name means
    await ends()
    before = len(chat.calls())
    await chat.types("alice", "/run deploy.yml environment=staging")
    await ends()
    from_comment = since(before)
    before = len(chat.calls())
    await chat.ops("alice", LINE)
    await ends()
    assert since(before) == from_comment != []
    by_comment, by_slack = chat.github.dispatched[-2:]
    assert (by_slack.workflow, by_slack.ref, by_slack.head_sha) == (
        "deploy.yml",
        "refs/heads/feature",
        chat.pull.head_sha,
    )
    assert by_slack.actor == by_comment.actor == "signalbox[bot]"
    keys = [str(each.inputs["signalbox_request"]) for each in (by_comment, by_slack)]
    assert len(set(keys)) == 2
    assert dict(by_slack.inputs) == {**by_comment.inputs, "signalbox_request": keys[1]}


async def test_started_on_the_pull_request_and_found_in_slack(chat: SlackStory) -> None:
    await chat.types("alice", "/run deploy.yml environment=staging")
    await chat.passes(1)
    row = "🔄 running · `CODE`\n`/run deploy.yml environment=staging`\nasked by alice, 21 Nov 2026, 09:01 UTC"
    await chat.ops("bob", "status acme/shop#1")
    await chat.ops("bob", "runs acme/shop")
    assert chat.whispers("bob") == [row, paragraphs("The newest requests of acme/shop", f"{row}\nin acme/shop#1")]

    code = await code_of_newest(chat)
    run = chat.github.runs[-1]
    await run.start()
    await run.start_job("build")
    await chat.ops("bob", f"status {code}")
    assert chat.whispers("bob")[-1] == row
    await chat.ops("bob", f"cancel {code.lower()}")
    assert chat.whispers("bob")[-1] == "Stopping request CODE."
    await chat.passes(1)
    assert run.conclusion == "cancelled"
    (comment,) = chat.answers()
    assert comment.startswith("🚫 **Deploy was cancelled**")
    assert "bob stopped it." in comment
    assert chat.living() == []


async def test_the_logs_of_a_request_of_the_pull_request_are_read_in_slack(chat: SlackStory) -> None:
    await chat.types("alice", "/run deploy.yml environment=staging")
    await chat.passes(1)
    run = chat.github.runs[-1]
    await run.start()
    await run.start_job("build")
    await run.finish_job("build", "failure", log="make: *** [build] Error 2")
    await run.finish()
    await chat.passes(1)
    await chat.ops("bob", f"logs {await code_of_newest(chat)}")
    assert chat.whispers("bob") == [
        paragraphs(
            "What failed in `CODE`",
            "❌ build failed in the step “Run make build”",
            "Run make build\nmake build\nshell: /usr/bin/bash -e {0}\nmake: * [build] Error 2\n"
            "error: Process completed with exit code 1.",
        )
    ]


async def test_started_in_slack_and_found_on_the_pull_request(chat: SlackStory) -> None:
    await chat.ops("alice", LINE)
    await chat.passes(1)
    row = (
        "- `CODE` [🔄 running](https://github.test/acme/shop/actions/runs/RUN1): "
        f"`/ops {LINE}`, asked by alice on 21 Nov 2026, 09:01 UTC"
    )
    await chat.types("bob", "/status")
    await chat.types("bob", "/runs")
    assert chat.answers() == [row, f"**The newest requests of acme/shop**\n\n{row} in thread 1"]

    await chat.types("bob", f"/cancel {await code_of_newest(chat)}")
    await chat.passes(1)
    assert chat.answers()[-1] == "Stopping request CODE."
    assert "bob stopped it." in living(chat)


async def test_both_surfaces_at_the_same_second_make_two_requests(chat: SlackStory) -> None:
    await asyncio.gather(
        chat.slack.command("alice", CHANNEL, f"/ops {LINE}"),
        chat.github.comments("alice", chat.pull, "/run deploy.yml environment=staging"),
    )
    await chat.settle()
    await chat.passes(1)
    keys = {each.inputs["signalbox_request"] for each in chat.github.dispatched}
    assert len(chat.github.dispatched) == len(keys) == 2
    assert len(chat.living()) == len(chat.answers()) == 1


async def test_two_people_at_once_in_one_channel(chat: SlackStory) -> None:
    await asyncio.gather(
        chat.slack.command("alice", CHANNEL, f"/ops {LINE}"),
        chat.slack.command("bob", CHANNEL, f"/ops {LINE}"),
        chat.slack.command("rita", CHANNEL, f"/ops {LINE}"),
    )
    await chat.settle()
    await chat.passes(1)
    assert len(chat.github.dispatched) == 2
    readings = sorted(chat.read(each).split("\n\n")[1].partition(" asked")[0] for each in chat.living())
    assert readings == ["@alice (alice)", "@bob (bob)"]
    assert len(chat.whispers("rita")) == 1
    assert chat.whispers("alice") == chat.whispers("bob") == []


async def test_the_same_through_a_socket(tmp_path: Path) -> None:
    async with talking(tmp_path, socket_mode=True) as chat:
        await chat.ops("alice", LINE)
        await chat.passes(1)
        await chat.mentions("bob", "status acme/shop#1")
        await chat.presses("bob", chat.living()[0], "cancel")
        await chat.passes(1)
        assert living(chat).startswith("🚫 Deploy was cancelled")
        asked = "🔄 running · `CODE`\n`/ops " + LINE + "`\nasked by alice, 21 Nov 2026, 09:01 UTC"
        assert chat.whispers("bob") == [asked, "Stopping request CODE."]
