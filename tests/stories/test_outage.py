"""GitHub is down for an hour: commands wait, people are told once, and everything finishes or ends visibly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.slack_story import SlackStory
from tests.support.story import KEYED, Story, telling

LINE = "/run deploy.yml environment=staging"
OPS = "run acme/shop#1 deploy.yml environment=staging"
JUDGES = "*/collaborators/*"
CHECK = f"{KEYED}name: Check\njobs: {{check: {{runs-on: ubuntu-latest, steps: [{{run: make check}}]}}}}\n"

ASKED = f"@alice asked for `{LINE}` · [deploy.yml](https://github.test/acme/shop/actions/workflows/deploy.yml)"
AWAY = "GitHub does not answer right now. I go on by myself, until 21 Nov 2026, 13:01 UTC at the latest."
WAITS = f"⏳ **deploy.yml waits** for GitHub · `CODE`\n\n{ASKED}\n\n{AWAY}\n\n`/cancel CODE` stops it."
AT_HEAD = f"{ASKED} on `feature` at [`HEAD`](https://github.test/acme/shop/commit/HEAD)"
RUNS = "⏳ **Deploy is waiting for a runner** · [run](https://github.test/acme/shop/actions/runs/RUN1"
STARTS = f"⏳ **Deploy is being started** · `CODE`\n\n{AT_HEAD}\n\n{AWAY}\n\n`/cancel CODE` stops it."
GIVEN_UP = (
    "⌛ **Not run:** GitHub did not answer for 15 m, so `/whoami` was given up and nothing was started. "
    "(`upstream_unavailable`)\n\n**Next:** type it again once GitHub answers."
)


def down(story: Story, path: str = "*", method: str = "*") -> None:
    """From now on GitHub answers nothing but 503 there."""
    story.github.faults.status(503, method, path, times=10**6)


def up(story: Story) -> None:
    """And now it is back."""
    story.github.faults.clear()


async def known(story: Story) -> None:
    """The bot has dispatched there before, so it knows which fields the server takes and is not refused one first."""
    await story.types("alice", LINE)
    await story.passes(3)
    await story.github.runs[-1].play()
    await story.passes(3)


def begun(story: Story) -> list[str]:
    """The answers, of those that tell of the run the beginning."""
    return [RUNS if answer.startswith(RUNS) else answer for answer in story.answers()]


async def minutes(story: Story, number: float) -> None:
    """Time in small steps, for what is tried again and again."""
    for _ in range(int(number * 2)):
        await story.passes(30)


async def jobs(story: Story) -> list[tuple[str, str]]:
    """What is waiting or held, cron left out."""
    async with story.bot.units.read() as unit:
        found = [(job.state, job.kind) for job in await unit.jobs.all()]
    return [job for job in found if job[1] in ("delivery", "dispatch", "announce", "post_answer", "react", "stop_run")]


async def states(story: Story) -> list[tuple[str, str | None, object]]:
    """Of all requests, the newest first: state, what they wait for, when they were sent."""
    async with story.bot.units.read() as unit:
        github = await unit.connections.by_name("github")
        assert github is not None
        found = await unit.requests.of_repository(github.id, story.repository.id, 10)
    return [(each.state.value, each.waiting_for, each.dispatched_at) for each in found]


def looks_of_stops(story: Story) -> float:
    """How often it was looked whether there is something to stop by now."""
    sample = {"kind": "stop_run", "result": "again"}
    return story.bot.metrics.registry.get_sample_value("signalbox_jobs_total", sample) or 0.0


# --- on GitHub -----------------------------------------------------------------------------------------------------


async def test_a_command_of_an_hour_ago_runs_when_its_head_has_not_moved(story: Story) -> None:
    down(story)
    await story.types("alice", LINE)
    await minutes(story, 60)
    assert (story.answers(), story.reactions()) == ([], [()])
    up(story)
    await minutes(story, 2)
    assert begun(story) == [RUNS]
    assert story.reactions() == [("eyes",)]
    assert len(story.github.dispatched) == 1
    assert await jobs(story) == []


async def test_whoever_asked_reads_once_that_it_waits(story: Story) -> None:
    down(story, JUDGES)
    await story.types("alice", LINE)
    assert story.answers() == []  # a moment of silence is not worth a message
    await story.passes(7)
    assert story.answers() == [WAITS]
    await minutes(story, 60)
    assert story.answers() == [WAITS]
    assert story.reactions() == [("eyes",)]
    edits = [each for each in story.github.journal if each.method == "PATCH"]
    assert edits == []
    up(story)
    await minutes(story, 2)
    assert begun(story) == [RUNS]


async def test_a_moment_without_answers_is_not_told(story: Story) -> None:
    story.github.faults.status(502, "GET", JUDGES)
    await story.types("alice", LINE)
    await story.passes(5)
    await story.passes(2)
    assert begun(story) == [RUNS]
    said = [each for each in story.github.journal if each.path.endswith("/comments") and each.method == "POST"]
    assert "does not answer" not in str([each.request_body for each in said])


async def test_what_waited_shows_in_status_and_its_asker_can_take_it_back(story: Story) -> None:
    down(story, JUDGES)
    await story.types("alice", LINE)
    await story.passes(7)
    await story.types("alice", "/cancel")
    await story.passes(7)
    assert story.answers() == [
        f"🚫 **deploy.yml was cancelled** · `CODE`\n\n{ASKED}\n\nalice stopped it.\n\n`{LINE}` runs it again.",
        "Stopping request CODE.",
    ]
    up(story)
    await minutes(story, 2)
    assert story.github.dispatched == []


async def test_status_lists_what_waits(story: Story) -> None:
    await story.types("bob", "/whoami")
    down(story, JUDGES)
    await story.types("alice", LINE)
    await story.types("bob", "/status")  # GitHub said less than a minute ago what bob may do
    assert "- `CODE` ⏳ waiting: `/run deploy.yml environment=staging`, asked by alice on" in story.answers()[-1]


async def test_somebody_else_needs_github_to_stop_it(story: Story) -> None:
    down(story, JUDGES)
    await story.types("alice", LINE)
    await story.types("rita", "/cancel")
    await story.passes(7)
    assert WAITS in story.answers()
    up(story)
    await minutes(story, 2)
    assert RUNS in begun(story)
    assert "rita has the role read, cancel needs write" in story.answers()[-1]


async def test_t4_what_no_head_can_vouch_for_expires(story: Story) -> None:
    issue = story.repository.issue(author="alice", title="Ship it")
    down(story)
    await story.types("alice", LINE, issue)
    await minutes(story, 60)
    up(story)
    await minutes(story, 2)
    (answer,) = story.answers(issue)
    assert re.sub(r"6\d minutes", "60 minutes", answer) == (
        f"⌛ **deploy.yml was not started** · `CODE`\n\n{ASKED}\n\nit was asked 60 minutes ago. Look at what changed "
        f"and type the command again. (`expired`)\n\n**Next:** `{LINE}` asks again."
    )
    assert story.github.dispatched == []


async def test_t4_a_head_that_moved_meanwhile_refuses(story: Story) -> None:
    down(story)
    await story.types("alice", LINE)
    await minutes(story, 5)
    await story.pull.push(files={"CHANGE.md": "Another"}, by="bob")
    await minutes(story, 30)
    up(story)
    await minutes(story, 2)
    (answer,) = story.answers()
    assert answer.startswith("⛔ **deploy.yml was refused** · `CODE`")
    assert "(`head_moved`)" in answer
    assert story.github.dispatched == []


async def test_who_may_not_is_refused_where_it_waited(story: Story) -> None:
    down(story, JUDGES)
    await story.types("rita", LINE)
    await minutes(story, 5)
    up(story)
    await minutes(story, 2)
    (answer,) = story.answers()
    assert answer == (
        "⛔ **deploy.yml was refused** · `CODE`\n\n" + ASKED.replace("alice", "rita") + "\n\n"
        "rita has the role read, run needs write. Ask an admin of the repository for the role write. (`permission`)\n\n"
        f"**Next:** `/explain {LINE[1:]}` shows every gate. `{LINE}` asks again."
    )


async def test_after_four_hours_it_is_given_up(story: Story) -> None:
    down(story, JUDGES)
    await story.types("alice", LINE)
    for _ in range(50):
        await story.passes(300)
    assert story.answers() == [
        f"⌛ **deploy.yml was not started** · `CODE`\n\n{ASKED}\n\nGitHub did not answer for 4 hours, so nothing was "
        f"started. (`upstream_unavailable`)\n\n**Next:** `{LINE}` asks again."
    ]
    up(story)
    await minutes(story, 5)
    assert story.github.dispatched == []
    assert await jobs(story) == []


async def test_a_question_waits_for_a_quarter_of_an_hour(story: Story) -> None:
    down(story, JUDGES)
    await story.types("alice", "/whoami")
    await story.passes(7)
    told = "⏳ **GitHub does not answer right now.** `/whoami` waits; I go on by myself, until 21 Nov 2026, 09:16 UTC"
    assert story.answers() == [f"{told} at the latest."]
    await minutes(story, 16)
    assert story.answers()[1:] == [GIVEN_UP]
    up(story)
    await minutes(story, 5)
    assert len(story.answers()) == 2
    assert await jobs(story) == []


async def test_that_it_waits_is_said_once_though_the_answer_to_saying_it_is_lost(story: Story) -> None:
    down(story, JUDGES)
    story.github.faults.status(502, "POST", "*/comments", after=True)
    await story.types("alice", "/whoami")
    await minutes(story, 10)
    assert len(story.answers()) == 1


async def test_what_could_not_be_said_in_time_is_not_said_afterwards(story: Story) -> None:
    down(story)
    await story.types("alice", "/whoami")
    await minutes(story, 10)
    up(story)
    await minutes(story, 2)
    assert story.answers() == ["You are `alice` on GitHub (id 5000000060). Your role in acme/shop is write."]


async def test_lines_of_one_comment_go_on_in_their_order(story: Story) -> None:
    down(story)
    await story.types("alice", f"{LINE}\n/run nightly.yml\n/whoami")
    await minutes(story, 10)
    up(story)
    await minutes(story, 2)
    assert [each.path.split("/")[-2] for each in story.github.journal if each.path.endswith("/dispatches")][-2:] == [
        "deploy.yml",
        "nightly.yml",
    ]
    assert len(story.answers()) == 3


async def test_lines_that_are_too_many_do_not_end_the_wait_of_the_others(story: Story) -> None:
    for _ in range(3):
        await story.types("rita", "/whoami")
    await story.passes(61)  # from here on GitHub has to be asked again what rita may do
    down(story)
    await story.types("rita", "\n".join([LINE] * 11))
    for _ in range(12):
        await story.passes(300)
    assert [job for job in await jobs(story) if job[0] == "held"] == []
    assert ("ready", "delivery") in await jobs(story)


async def test_a_rerun_waits_too(story: Story) -> None:
    await story.types("alice", LINE)
    await story.github.runs[-1].play()
    await story.passes(5)
    down(story, JUDGES)
    await story.types("alice", "/rerun")
    await story.passes(7)
    assert story.answers()[-1].startswith("⏳ **Deploy waits** for GitHub · `CODE`")
    up(story)
    await minutes(story, 2)
    assert story.answers()[-1].startswith("⏳ **Deploy is waiting for a runner**")
    assert story.github.runs[-1].attempt == 2


async def test_t26_a_stranger_who_types_on_is_not_answered_on_and_on(story: Story) -> None:
    down(story, JUDGES)
    for _ in range(6):
        await story.types("rita", "/whoami")
        await story.passes(7)
    assert len(story.answers()) == 3
    await minutes(story, 30)
    signs = [answer.partition(" ")[0] for answer in story.answers()]
    assert (signs.count("⏳"), signs.count("⌛"), len(signs)) == (6, 6, 12)  # three more once ten minutes were over
    assert await jobs(story) == []


async def test_t26_who_ran_things_here_before_is_told_each_time(story: Story) -> None:
    await story.types("alice", "/run nightly.yml")
    await story.passes(61)
    down(story, JUDGES)
    for _ in range(4):
        await story.types("alice", LINE)
        await story.passes(7)
    assert len([answer for answer in story.answers() if answer.startswith("⏳ **deploy.yml waits** for GitHub")]) == 4


# --- after it was judged -------------------------------------------------------------------------------------------


async def test_a_dispatch_of_which_nobody_knows_is_found_after_an_hour(story: Story) -> None:
    await known(story)
    story.github.faults.status(502, "POST", "*/dispatches", after=True)
    down(story, "*/actions/workflows/*/runs")
    story.github.webhooks.hold("workflow_run")
    await story.types("alice", LINE)
    await story.passes(20)
    assert story.answers()[1:] == [STARTS]
    await minutes(story, 60)
    assert story.answers()[1:] == [STARTS]
    up(story)
    await minutes(story, 2)
    assert story.answers()[1].startswith(RUNS.replace("RUN1", "RUN2"))
    assert len(story.github.dispatched) == 2


async def test_what_waits_to_be_stopped_is_looked_at_ever_more_seldom(story: Story) -> None:
    await known(story)
    story.github.faults.status(502, "POST", "*/dispatches", after=True)
    down(story, "*/actions/workflows/*/runs")
    story.github.webhooks.hold("workflow_run")
    await story.types("alice", LINE)
    await story.types("bob", "/cancel")
    await minutes(story, 10)
    before = looks_of_stops(story)
    for _ in range(60):
        await story.passes(1)
    assert 1 <= looks_of_stops(story) - before <= 4
    up(story)
    await minutes(story, 2)
    assert story.github.runs[-1].conclusion == "cancelled"


async def test_a_dispatch_that_never_arrived_is_not_sent_an_hour_later(story: Story) -> None:
    story.github.faults.status(502, "POST", "*/dispatches")
    down(story, "*/actions/*")
    await story.types("alice", LINE)
    await minutes(story, 60)
    up(story)
    await minutes(story, 2)
    (answer,) = story.answers()
    assert answer.startswith("❌ **Deploy was not started**")
    assert story.github.dispatched == []


async def test_a_dispatch_that_github_told_to_wait_is_judged_again_and_sent(story: Story) -> None:
    story.github.faults.rate_limited("POST", "*/dispatches", retry_after=3600)
    await story.types("alice", LINE)
    await minutes(story, 2)
    assert await states(story) == [("waiting", "upstream", None)]
    await minutes(story, 62)
    assert begun(story) == [RUNS]
    assert len(story.github.dispatched) == 1


async def test_while_github_wants_us_slower_whoever_asked_reads_that(chat: SlackStory) -> None:
    chat.github.faults.rate_limited("POST", "*/dispatches", retry_after=3600)
    await chat.ops("alice", OPS)
    await chat.passes(2)
    (message,) = chat.living()
    head, _, rest = chat.read(message).partition("\n")
    assert head == "⏳ Deploy waits for GitHub · `CODE`"
    assert "GitHub asked us to slow down. I go on by myself, until 21 Nov 2026, 13:01 UTC at the latest." in rest
    await minutes(chat, 65)  # the pause is up to a twentieth longer than GitHub asked for
    (message,) = chat.living()
    assert chat.read(message).startswith("⏳ Deploy is waiting for a runner · `CODE`")
    assert "slow down" not in chat.read(message)


async def test_a_short_pause_costs_no_edit(chat: SlackStory) -> None:
    chat.github.faults.rate_limited("POST", "*/dispatches", retry_after=3, times=2)
    await chat.ops("alice", OPS)
    said: list[str] = []
    for _ in range(40):
        await chat.passes(0.5)
        said += [chat.read(message).partition(" · ")[0] for message in chat.living()]
    # Where GitHub does not say which run it is, the run takes a moment to be found.
    sought = ["⏳ Deploy is being started"] * chat.github.world.enterprise
    assert list(dict.fromkeys(said)) == ["⏳ Deploy waits for GitHub", *sought, "⏳ Deploy is waiting for a runner"]
    edits = [str(each.arguments) for each in chat.slack.called("chat.update")]
    assert all("is waiting for a runner" in edit or (sought and "is being started" in edit) for edit in edits)
    assert "slow down" not in str([each.arguments for each in chat.slack.journal])


async def test_what_is_queued_behind_another_command_waits(tmp_path: Path) -> None:
    async with telling(tmp_path, files={".github/workflows/check.yml": CHECK}) as story:
        story.github.faults.status(502, "POST", "*/deploy.yml/dispatches")
        await story.types("alice", f"{LINE}\n/run check.yml")
        down(story)
        await minutes(story, 60)
        up(story)
        await minutes(story, 4)
        assert sorted(answer.partition("**")[2].partition("**")[0] for answer in story.answers()) == [
            "Check is waiting for a runner",
            "Deploy was not started",
        ]


async def test_messages_and_stops_outlive_an_hour(story: Story) -> None:
    await story.types("alice", LINE)
    await story.passes(1)
    await story.types("bob", "/whoami")
    down(story)
    await story.types("bob", "/cancel")
    await minutes(story, 10)
    story.github.webhooks.off()
    up(story)
    down(story, "*/cancel")
    await minutes(story, 60)
    story.github.webhooks.on()
    up(story)
    await minutes(story, 3)
    assert story.github.runs[-1].conclusion == "cancelled"
    assert story.answers()[0].startswith("🚫 **Deploy was cancelled**")
    assert [job for job in await jobs(story) if job[0] == "held"] == []


async def test_the_last_edit_of_a_run_outlives_an_hour(story: Story) -> None:
    await story.types("alice", LINE)
    await story.passes(1)
    down(story, "*/issues/comments/*", "PATCH")
    await story.github.runs[-1].play()
    await minutes(story, 60)
    up(story)
    await minutes(story, 2)
    assert story.answers()[0].startswith("✅ **Deploy passed**")


# --- outward writes ------------------------------------------------------------------------------------------------


def carry_out_late(story: Story) -> None:
    """The comment that was answered with an error is posted after all."""
    sent = next(each for each in story.github.journal if each.path.endswith("/comments") and each.status == 502)
    assert isinstance(sent.request_body, dict)
    app = story.github.app
    story.pull.issue.add_comment(app.bot, sent.request_body["body"], app)


async def test_an_answer_that_github_posts_late_does_not_stand_twice(story: Story) -> None:
    story.github.faults.status(502, "POST", "*/issues/*/comments")
    await story.types("alice", "/whoami")
    await story.passes(15)
    assert story.answers() == []
    carry_out_late(story)
    await minutes(story, 2)
    assert len(story.answers()) == 1


async def test_a_living_message_that_github_posts_late_is_the_one_that_lives_on(story: Story) -> None:
    story.github.faults.status(502, "POST", "*/issues/*/comments")
    await story.types("alice", LINE)
    await story.passes(15)
    assert story.answers() == []
    carry_out_late(story)
    await story.github.runs[-1].play()
    await minutes(story, 2)
    (answer,) = story.answers()
    assert answer.startswith("✅ **Deploy passed**")


async def test_a_message_that_never_arrived_is_posted_once_its_time_is_over(story: Story) -> None:
    story.github.faults.status(502, "POST", "*/issues/*/comments")
    await story.types("alice", "/whoami")
    await story.passes(15)
    assert story.answers() == []
    await story.passes(16)
    assert len(story.answers()) == 1


async def test_what_github_certainly_did_not_post_is_posted_as_soon_as_it_may(story: Story) -> None:
    story.github.faults.rate_limited("POST", "*/issues/*/comments", retry_after=2)
    await story.types("alice", "/whoami")
    await story.passes(8)
    assert len(story.answers()) == 1


# --- in Slack ------------------------------------------------------------------------------------------------------

PRIVATE = (
    "⏳ GitHub does not answer right now. Your command waits; I go on by myself, until 21 Nov 2026, 13:01 UTC at the "
    "latest.\n\nIt was `/ops {line}`."
)


async def test_in_slack_only_whoever_asked_is_told_and_then_all_see_it_run(chat: SlackStory) -> None:
    down(chat)
    await chat.ops("alice", OPS)
    await chat.passes(7)
    assert (chat.living(), chat.whispers("alice")) == ([], [PRIVATE.format(line=OPS)])
    await minutes(chat, 60)
    assert (chat.living(), len(chat.whispers("alice"))) == ([], 1)
    up(chat)
    await minutes(chat, 2)
    (message,) = chat.living()
    assert chat.read(message).startswith("⏳ Deploy is waiting for a runner · `CODE`")
    assert len(chat.whispers("alice")) == 1


async def test_t22_an_outage_does_not_tell_which_repositories_there_are(chat: SlackStory) -> None:
    hidden, missing = "acme/secret", "acme/nothing"
    chat.github.repository(hidden, private=True, roles={"carol": "admin"})
    await chat.settle()
    await chat.ops("carol", f"status {hidden}")  # so that its name is known here
    down(chat)
    for name in (hidden, missing):
        await chat.ops("bob", f"run {name} deploy.yml environment=staging")
        await chat.passes(7)
        await chat.ops("bob", f"cancel {name}")
        await chat.passes(7)
    await minutes(chat, 5)
    up(chat)
    await minutes(chat, 2)
    told = chat.whispers("bob")
    run = f"run {hidden} deploy.yml environment=staging"
    assert told[:2] == [PRIVATE.format(line=run), PRIVATE.format(line=f"cancel {hidden}").replace("13:01", "09:16")]
    assert sorted(each for each in told if missing in each) == sorted(
        each.replace(hidden, missing) for each in told if hidden in each
    )
    assert len(told) == 8
    assert chat.living() == []


@pytest.mark.parametrize("part", [JUDGES, "*/contents/*", "*/git/*"])
async def test_t22_an_outage_of_one_part_of_github_does_not_tell_either(chat: SlackStory, part: str) -> None:
    hidden, missing = "acme/secret", "acme/nothing"
    chat.github.repository(hidden, private=True, roles={"carol": "admin"})
    await chat.settle()
    await chat.ops("carol", f"status {hidden}")  # so that its name is known here
    await chat.ops("bob", f"status {hidden}")  # and what bob may do in it was asked lately
    await chat.passes(4)
    assert len(chat.whispers("bob")) == 1
    down(chat, part)

    def told(name: str) -> list[str]:
        return sorted(each.replace(name, "NAME") for each in chat.whispers("bob")[1:] if name in each)

    for words in ("run NAME deploy.yml environment=staging", "cancel NAME", "status NAME"):
        for name in (hidden, missing):
            await chat.ops("bob", words.replace("NAME", name))
        for _ in range(5):
            await chat.passes(2)
            assert told(hidden) == told(missing)
    assert len(told(hidden)) == 3
    up(chat)
    for _ in range(5):
        await chat.passes(30)
        assert told(hidden) == told(missing)
    assert len(told(hidden)) == (6 if part == JUDGES else 3)
    assert chat.living() == []


async def test_in_slack_a_no_stays_private_however_late(chat: SlackStory) -> None:
    down(chat)
    await chat.ops("rita", OPS)
    await minutes(chat, 5)
    up(chat)
    await minutes(chat, 2)
    assert chat.living() == []
    assert "rita has the role read, run needs write (`permission`)" in chat.whispers("rita")[-1]


async def test_in_slack_the_end_of_patience_is_private(chat: SlackStory) -> None:
    down(chat)
    await chat.ops("alice", OPS)
    for _ in range(50):
        await chat.passes(300)
    assert chat.living() == []
    assert chat.whispers("alice")[1:] == [
        f"⌛ Not run: GitHub did not answer for 4 h, so `/ops {OPS}` was given up and nothing was started. "
        "(`upstream_unavailable`)\n\nNext: type it again once GitHub answers."
    ]


async def test_in_slack_the_asker_takes_it_back_in_the_channel_of_the_repository(chat: SlackStory) -> None:
    await chat.ops("bob", "use acme/shop")
    down(chat)
    await chat.ops("alice", "run deploy.yml environment=staging")
    await chat.passes(7)
    await chat.ops("alice", "cancel")
    await chat.passes(7)
    assert chat.whispers("alice")[-1] == "Stopping request CODE."
    up(chat)
    await minutes(chat, 2)
    assert (chat.living(), chat.github.dispatched) == ([], [])


async def test_while_slack_does_not_say_who_that_is_the_command_waits(chat: SlackStory) -> None:
    chat.slack.faults.status(503, "users.info", times=10**6)
    await chat.ops("alice", "whoami")
    await chat.passes(7)
    assert chat.whispers("alice") == [
        "⏳ Slack does not answer right now. Your command waits; I go on by myself, until 21 Nov 2026, 09:16 UTC at "
        "the latest.\n\nIt was `/ops whoami`."
    ]
    chat.slack.faults.clear()
    await minutes(chat, 2)
    assert len(chat.whispers("alice")) == 2
