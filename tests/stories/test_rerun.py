"""Running again (T12): a request of its own, GitHub's next attempt of the same run, on the same commit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.github.runs import WorkflowRuns
from bot.model.request import Request
from tests.support.runs import (
    LINE,
    asked,
    fails,
    headline,
    in_slack,
    paragraphs,
    passes,
    refused,
    refused_in_slack,
    table,
)
from tests.support.slack_story import SlackStory, talking
from tests.support.story import KEYED, Story, telling

FIRST = paragraphs(
    headline("❌", "failed", " after 2 s: 1 of 2 jobs failed"),
    asked("alice", LINE),
    table(("ship", "❌ failed", "2 s"), ("build", "✅ passed", "0 s")),
    f"**Next:** Open the logs of what failed and mend what they show. `{LINE}` runs it again.",
)
TAKEN = "Somebody else is running it again already."
GATES = paragraphs(
    "✅ **Allowed:** `/rerun` passes every gate. Nothing was run.",
    "- ✅ open, repository visible: alice can see acme/shop\n"
    "- ✅ open, command exists here: acme/shop has the command rerun\n"
    "- ✅ open, where: rerun may be typed in a pull request\n"
    "- ✅ open, role: alice has the role write, rerun needs write\n"
    "- ✅ open, arguments: every input fits the workflow file on the default branch\n"
    "- ✅ open, pull request open: \\#\u20601 is open\n"
    "- ✅ open, trusted code: the head lies in this repository\n"
    "- ✅ open, head unmoved: HEAD, recorded\n"
    "- ✅ open, maintenance: nothing is paused\n"
    "- ✅ open, run ended: the run of CODE has ended\n"
    "- ✅ open, same commit: HEAD",
)


async def requests(story: Story) -> list[Request]:
    """All of the repository, oldest first."""
    async with story.bot.units.read() as unit:
        github = await unit.connections.by_name("github")
        assert github is not None
        return [*await unit.requests.of_repository(github.id, story.repository.id, 99)][::-1]


async def failed_once(story: Story) -> None:
    """alice ran it, and it failed."""
    await story.types("alice", LINE)
    await fails(story, story.github.runs[-1])
    assert story.answers() == [FIRST]


def waiting(who: str, line: str, attempt: int, job: str = "build") -> str:
    return paragraphs(
        headline("⏳", "is waiting for a runner", attempt=attempt),
        asked(who, line),
        table((job, "⏳ waiting for a runner", "")),
        "`/cancel CODE` stops it.",
    )


async def test_t12_rerun_is_a_new_request_for_the_next_attempt_of_the_same_run(story: Story) -> None:
    await failed_once(story)
    await story.types("alice", "/rerun")
    await story.passes(1)
    (run,) = story.github.runs
    assert (run.attempt, run.triggering_actor.login) == (2, "signalbox[bot]")
    assert story.answers() == [FIRST, waiting("alice", "/rerun", 2)]
    first, second = await requests(story)
    assert first.code != second.code
    assert first.key != second.key
    assert second.pin == first.pin
    assert second.rerun is not None
    assert (second.rerun.of, second.rerun.run, second.rerun.attempt) == (first.id, run.id, 2)
    await passes(story, run)
    passed = paragraphs(
        headline("✅", "passed", " in 1 s", attempt=2),
        asked("alice", "/rerun"),
        table(("build", "✅ passed", "0 s"), ("ship", "✅ passed", "0 s")),
        "`/rerun CODE` runs it again.",
    )
    assert story.answers() == [FIRST, passed]


async def test_rerun_failed_runs_only_what_failed(story: Story) -> None:
    await failed_once(story)
    await story.types("bob", "/rerun failed")
    await story.passes(1)
    (run,) = story.github.runs
    assert [(job.name, job.status) for job in run.jobs] == [("build", "completed"), ("ship", "queued")]
    assert story.answers() == [FIRST, waiting("bob", "/rerun failed", 2, "ship")]
    assert [call for call in story.calls() if call.endswith("/rerun-failed-jobs")] == [
        f"POST /repos/acme/shop/actions/runs/{run.id}/rerun-failed-jobs"
    ]


@pytest.mark.parametrize("words", ["rerun {}", "rerun failed {}", "RERUN {}"])
async def test_rerun_of_a_request_by_its_code(story: Story, words: str) -> None:
    await failed_once(story)
    await story.types("alice", LINE)
    await passes(story, story.github.runs[-1])
    (first, _) = await requests(story)
    line = words.format(first.code)
    await story.types("alice", f"/{line.replace('RERUN', 'rerun')}".replace(first.code, first.code.lower()))
    await story.passes(1)
    assert [run.attempt for run in story.github.runs] == [2, 1]


async def test_t12_each_request_can_be_run_again_more_than_once(story: Story) -> None:
    await failed_once(story)
    (first,) = await requests(story)
    await story.types("alice", "/rerun")
    await passes(story, story.github.runs[-1])
    await story.types("alice", f"/rerun {first.code}")
    await passes(story, story.github.runs[-1])
    await story.types("alice", "/rerun")
    await story.passes(1)
    assert story.github.runs[-1].attempt == 4
    assert [request.state for request in await requests(story)] == ["failed", "succeeded", "succeeded", "running"]
    assert story.answers()[0] == FIRST


async def test_rerun_needs_the_right_to_run(story: Story) -> None:
    await failed_once(story)
    await story.types("rita", "/rerun")
    no = refused(
        "/rerun",
        "rita has the role read, rerun needs write",
        "permission",
        "role",
        "Ask an admin of the repository for the role write.",
    )
    assert story.answers() == [FIRST, no]
    assert story.github.runs[-1].attempt == 1


async def test_nothing_to_run_again(story: Story) -> None:
    nothing = refused(
        "/rerun",
        "nothing here has a run that ended",
        "no_run",
        "run to repeat",
        "`/runs` lists the newest requests.",
    )
    await story.types("alice", "/rerun")
    assert story.answers() == [nothing]
    await story.types("alice", LINE)
    await story.types("alice", "/rerun")  # the only run has not ended
    assert story.answers()[1] == nothing
    await story.types("alice", "/rerun ZZZZZZ")
    assert story.answers()[2] == refused(
        "/rerun CODE",
        "request CODE has no run here",
        "no_run",
        "run to repeat",
        "`/runs` lists the newest requests.",
    )


async def test_a_run_that_still_runs_is_not_run_again(story: Story) -> None:
    await story.types("alice", LINE)
    (request,) = await requests(story)
    await story.types("alice", f"/rerun {request.code}")
    await story.types("alice", f"/explain rerun {request.code}")
    await story.passes(1)
    assert story.answers()[0] == refused(
        "/rerun CODE", "the run of CODE has not ended", "not_ended", "run ended", "Wait, or stop it: `/cancel CODE`."
    )
    assert story.answers()[1] == paragraphs(
        "⛔ **Refused:** `/rerun CODE` is stopped (`not_ended`). Nothing was run.",
        "- ✅ open, repository visible: alice can see acme/shop\n"
        "- ✅ open, role: alice has the role write, rerun needs write\n"
        "- ⛔ shut, run ended: the run of CODE has not ended (`not_ended`)",
        "**Next:** Wait, or stop it: `/cancel CODE`.",
    )


async def test_explain_asks_every_gate_of_a_rerun(story: Story) -> None:
    await failed_once(story)
    await story.types("alice", "/explain rerun")
    await story.types("rita", "/explain rerun failed")
    assert story.answers()[1:] == [
        GATES,
        paragraphs(
            "⛔ **Refused:** `/rerun failed` is stopped (`permission`). Nothing was run.",
            "- ✅ open, repository visible: rita can see acme/shop\n"
            "- ⛔ shut, role: rita has the role read, rerun needs write (`permission`)",
            "**Next:** Ask an admin of the repository for the role write.",
        ),
    ]
    assert story.github.runs[-1].attempt == 1


async def test_t12_a_pull_request_that_moved_is_not_run_on_old_code(story: Story) -> None:
    await failed_once(story)
    old = story.pull.head_sha
    await story.pull.push()
    await story.passes(60)
    await story.types("alice", "/rerun")
    answer = story.answers()[-1].replace(old[:12], "OLD")
    assert answer == refused(
        "/rerun",
        "CODE ran OLD, and the branch is at HEAD now",
        "head_moved",
        "same commit",
        "Type the first command again to run what is there now.",
    )
    assert story.github.runs[-1].attempt == 1


SHIP = """\
name: Deploy
run-name: Deploy (${{ inputs.signalbox_request }})
on:
  workflow_dispatch:
    inputs:
      where: {type: environment, required: true}
      signalbox_sha: {type: string}
      signalbox_request: {type: string}
