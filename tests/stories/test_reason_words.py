"""Reason codes that people, GitHub and time bring about: the whole message on both surfaces, each in its manners."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors import BotError
from bot.github.permissions import Permissions
from tests.support.configured import CONFIG, LOCATION, files
from tests.support.runs import asked, in_slack, paragraphs, refused, refused_in_slack
from tests.support.slack_story import CHANNEL, SlackStory, talking

LINE = "/run deploy.yml environment=staging"
OPS = "run acme/shop#1 deploy.yml environment=staging"
NIGHTLY = "run nightly.yml"
PAGE = "http://127.0.0.1:1/repos/acme/shop/commands"
HUB = "https://github.test/acme/shop"


def says_no(line: str, seen: str, reason: str, rule: str, step: str) -> str:
    """A refusal on GitHub, where people can sign in to look at the commands."""
    verb = line.partition(" ")[0].removeprefix("/")
    return f"{refused(line, seen, reason, rule, step)} See [what can be typed here]({PAGE}#{verb})."


async def minutes(chat: SlackStory, number: int) -> None:
    for _ in range(number):
        await chat.passes(60)


async def newest(chat: SlackStory) -> str:
    """The code of the newest request."""
    async with chat.bot.units.read() as unit:
        github = await unit.connections.by_name("github")
        assert github is not None
        (request, *_) = await unit.requests.of_repository(github.id, chat.repository.id, 1)
    return request.code


@pytest.mark.parametrize(
    ("path", "no"),
    [
        (
            "*/collaborators/*",
            (
                "GitHub did not say what alice may do in acme/shop",
                "unknown_membership",
                "known person",
                "Type the command again in a minute; if it stays so, tell whoever runs Signalbox.",
            ),
        ),
        (
            "*/contents/*",
            (
                "GitHub refused to say what is needed: Resource not accessible (needs contents=read)",
                "upstream_refused",
                "GitHub's answer",
                "Tell whoever runs Signalbox: its GitHub App may lack a permission or this repository.",
            ),
        ),
    ],
)
async def test_what_github_does_not_say_is_a_no(chat: SlackStory, path: str, no: tuple[str, str, str, str]) -> None:
    chat.github.faults.status(403, "GET", path, times=99, message="Resource not accessible")
    await chat.types("alice", LINE)
    await chat.ops("alice", OPS)
    assert chat.answers() == [says_no(LINE, *no)]
    assert chat.whispers("alice") == [refused_in_slack(f"/ops {OPS}", *no)]
    assert (chat.github.dispatched, chat.living()) == ([], [])


async def test_a_value_that_does_not_fit_is_explained(chat: SlackStory) -> None:
    line = "run deploy.yml environment={}"
    await chat.types("alice", f"/explain {line.format('prod')}")
    await chat.ops("alice", f"explain {OPS.replace('staging', 'prod')}")
    gates = [
        "repository visible: alice can see acme/shop",
        "command exists here: acme/shop has the command run",
        "where: run may be typed in a pull request",
        "role: alice has the role write, run needs write",
        'arguments: "environment" is staging or production, not "prod". (`arguments`)',
        "pull request open: #1 is open",
        "trusted code: the head lies in this repository",
        "head unmoved: HEAD, recorded",
        "maintenance: nothing is paused",
    ]
    told = "\n".join(f"{'⛔ shut' if each.startswith('arguments') else '✅ open'}, {each}" for each in gates)
    on_github = told.replace("\n", "\n- ").replace("#1", "\\#\u20601")
    assert chat.answers() == [
        paragraphs(
            f"⛔ **Refused:** `/{line.format('prod')}` is stopped (`arguments`). Nothing was run.",
            f"- {on_github}",
            f"**Next:** Type `/{line.format('production')}`.",
        )
    ]
    assert chat.whispers("alice") == [
        paragraphs(
            f"⛔ Refused: `/ops {OPS.replace('staging', 'prod')}` is stopped (`arguments`). Nothing was run.",
            told.replace("in a pull request", "in Slack"),
            f"Next: Type `/ops {OPS.replace('staging', 'production')}`.",
        )
    ]


async def test_the_code_of_a_fork_and_its_author_s_word_for_it(chat: SlackStory) -> None:
    fork = chat.repository.pull_request("frank", "feature", fork="frank", title="From outside")
    chat.repository.role("frank", "write")
    await chat.links("frank")
    await chat.passes(60)
    head, ops = fork.head_sha[:12], OPS.replace("#1", "#2")
    await chat.types("alice", LINE, fork)
    await chat.ops("alice", ops)
    await chat.types("frank", f"/trust {head}", fork)
    await chat.ops("frank", f"trust acme/shop#2 {head}")
    look = (
        "Push the branch to this repository, or let somebody with write, other than the author, read the code and type "
        "`{}`."
    )
    lies = ("the head lies in a fork", "fork_untrusted", "trusted code")
    other = "Ask somebody else with write, or push the branch to this repository."
    assert chat.answers(fork) == [
        says_no(LINE, *lies, look.format(f"/trust {head}")),
        says_no(f"/trust {head}", "frank opened #\u20602", "self_approval", "somebody else's", other),
    ]
    assert chat.whispers("alice") == [
        refused_in_slack(f"/ops {ops}", *lies, look.format(f"/ops trust acme/shop#2 {head}"))
    ]
    assert chat.whispers("frank") == [
        refused_in_slack(f"/ops trust acme/shop#2 {head}", "frank opened #2", "self_approval", "somebody else's", other)
    ]


async def test_a_run_of_which_github_says_nothing_any_more(chat: SlackStory) -> None:
    await chat.types("alice", LINE)
    await chat.ops("alice", OPS)
    await chat.passes(1)
    chat.github.webhooks.off()
    chat.github.faults.status(403, "GET", "*/actions/runs/*", times=10**6, message="Actions has been disabled.")
    await minutes(chat, 5)
    gone = "GitHub does not say any more how this run stands: Actions has been disabled. (`run_not_found`)"
    look = "Look through the workflow's runs first."
    assert chat.answers() == [
        paragraphs(
            f"❓ **Deploy was lost sight of** · [run]({HUB}/actions/runs/RUN1) · `CODE`",
            asked("alice", LINE),
            gone,
            f"**Next:** {look} `{LINE}` starts another one. [All its runs]({HUB}/actions/workflows/deploy.yml).",
        )
    ]
    assert [chat.read(each) for each in chat.living()] == [
        in_slack(
            "❓ Deploy was lost sight of",
            gone,
            f"Next: {look} `/ops {OPS}` starts another one. All its runs.",
            "[Show on GitHub]",
        )
    ]


async def slips_in(chat: SlackStory) -> str:
    """A commit comes between the last look at the head and the run; what was asked for, and the run's number."""
    before = chat.pull.head_sha
    chat.repository.write("feature", {"evil.txt": "x"}, "Slipped in between", "alice")
    chat.github.faults.release()
    await chat.passes(1)
    await chat.github.runs[-1].start()
    await chat.passes(5)
    assert chat.github.runs[-1].conclusion == "cancelled"
    return before


