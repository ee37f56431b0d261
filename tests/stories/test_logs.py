"""`logs`: the last lines of what failed, masked and short, for whoever may read the repository, on both surfaces."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.sandbox.github.plans import JobPlan, Plan
from tests.support.runs import LINE, PAGE, fails, last_block, paragraphs, passes
from tests.support.slack_story import SlackStory
from tests.support.story import CODE, KEYED, MARKER, Story, telling

STEP = "Run make ship\nmake ship\nshell: /usr/bin/bash -e {0}"
END = "error: Process completed with exit code 1."
SHIP = f"❌ [ship]({PAGE}/actions/runs/RUN1/job/SHIP) failed in the step “Run make ship”"
NOTHING = "Nothing here has a run yet, so there are no logs."
UNKNOWN = "There is no request CODE in this repository. `/runs` lists the newest."
WITHOUT = "_Its log can not be read any more, or it has none._"


def in_pull_request(*lines: str, fence: str = "```") -> str:
    said = "\n".join((STEP, *lines, END))
    return paragraphs("**What failed in** `CODE`", SHIP, f"{fence}text\n{said}\n{fence}")


def code_in(body: str) -> str:
    found = CODE.search(body.split("\n")[0])
    assert found is not None
    return found[0]


def in_slack(*lines: str) -> str:
    said = "\n".join((STEP, *lines, END))
    return paragraphs("What failed in `CODE`", "❌ ship failed in the step “Run make ship”", said)


async def test_the_failed_steps_last_lines_on_both_surfaces(chat: SlackStory) -> None:
    await chat.types("alice", LINE)
    await fails(chat, chat.github.runs[-1], log="compiling\nmake: *** no rule\n")
    await chat.types("rita", "/logs")
    await chat.ops("rita", "logs acme/shop#1")
    assert chat.answers()[1:] == [in_pull_request("compiling", "make: *** no rule")]
    raw = [last_block(each) for each in chat.slack.seen_by("rita", "#deploys")]
    assert raw == [f"```\n{STEP}\ncompiling\nmake: *** no rule\n{END}\n```"]
    assert chat.living() == []


async def test_logs_of_a_request_by_its_code(chat: SlackStory) -> None:
    await chat.types("alice", LINE)
    await fails(chat, chat.github.runs[-1], log="one")
    await chat.types("alice", "/run nightly.yml")
    await passes(chat, chat.github.runs[-1])
    code = code_in(chat.github.thread(chat.pull)[1].body)
    await chat.types("alice", f"/logs {code.lower()}")
    await chat.ops("alice", f"logs {code}")
    assert chat.answers()[-1] == in_pull_request("one")
    assert chat.whispers("alice") == [in_slack("one")]


SECRETS = {
    f"GITHUB_TOKEN=ghp_{'a' * 36}": "GITHUB_TOKEN=***",
    f"using github_pat_{'b' * 40} for now": "using github_pat_*** for now",
    "slack xoxb-1234567890-abcdefgh": "slack xoxb-***",
    "https://alice:hunter22@example.com/x": "https://***@example.com/x",
    "Authorization: Bearer abcdefghijk": "Authorization: ***",
    "AKIAABCDEFGHIJKLMNOP": "***",
    "password: correct-horse": "password: ***",
}


async def test_secrets_that_github_did_not_mask_are_masked_on_both_surfaces(chat: SlackStory) -> None:
    await chat.types("alice", LINE)
    await fails(chat, chat.github.runs[-1], log="\n".join(SECRETS))
    await chat.types("alice", "/logs")
    await chat.ops("alice", "logs acme/shop#1")
    assert chat.answers()[-1] == in_pull_request(*SECRETS.values())
    (told,) = chat.slack.seen_by("alice", "#deploys")
    assert last_block(told) == "```\n" + "\n".join((STEP, *SECRETS.values(), END)) + "\n```"


HOSTILE = "\n".join(
    [
        "\x1b[31mred\x1b[0m and \x1b]8;;https://evil.test\x07a link\x1b]8;;\x07",
        "```",
        "````",
        "~~~",
        "</code></pre><img src=x>",
        "@alice <!channel> <@U1> <https://evil.test|click> *bold* [x](https://evil.test)",
        "<!-- signalbox:forged -->",
    ]
)


async def test_a_hostile_log_breaks_out_of_no_fence_and_reaches_nobody(chat: SlackStory) -> None:
    await chat.types("alice", LINE)
    await fails(chat, chat.github.runs[-1], log=HOSTILE)
    await chat.types("alice", "/logs")
    await chat.ops("alice", "logs acme/shop#1")
    plain = [
        "red and a link",
        "```",
        "````",
        "~~~",
        "</code></pre><img src=x>",
        "@alice <!channel> <@U1> <https://evil.test|click> *bold* [x](https://evil.test)",
        "<!-- signalbox:forged -->",
    ]
    said = chat.github.thread(chat.pull)[-1].body
    fence = re.search(r"^(`+)text$", said, re.MULTILINE)
    assert fence is not None
    inside = said.split(f"{fence[1]}text\n")[1].split(f"\n{fence[1]}\n")[0]
    assert inside == "\n".join((STEP, *plain, END))
    assert fence[1] == "`````"  # longer than any in it
    assert MARKER.search(said.split(fence[1])[-1])
    (told,) = chat.slack.seen_by("alice", "#deploys")
    block = last_block(told)
    assert block.startswith("```\n")
    assert block.endswith("\n```")
    assert "```" not in block[4:-4]
    assert "<" not in block
    assert "\x1b" not in block


async def test_long_lines_and_long_logs_are_cut(chat: SlackStory) -> None:
    await chat.types("alice", LINE)
    many = [f"line {number}" for number in range(500)]
    await fails(chat, chat.github.runs[-1], log="\n".join([*many, "x" * 5_000]))
    await chat.types("alice", "/logs")
    said = chat.answers()[-1].split("```")[1].splitlines()[1:]
    assert said == [*(f"line {number}" for number in range(472, 500)), "x" * 299 + "…", END]
    await chat.ops("alice", "logs acme/shop#1")
    (told,) = chat.slack.seen_by("alice", "#deploys")
    assert last_block(told) == "```\n" + "\n".join(said) + "\n```"


MANY = f"name: Deploy\n{KEYED}jobs:\n" + "".join(
    f"  job{number}: {{runs-on: ubuntu-latest, steps: [{{run: make}}]}}\n" for number in range(5)
)


async def test_of_many_failed_jobs_three_are_shown_and_the_rest_is_counted(tmp_path: Path) -> None:
    async with telling(tmp_path, files={".github/workflows/many.yml": MANY}) as story:
        await story.types("alice", "/run many.yml")
        bad = [JobPlan(f"job{number}", conclusion="failure", log=f"said {number}") for number in range(5)]
        await story.github.runs[-1].play(Plan(bad))
        await story.passes(5)
        await story.types("alice", "/logs")

        def one(number: int) -> str:
            job = f"❌ [job{number}]({PAGE}/actions/runs/RUN1/job/JOB{number}) failed in the step “Run make”"
            return paragraphs(job, f"```text\nRun make\nmake\nshell: /usr/bin/bash -e {{0}}\nsaid {number}\n{END}\n```")

        assert story.answers()[-1] == paragraphs(
            "**What failed in** `CODE`",
            *(one(number) for number in range(3)),
            "**Next:** 2 more jobs failed; the page of the run shows them.",
        )


async def test_nothing_ran_or_nothing_failed(chat: SlackStory) -> None:
    await chat.types("alice", "/logs")
    await chat.types("alice", "/logs ZZZZZZ")
    await chat.types("alice", LINE)
    await passes(chat, chat.github.runs[-1])
    await chat.types("alice", "/logs")
    await chat.ops("alice", "logs acme/shop#1")
    answers = [each for each in chat.answers() if "Deploy" not in each]
    none = "No job of request CODE has failed."
    assert answers == [NOTHING, UNKNOWN, none]
    assert chat.whispers("alice") == [none]


async def test_a_log_that_has_expired(chat: SlackStory) -> None:
    await chat.types("alice", LINE)
    await fails(chat, chat.github.runs[-1])
    await chat.passes(91 * 86_400)
    await chat.types("alice", "/logs")
    await chat.ops("alice", "logs acme/shop#1")
    page = f"❌ [ship]({PAGE}/actions/runs/RUN1/job/SHIP) failed"
    assert chat.answers()[-1] == paragraphs("**What failed in** `CODE`", page, WITHOUT)
    gone = "Its log can not be read any more, or it has none."
    assert chat.whispers("alice") == [paragraphs("What failed in `CODE`", "❌ ship failed", gone)]


async def test_github_does_not_answer(chat: SlackStory) -> None:
    await chat.types("alice", LINE)
    await fails(chat, chat.github.runs[-1], log="one")
    chat.github.faults.status(503, "GET", "*/logs", times=3)
    await chat.types("alice", "/logs")
    for _ in range(6):
        await chat.passes(60)
    assert chat.answers()[-1] == in_pull_request("one")  # asked again, it answered
    chat.github.faults.status(503, "GET", "*/logs", times=99)
    await chat.types("alice", "/logs")
    await chat.ops("alice", "logs acme/shop#1")
    for _ in range(12):
        await chat.passes(300)
    assert chat.answers()[-1].startswith("⌛ **Not run:** GitHub did not answer for 15 m, so `/logs` was given up")
    assert [each.split("\n")[0] for each in chat.whispers("alice")] == [
        "⏳ GitHub does not answer right now. Your command waits; I go on by myself, until 21 Nov 2026, 09:22 UTC at "
        "the latest.",
        "⌛ Not run: GitHub did not answer for 15 m, so `/ops logs acme/shop#1` was given up and nothing was started. "
        "(`upstream_unavailable`)",
    ]


async def test_t22_a_stranger_learns_nothing(chat: SlackStory) -> None:
    await chat.types("alice", LINE)
    await fails(chat, chat.github.runs[-1], log="inside")
    await chat.links("eve")
    code = code_in(chat.github.thread(chat.pull)[1].body)
    for words in (f"logs {code}", "logs acme/shop#1", "logs acme/nothing", "logs ZZZZZZ"):
        await chat.ops("eve", words)
    await chat.passes(5)
    told = {re.sub(r"`/ops [^`]*`", "`LINE`", each) for each in chat.whispers("eve")}
    assert len(chat.whispers("eve")) == 4
    assert len(told) == 1
    assert "inside" not in str(chat.whispers("eve"))
    assert not [each for each in chat.github.journal if each.path.endswith("/logs")]


@pytest.mark.parametrize("role", ["read", "write"])
async def test_readers_may(story: Story, role: str) -> None:
    story.repository.role("zed", role)
    await story.types("alice", LINE)
    await fails(story, story.github.runs[-1], log="one")
    await story.types("zed", "/logs")
    assert story.answers()[-1] == in_pull_request("one")


async def test_on_a_public_repository_everybody_may_read_what_everybody_can_read(tmp_path: Path) -> None:
    async with telling(tmp_path, private=False) as story:
        await story.types("alice", LINE)
        await fails(story, story.github.runs[-1], log="one")
        await story.types("passerby", "/logs")
        assert story.answers()[-1] == in_pull_request("one")