jobs:
  build: {runs-on: ubuntu-latest, steps: [{run: make ship}]}
"""
CHECK = f"{KEYED}name: Check\njobs: {{check: {{runs-on: ubuntu-latest, steps: [{{run: make check}}]}}}}\n"


async def test_t12_an_environment_is_not_given_old_code_of_a_branch(tmp_path: Path) -> None:
    async with telling(tmp_path, files={".github/workflows/ship.yml": SHIP}) as story:
        issue = story.repository.issue("alice")
        await story.types("alice", "/run ship.yml where=production", issue)
        await passes(story, story.github.runs[-1])
        old = story.repository.head_sha
        await story.types("alice", "/rerun", issue)
        await passes(story, story.github.runs[-1])
        assert story.github.runs[-1].attempt == 2
        await story.repository.push()
        await story.types("alice", "/rerun", issue)
        assert story.answers(issue)[-1].replace(old[:12], "OLD") == refused(
            "/rerun",
            "CODE ran OLD, and the branch is at MAIN now",
            "head_moved",
            "same commit",
            "Type the first command again to run what is there now.",
        )
        assert story.github.runs[-1].attempt == 2


async def test_what_touches_no_environment_is_run_again_though_the_branch_moved(tmp_path: Path) -> None:
    async with telling(tmp_path, files={".github/workflows/check.yml": CHECK}) as story:
        issue = story.repository.issue("alice")
        await story.types("alice", "/run check.yml", issue)
        await passes(story, story.github.runs[-1])
        old = story.repository.head_sha
        await story.repository.push()
        await story.types("alice", "/rerun", issue)
        await passes(story, story.github.runs[-1])
        assert (story.github.runs[-1].attempt, story.github.runs[-1].head_sha) == (2, old)
        assert story.answers(issue)[-1].startswith("✅ **Check passed**")


async def test_of_two_reruns_at_once_one_is_refused(story: Story) -> None:
    await failed_once(story)
    story.github.webhooks.hold("issue_comment")
    await story.github.comments("alice", story.pull, "/rerun")
    await story.github.comments("bob", story.pull, "/rerun")
    await story.github.webhooks.release()
    await story.passes(1)
    assert story.github.runs[-1].attempt == 2
    reruns = [call for call in story.calls() if call.endswith("/rerun")]
    assert len(reruns) == 1
    told = sorted(story.answers()[1:])
    first, second = (("alice", "bob"), ("bob", "alice"))[waiting("bob", "/rerun", 2) in told]
    no = paragraphs(
        "⛔ **Deploy was refused** · `CODE`",
        asked(second, "/rerun"),
        f"{TAKEN} (`not_ended`)",
        "**Next:** `/explain rerun` shows every gate. `/rerun` asks again.",
    )
    assert told == sorted([no, waiting(first, "/rerun", 2)])


async def test_while_somebody_runs_it_again_by_hand_we_do_not(story: Story) -> None:
    await failed_once(story)
    await story.github.runs[-1].rerun(by="bob")
    await story.types("alice", "/rerun")
    await story.passes(1)
    assert story.answers()[1] == paragraphs(
        "⛔ **Deploy was refused** · `CODE`",
        asked("alice", "/rerun"),
        f"{TAKEN} (`not_ended`)",
        "**Next:** `/explain rerun` shows every gate. `/rerun` asks again.",
    )
    assert story.github.runs[-1].triggering_actor.login == "bob"
    await fails(story, story.github.runs[-1])
    assert story.answers()[0] == FIRST


async def test_after_somebody_ran_it_again_by_hand_ours_is_the_attempt_after_theirs(story: Story) -> None:
    await failed_once(story)
    run = story.github.runs[-1]
    await run.rerun(by="bob")
    await fails(story, run)
    await story.types("alice", "/rerun")
    await passes(story, run)
    assert (run.attempt, run.triggering_actor.login, run.conclusion) == (3, "signalbox[bot]", "success")
    assert story.answers()[1].startswith(headline("✅", "passed", " in 0 s", attempt=3))


async def test_t1_an_attempt_that_somebody_else_started_is_not_taken_for_ours(story: Story) -> None:
    await failed_once(story)
    run = story.github.runs[-1]
    story.github.faults.drop("POST", "*/rerun")  # ours never arrives, and bob's is there when we look
    await story.types("alice", "/rerun")
    await run.rerun(by="bob")
    for _ in range(3):
        await story.passes(15)
    assert (run.attempt, run.triggering_actor.login, run.status) == (2, "bob", "queued")
    assert story.answers()[1] == paragraphs(
        "⛔ **Deploy was stopped**: it is not what was asked for · `CODE`",
        asked("alice", "/rerun"),
        f"{TAKEN} (`run_mismatch`)",
        "**Next:** Type the first command again to run what is there now.",
    )


async def test_t1_ours_is_stopped_when_github_took_it_as_the_attempt_after_somebody_else_s(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    await failed_once(story)
    run, ask = story.github.runs[-1], WorkflowRuns.rerun

    async def later_than_bob(*arguments: Any, **more: Any) -> None:
        monkeypatch.undo()
        await run.rerun(by="bob")
        await run.play()
        await ask(*arguments, **more)

    monkeypatch.setattr(WorkflowRuns, "rerun", later_than_bob)
    story.github.webhooks.drop("workflow_run", times=99)
    story.github.webhooks.drop("workflow_job", times=99)
    await story.types("alice", "/rerun")
    for _ in range(8):
        await story.passes(60)
    assert f"{TAKEN} (`run_mismatch`)" in story.answers()[1]
    assert (run.attempt, run.triggering_actor.login, run.conclusion) == (3, "signalbox[bot]", "cancelled")


async def test_t1_an_attempt_on_another_commit_is_stopped(story: Story) -> None:
    await failed_once(story)
    run = story.github.runs[-1]
    run.head_commit = replace(run.head_commit, sha="0" * 40)
    await story.types("alice", "/rerun")
    await story.passes(5)
    assert (run.attempt, run.conclusion) == (2, "cancelled")
    answer = story.answers()[1].replace(str(run.id), "RUN1").replace(story.pull.head_sha, "HEAD")
    assert answer.startswith(headline("⛔", "was stopped", "**: it is not what was asked for", 2).replace("****", "**"))
    assert f"Run RUN1 is not what was asked for: its commit is {'0' * 40}, not HEAD. (`run_mismatch`)" in answer


@pytest.mark.parametrize("line", ["/rerun", "/rerun failed"])
async def test_github_refuses_what_is_older_than_a_month(story: Story, line: str) -> None:
    await failed_once(story)
    story.github.runs[-1].created_at -= timedelta(days=31)
    await story.types("alice", line)
    await story.passes(1)
    assert story.answers()[1] == paragraphs(
        "❌ **Deploy was not started** · `CODE`",
        asked("alice", line),
        "GitHub refused: Unable to retry this workflow run because it was created over a month ago "
        "(`upstream_refused`)",
        f"**Next:** Mend what GitHub named. `{line}` asks again.",
    )
    assert story.github.runs[-1].attempt == 1


async def test_nothing_failed_so_rerun_failed_has_nothing_to_do(story: Story) -> None:
    await story.types("alice", LINE)
    await passes(story, story.github.runs[-1])
    await story.types("alice", "/rerun failed")
    await story.passes(1)
    assert "GitHub refused: This workflow run has no failed jobs to re-run (`upstream_refused`)" in story.answers()[1]
    await story.types("alice", "/rerun")
    await story.passes(1)
    assert story.answers()[2] == waiting("alice", "/rerun", 2)


async def test_a_rerun_whose_answer_was_lost_is_looked_for_and_not_repeated(story: Story) -> None:
    await failed_once(story)
    story.github.faults.drop("POST", "*/rerun", after=True)
    await story.types("alice", "/rerun")
    await story.passes(15)
    await story.passes(15)
    run = story.github.runs[-1]
    assert run.attempt == 2
    assert story.answers()[1] == waiting("alice", "/rerun", 2)
    await passes(story, run)
    assert story.answers()[1].startswith("✅ **Deploy passed**")
    assert len([call for call in story.calls() if call.endswith("/rerun")]) == 1


async def test_a_rerun_that_never_arrived_is_sent_again_after_looking(story: Story) -> None:
    await failed_once(story)
    story.github.faults.drop("POST", "*/rerun")
    await story.types("alice", "/rerun")
    assert story.github.runs[-1].attempt == 1
    for _ in range(3):
        await story.passes(10)
    assert story.github.runs[-1].attempt == 2
    await story.passes(10)  # the jobs' news can come after the edit that says it began, and wait for the next one
    assert story.answers()[1] == waiting("alice", "/rerun", 2)
    calls = [call for call in story.calls() if "/actions/runs/" in call]
    assert len([call for call in calls if call.endswith("/rerun")]) == 2
    tries = [place for place, call in enumerate(calls) if call.endswith("/rerun")]
    assert any(call.startswith("GET") for call in calls[tries[0] : tries[1]])


async def test_a_head_that_moves_before_a_rerun_is_sent_again_stops_it(story: Story) -> None:
    await failed_once(story)
    old = story.pull.head_sha
    story.github.faults.drop("POST", "*/rerun")
    await story.types("alice", "/rerun")
    await story.pull.push()
    for _ in range(5):
        await story.passes(10)
    assert story.answers()[1].replace(old, "OLD").replace(old[:12], "OLD").replace(old[:7], "OLD") == paragraphs(
        "⛔ **Deploy was stopped**: it is not what was asked for · `CODE`",
        asked("alice", "/rerun", sha="OLD"),
        "the head was OLD when it was asked and is HEAD now. Look at what changed and type the command again. "
        "(`head_moved`)",
        "**Next:** Type the first command again to run what is there now.",
    )
    assert story.github.runs[-1].attempt == 1


async def test_cancel_of_a_rerun_stops_the_attempt_and_leaves_the_first_message_alone(story: Story) -> None:
    await failed_once(story)
    await story.types("alice", "/rerun")
    await story.passes(1)
    await story.types("bob", "/cancel")
    await story.passes(3)
    run = story.github.runs[-1]
    assert (run.attempt, run.conclusion) == (2, "cancelled")
    assert story.answers() == [
        FIRST,
        paragraphs(
            headline("🚫", "was cancelled", " after 1 s", attempt=2),
            asked("alice", "/rerun"),
            "bob stopped it.",
            table(("build", "🚫 cancelled", "0 s"), ("ship", "⚪ skipped", "")),
            "`/rerun CODE` runs it again.",
        ),
        "Stopping request CODE.",
    ]


async def test_a_rerun_that_was_cancelled_before_it_arrived_never_begins_and_leaves_the_way_free(story: Story) -> None:
    await failed_once(story)
    story.github.faults.drop("POST", "*/rerun")
    await story.types("alice", "/rerun")
    await story.types("bob", "/cancel")
    for _ in range(4):
        await story.passes(10)
    assert story.github.runs[-1].attempt == 1
    never = paragraphs(
        "🚫 **Deploy was cancelled** · `CODE`",
        asked("alice", "/rerun"),
        "bob stopped it.",
        "`/rerun CODE` runs it again.",
    )
    assert never in story.answers()
    await story.types("alice", "/rerun")
    await story.passes(1)
    assert story.github.runs[-1].attempt == 2
    assert story.answers()[-1] == waiting("alice", "/rerun", 2)


async def test_a_rerun_that_was_cancelled_before_its_answer_came_is_stopped(story: Story) -> None:
    await failed_once(story)
    story.github.faults.drop("POST", "*/rerun", after=True)
    await story.types("alice", "/rerun")
    await story.types("bob", "/cancel")
    for _ in range(4):
        await story.passes(10)
    run = story.github.runs[-1]
    assert (run.attempt, run.conclusion) == (2, "cancelled")
    assert headline("🚫", "was cancelled", attempt=2).split(" · ")[0] in "\n".join(story.answers())


def in_slack_waiting(who: str, attempt: int) -> str:
    return in_slack(
        f"⏳ Deploy is waiting for a runner, attempt {attempt}",
        "⏳ build, waiting for a runner",
        "`/ops cancel CODE` stops it.",
        "[Cancel] [Show on GitHub]",
        who=who,
    )


async def test_rerun_in_slack_of_what_was_asked_for_in_the_pull_request(chat: SlackStory) -> None:
    await failed_once(chat)
    await chat.ops("bob", "rerun acme/shop#1")
    await chat.passes(1)
    assert chat.github.runs[-1].attempt == 2
    assert [chat.read(each) for each in chat.living()] == [in_slack_waiting("bob", 2)]
    assert chat.answers() == [FIRST]
    await passes(chat, chat.github.runs[-1])
    (first, second) = await requests(chat)
    assert second.number == first.number
    assert [chat.read(each) for each in chat.living()] == [
        in_slack(
            "✅ Deploy passed in 1 s, attempt 2",
            "✅ build, passed, 0 s\n✅ ship, passed, 0 s",
            "`/ops rerun CODE` runs it again.",
            "[Re-run] [Show on GitHub]",
            who="bob",
        )
    ]
    await chat.types("alice", f"/rerun {second.code}")
    await chat.passes(1)
    assert chat.answers() == [FIRST, waiting("alice", "/rerun CODE", 3)]


@pytest.mark.parametrize(("words", "again"), [("rerun {}", ["build"]), ("rerun failed {}", ["ship"])])
async def test_rerun_in_slack_by_code_needs_no_target(chat: SlackStory, words: str, again: list[str]) -> None:
    await failed_once(chat)
    (first,) = await requests(chat)
    await chat.ops("alice", words.format(first.code))
    await chat.passes(1)
    assert [job.name for job in chat.github.runs[-1].jobs if job.status == "queued"] == again
    assert len(chat.living()) == 1


async def test_rerun_in_slack_without_the_right_or_without_a_run(chat: SlackStory) -> None:
    await chat.ops("alice", "rerun acme/shop")
    await failed_once(chat)
    await chat.ops("rita", "rerun acme/shop#1")
    assert chat.living() == []
    assert chat.github.runs[-1].attempt == 1
    assert chat.whispers("alice") == [
        refused_in_slack(
            "/ops rerun acme/shop",
            "nothing here has a run that ended",
            "no_run",
            "run to repeat",
            "`/ops runs acme/shop` lists the newest requests.",
        )
    ]
    assert chat.whispers("rita") == [
        refused_in_slack(
            "/ops rerun acme/shop#1",
            "rita has the role read, rerun needs write",
            "permission",
            "role",
            "Ask an admin of the repository for the role write.",
        )
    ]


async def test_what_a_refused_rerun_in_slack_offers_can_be_typed(tmp_path: Path) -> None:
    async with talking(tmp_path) as chat:
        await failed_once(chat)
        await chat.github.runs[-1].rerun(by="bob")
        await chat.ops("alice", "rerun acme/shop#1")
        await chat.passes(1)
        assert chat.living() == []  # it is nobody else's business
        assert chat.whispers("alice") == [
            in_slack(
                "⛔ Deploy was refused",
                f"{TAKEN} (`not_ended`)",
                "Next: `/ops explain rerun acme/shop#1` shows every gate. `/ops rerun acme/shop#1` asks again.",
            )
        ]
        await chat.ops("alice", "explain rerun acme/shop#1")
        assert chat.whispers("alice")[-1].startswith("✅ Allowed: `/ops rerun acme/shop#1` passes every gate.")