async def test_a_run_of_another_commit_than_the_one_asked_for_on_github(chat: SlackStory) -> None:
    silence = chat.github.faults.silence("POST", "*/dispatches")
    await chat.github.comments("alice", chat.pull, LINE)
    await silence.begun.wait()
    before = await slips_in(chat)
    (answer,) = chat.answers()
    assert answer.replace(before[:7], "BEFORE") == paragraphs(
        f"⛔ **Deploy was stopped**: it is not what was asked for · [run]({HUB}/actions/runs/RUN1) · `CODE`",
        asked("alice", LINE, sha="BEFORE").replace("/commit/BEFORE", f"/commit/BEFORE{before[7:]}"),
        f"Run {chat.github.runs[-1].id} is not what was asked for: its commit is HEAD, not BEFORE{before[7:]}. "
        "(`run_mismatch`)",
        "| Job | State | Time |\n| :-- | :-- | --: |\n"
        f"| [build]({HUB}/actions/runs/RUN1/job/BUILD) | 🚫 cancelled | 0 s |\n"
        f"| [ship]({HUB}/actions/runs/RUN1/job/SHIP) | ⚪ skipped |  |",
        f"**Next:** Look at what changed. `{LINE}` asks for what is there now.",
    )


async def test_a_run_of_another_commit_than_the_one_asked_for_in_slack(chat: SlackStory) -> None:
    silence = chat.github.faults.silence("POST", "*/dispatches")
    await chat.slack.command("alice", CHANNEL, f"/ops {OPS}")
    await silence.begun.wait()
    before = await slips_in(chat)
    (living,) = [chat.read(each) for each in chat.living()]
    assert living.replace(before[:7], "BEFORE") == in_slack(
        "⛔ Deploy was stopped: it is not what was asked for",
        f"Run {chat.github.runs[-1].id} is not what was asked for: its commit is HEAD, not BEFORE{before[7:]}. "
        "(`run_mismatch`)",
        "🚫 build, cancelled, 0 s\n⚪ ship, skipped",
        f"Next: Look at what changed. `/ops {OPS}` asks for what is there now.",
        "[Show on GitHub]",
    ).replace("at HEAD\n", "at BEFORE\n")


