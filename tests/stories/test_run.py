"""A command on a pull request becomes a run, and one comment tells how it goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.runs import read_once
from tests.support.story import Story, telling

ASKED = (
    "@alice asked for `/run deploy.yml environment=staging` · "
    "[deploy.yml](https://github.test/acme/shop/actions/workflows/deploy.yml) on `feature` at "
    "[`HEAD`](https://github.test/acme/shop/commit/HEAD)"
)
RUN = "[run](https://github.test/acme/shop/actions/runs/RUN1) · `CODE`"
BUILD = "[build](https://github.test/acme/shop/actions/runs/RUN1/job/BUILD)"
SHIP = "[ship](https://github.test/acme/shop/actions/runs/RUN1/job/SHIP)"
TABLE = "| Job | State | Time |\n| :-- | :-- | --: |\n"
LINE = "/run deploy.yml environment=staging"


async def test_from_a_comment_to_a_finished_run_in_one_message(story: Story) -> None:
    await story.types("alice", LINE)
    assert story.reactions() == [("eyes",)]
    assert story.answers() == []  # a moment, so that the first message can name the run

    await story.passes(0.3)
    waiting = f"| {BUILD} | ⏳ waiting for a runner |  |"
    assert story.answers() == [
        f"⏳ **Deploy is waiting for a runner** · {RUN}\n\n{ASKED}\n\n{TABLE}{waiting}\n\n`/cancel CODE` stops it."
    ]

    run = story.github.runs[-1]
    story.clock.advance(2)
    await run.start()
    await run.start_job("build")
    await story.settle()
    running = f"| {BUILD} | 🔄 running |  |"
    assert story.answers() == [
        f"🔄 **Deploy is running** · {RUN}\n\n{ASKED}\n\n{TABLE}{running}\n\n`/cancel CODE` stops it."
    ]

    await story.passes(62)
    await run.finish_job("build")
    await run.start_job("ship")
    await run.finish_job("ship")
    await run.finish()
    await story.passes(1)
    done = f"| {BUILD} | ✅ passed | 1 m 2 s |\n| {SHIP} | ✅ passed | 0 s |"
    assert story.answers() == [
        f"✅ **Deploy passed** in 1 m 4 s · {RUN}\n\n{ASKED}\n\n{TABLE}{done}\n\n`{LINE}` runs it again."
    ]


async def test_what_github_saw(story: Story) -> None:
    await story.types("alice", f"Let us try it.\n\n{LINE} dry_run=yes\n\nThanks!")
    (dispatched,) = story.github.dispatched
    assert (dispatched.workflow, dispatched.ref) == ("deploy.yml", "refs/heads/feature")
    assert dispatched.head_sha == story.pull.head_sha
    assert dispatched.actor == "signalbox[bot]"
    key = str(dispatched.inputs["signalbox_request"])
    assert dict(dispatched.inputs) == {"environment": "staging", "dry_run": "true", "signalbox_request": key}
    assert len(key) == 32
    assert int(key, 16) > 0


async def test_three_calls_before_the_dispatch_and_six_in_all(story: Story) -> None:
    """Two more where GitHub does not say which run it is: its news are believed only when it was read (T31)."""
    await story.types("alice", LINE)
    await story.passes(1)
    await story.github.runs[-1].play()
    await story.passes(1)
    before = len(story.github.journal)
    await story.types("alice", LINE)
    await story.passes(0.3)
    calls = [f"{each.method} {each.path.split('/shop')[-1]}" for each in story.github.journal[before:]]
    number = story.pull.number
    comment = story.pull.issue.comments[-2].id
    assert sorted(calls) == sorted(
        [
            "GET /collaborators/alice/permission",
            "GET /contents/.github/workflows/deploy.yml",
            f"GET /pulls/{number}",
            "POST /actions/workflows/deploy.yml/dispatches",
            f"POST /issues/comments/{comment}/reactions",
            f"POST /issues/{number}/comments",
            *read_once(story),
        ]
    )


async def test_a_failing_job(story: Story) -> None:
    await story.types("alice", LINE)
    await story.passes(1)
    run = story.github.runs[-1]
    await run.start()
    await run.start_job("build")
    await run.finish_job("build", "failure", log="make: *** [build] Error 2")
    await run.finish()
    await story.passes(1)
    jobs = f"| {BUILD} | ❌ failed | 0 s |\n| {SHIP} | ⚪ skipped |  |"
    (answer,) = story.answers()
    assert answer == (
        f"❌ **Deploy failed** after 1 s: 1 of 2 jobs failed · {RUN}\n\n{ASKED}\n\n{TABLE}{jobs}\n\n"
        f"**Next:** Open the logs of what failed and mend what they show. `{LINE}` runs it again."
    )


async def test_on_an_issue_the_default_branch_runs(story: Story) -> None:
    issue = story.repository.issue("alice")
    await story.types("alice", "/run nightly.yml", issue)
    (dispatched,) = story.github.dispatched
    assert (dispatched.ref, dispatched.head_sha) == ("refs/heads/main", story.repository.head_sha)


@pytest.mark.parametrize(("ref", "full"), [("main", "refs/heads/main"), ("v1", "refs/tags/v1")])
async def test_a_named_branch_or_tag_runs_instead_of_the_head(story: Story, ref: str, full: str) -> None:
    story.repository.tag("v1")
    await story.types("alice", f"/run nightly.yml ref={ref}")
    (dispatched,) = story.github.dispatched
    assert dispatched.ref == full


async def test_several_commands_in_one_comment_run_in_their_order(story: Story) -> None:
    await story.types("alice", f"/run nightly.yml\nand then\n{LINE}\n/run nightly.yml depth=2")
    await story.passes(1)
    assert [each.workflow for each in story.github.dispatched] == ["nightly.yml", "deploy.yml", "nightly.yml"]


async def test_of_eleven_commands_ten_are_taken_and_one_is_named(story: Story) -> None:
    await story.types("alice", "\n".join(["/status"] * 10 + ["/run nightly.yml"]))
    answers = story.answers()
    assert story.github.dispatched == []
    assert len(answers) == 11
    assert answers[-1] == (
        "One comment can hold 10 commands, so this one was not run:\n\n- `/run nightly.yml`\n\n"
        "**Next:** type it in a new comment."
    )


async def test_what_is_for_other_bots_takes_no_place_among_the_ten(story: Story) -> None:
    others = [f"/lgtm-{letter}" for letter in "abcdefghijkl"]
    await story.types("alice", "\n".join(others))
    assert (story.answers(), story.reactions()) == ([], [()])
    await story.types("alice", "\n".join([*others, LINE]))
    assert len(story.github.dispatched) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"> {LINE}",
        f"```\n{LINE}\n```",
        f"    {LINE}",
        f"<!-- {LINE} -->",
        f"Type {LINE} to run it",
        "/usr/bin/env python",
        "/shrug",
    ],
)
async def test_what_is_no_command_stays_without_an_answer(story: Story, text: str) -> None:
    await story.types("alice", text)
    assert (story.answers(), story.reactions(), story.github.dispatched) == ([], [()], [])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            "/run deploy.yml enviroment=staging",
            'deploy.yml has no input "enviroment". It has environment and dry_run.\n\nDid you mean this?\n\n'
            "```text\n/run deploy.yml environment=staging\n```\n\n"
            "Usage: `/run deploy.yml environment=<staging|production> [dry_run=<true|false>]`",
        ),
        (
            "/run deploy.yml",
            '"environment" is missing.\n\n'
            "Usage: `/run deploy.yml environment=<staging|production> [dry_run=<true|false>]`",
        ),
        (
            "/run depoy.yml",
            "There is no workflow depoy.yml on the default branch. There is: deploy.yml, nightly.yml.\n\n"
            "Did you mean this?\n\n```text\n/run deploy.yml\n```\n\nUsage: `/run <workflow file> [input=value ...]`",
        ),
        (
            "/run nightly.yml ref=nope",
            "There is no branch or tag nope in acme/shop.\n\n`/help` shows what can be typed.",
        ),
        ("/ops foo", 'There is no command "foo".\n\nUsage: `/ops help`'),
        (
            "/cancle",
            'There is no command "/cancle".\n\nDid you mean this?\n\n```text\n/cancel\n```\n\nUsage: `/ops help`',
        ),
    ],
)
async def test_a_wrong_line_gets_one_short_useful_answer(story: Story, text: str, answer: str) -> None:
    await story.types("alice", text)
    assert story.answers() == [answer]
    assert story.github.dispatched == []


async def test_text_of_other_people_can_neither_ping_nor_break_the_message(story: Story) -> None:
    hostile = "/run deploy.yml environment=staging '</details> @everyone [x](http://evil) | `#1`'"
    await story.types("alice", hostile)
    (answer,) = story.answers()
    assert "@everyone" not in answer.replace("`", " ").replace("@\u2060", "")
    await story.types("alice", "/run deploy.yml environment=@acme/owners")
    assert story.answers()[-1].startswith('"environment" is staging or production, not "@\u2060acme/owners".')


async def test_strange_and_broken_workflow_files(tmp_path: Path) -> None:
    odd = {"our deploy.yml": "on: workflow_dispatch\njobs: {a: {steps: []}}", "broken.yml": "on: ["}
    async with telling(tmp_path, files={f".github/workflows/{name}": text for name, text in odd.items()}) as story:
        await story.types("alice", "/run broken.yml")
        assert story.answers()[-1].startswith("broken.yml can not be used: expected the node content, but found")
        assert story.answers()[-1].count("can not be used") == 1
        await story.types("alice", "/run 'our deplo.yml'")
        assert "```text\n/run 'our deploy.yml'\n```" in story.answers()[-1]
        await story.types("alice", "/help run")
        assert "- `/run 'our deploy.yml'`\n" in f"{story.answers()[-1]}\n"