async def test_what_no_head_can_vouch_for_is_too_old_after_a_quarter_of_an_hour(chat: SlackStory) -> None:
    issue = chat.repository.issue(author="alice", title="Nightly")
    chat.github.faults.status(503, "GET", "*/collaborators/*", times=10**6)
    await chat.types("alice", f"/{NIGHTLY}", issue)
    await chat.ops("alice", NIGHTLY.replace("run", "run acme/shop"))
    await minutes(chat, 17)
    chat.github.faults.clear()
    await minutes(chat, 2)
    old, look = "it was asked 18 minutes ago", "Look at what changed and type the command again."
    assert chat.answers(issue) == [
        paragraphs(
            "⌛ **nightly.yml was not started** · `CODE`",
            f"@alice asked for `/{NIGHTLY}` · [nightly.yml]({HUB}/actions/workflows/nightly.yml)",
            f"{old}. {look} (`expired`)",
            f"**Next:** `/{NIGHTLY}` asks again.",
        )
    ]
    _, ended = chat.whispers("alice")  # the one before says that it waits
    assert ended == refused_in_slack("/ops run acme/shop nightly.yml", old, "expired", "head unmoved", look)
    assert (chat.github.dispatched, chat.living()) == ([], [])


async def test_a_run_that_has_not_ended_is_not_run_again(chat: SlackStory) -> None:
    await chat.types("alice", LINE)
    await chat.passes(1)
    code = await newest(chat)
    await chat.types("alice", f"/rerun {code}")
    await chat.ops("alice", f"rerun {code}")
    why, stop = ("the run of CODE has not ended", "not_ended", "run ended"), "Wait, or stop it: `{}`."
    assert chat.answers()[-1] == says_no("/rerun CODE", *why, stop.format("/cancel CODE"))
    assert chat.whispers("alice") == [refused_in_slack("/ops rerun CODE", *why, stop.format("/ops cancel CODE"))]


async def test_a_command_that_is_gone_before_it_is_dispatched(tmp_path: Path) -> None:
    async with talking(tmp_path, files=files()) as chat:
        chat.github.faults.status(503, "POST", "*/dispatches", times=6)
        await chat.types("bob", "/ship staging")
        await chat.ops("bob", "ship acme/shop#1 staging")
        await chat.repository.push(files={LOCATION: CONFIG.replace("  ship:\n", "  send:\n")}, by="carol")
        for _ in range(20):
            await chat.passes(30)
        assert chat.github.dispatched == []
        gone = "acme/shop has no command ship. `{}` shows what there is. (`unknown_command`)"
        told = [re.sub(r"\[Slack\]\([^)]*\)", "Slack", answer) for answer in chat.answers()]
        assert told == [
            paragraphs(
                "⛔ **Ship was stopped**: it is not what was asked for · `CODE`",
                asked("bob", "/ship staging", "ship.yml"),
                gone.format("/help"),
                "**Next:** Look at what changed. `/ship staging` asks for what is there now.",
            ),
            paragraphs(
                "⛔ **Ship was stopped**: it is not what was asked for · `CODE`",
                f"{asked('bob', '/ops ship acme/shop#1 staging', 'ship.yml')} · also in Slack",
                gone.format("/help"),
                "**Next:** Look at what changed. `/ship staging` asks for what is there now.",
            ),
        ]
        assert [chat.read(each) for each in chat.living()] == [
            paragraphs(
                "⛔ Ship was stopped: it is not what was asked for · `CODE`",
                "@bob (bob) asked for ship.yml\nwith `environment=staging`, `dry_run=false`\non `feature` at HEAD\n"
                "in acme/shop#1\nalso in acme/shop#1",
                gone.format("/ops help"),
                "Next: Look at what changed. `/ops ship acme/shop#1 staging` asks for what is there now.",
            )
        ]


async def test_a_fault_of_ours(chat: SlackStory, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise BotError("a fault")

    monkeypatch.setattr(Permissions, "role", broken)
    await chat.types("alice", LINE)
    await chat.ops("alice", OPS)
    for _ in range(30):
        await chat.passes(300)
    given_up = "something went wrong in Signalbox, so `{}` was given up and nothing was started. (`internal_error`)"
    log = "ts log says what it was, and `signalbox jobs list --state held` shows the command."
    assert chat.answers() == [
        f"⚠️ **Not run:** {given_up.format(LINE)}\n\n"
        f"**Next:** tell whoever runs Signalbox: i{log} Type it again once that is mended."
    ]
    assert chat.whispers("alice") == [
        paragraphs(
            f"⚠️ Not run: {given_up.format(f'/ops {OPS}')}",
            "Next: tell whoever runs Signalbox. Type it again once that is mended.",
            f"I{log}",
        )
    ]
