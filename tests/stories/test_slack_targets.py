"""What a command in Slack is about, and what is said about a line that can not be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.slack_story import SlackStory, talking

LINE = "deploy.yml environment=staging"
RUN_USAGE = "/ops run {}<workflow file> [input=value ...] [ref=<branch or tag>]"
LISTED = """\
What can be typed here

`/ops help [command]`
Show what you can type here.

`/ops run <workflow file> [input=value ...] [ref=<branch or tag>]`
Start a workflow and follow it here.

`/ops status [request]`
Show how the requests of this thread stand.

`/ops runs`
Show the newest requests of this repository.

`/ops logs [request]`
Show the last lines of the failed steps.

`/ops cancel [request]`
Stop a request and its run.

`/ops rerun [failed] [request]`
Run it again on the same commit: all of it, or only the jobs that failed.

`/ops approve [request]`
Say yes to a request that waits for approval.

`/ops config [confirm <file id>]`
Show which configuration is in force here and what waits; an admin who is alone confirms it.

`/ops deploy`
Show what is live in each environment.

`/ops explain <command ...> [as @<login>]`
Show each gate that a command would have to pass, without running it.

`/ops link [code]`
Link your Slack account with your GitHub account.

`/ops lock [environment] [--reason "why"] [--for 2h] [--all]`
Keep everybody else's requests from an environment.

`/ops locks`
Show what is locked here, by whom, and who waits.

`/ops reject [request] [reason ...]`
Say no to a request that waits for approval, which ends it.

`/ops rollback <environment> [to]`
Put back what succeeded in an environment before.

`/ops trust <commit>`
Let a commit of a fork's pull request run.

`/ops unlink`
End the link between your Slack account and your GitHub account.

`/ops unlock [environment] [--all]`
Take a lock away, your own or somebody else's.

`/ops use <owner/repo> [guests=true]`
Make a repository the one that commands in this channel are about.

`/ops whoami`
Show who you are to Signalbox and what you may do here.

`/ops help run` tells more about one."""


def unnamed(typed: str, usage: str) -> str:
    return (
        f"❓ Which repository? `/ops {typed}` names none, and this channel has no repository of its own.\n\n"
        f"Next: name it behind the command's word: `/ops run acme/shop#7 deploy.yml`\n\nUsage: `{usage}`\n\n"
        "Or set one for the whole channel: `/ops use owner/repo`"
    )


@pytest.mark.parametrize(
    ("words", "ref"),
    [
        (f"run acme/shop#1 {LINE}", "refs/heads/feature"),
        (f"run acme/shop {LINE}", "refs/heads/main"),
        (f"run ACME/Shop#1 {LINE}", "refs/heads/feature"),
        (f"RUN acme/shop#1 {LINE}", "refs/heads/feature"),
        (f"run acme/shop {LINE} ref=feature", "refs/heads/feature"),
        (f"run acme/shop#1 {LINE} ref=main", "refs/heads/main"),
        ("run acme/shop “deploy.yml” environment=“staging”", "refs/heads/main"),
        ("run acme/shop\u00a0deploy.yml —environment staging", "refs/heads/main"),
        ("run acme/shop deploy.yml --environment=staging --dry_run", "refs/heads/main"),
        (f"  run   acme/shop#1   {LINE}  ", "refs/heads/feature"),
    ],
)
async def test_it_is_about_what_was_named(chat: SlackStory, words: str, ref: str) -> None:
    await chat.ops("alice", words)
    (dispatched,) = chat.github.dispatched
    assert (dispatched.workflow, dispatched.ref) == ("deploy.yml", ref)
    assert dispatched.inputs["environment"] == "staging"
    assert chat.whispers("alice") == []


async def test_a_channel_with_a_repository_of_its_own(chat: SlackStory) -> None:
    await chat.ops("bob", "use acme/shop")
    assert chat.whispers("bob") == [
        "This channel is about acme/shop now.\n\nHere `acme/shop` is meant wherever no repository is named."
    ]
    await chat.ops("alice", f"run #1 {LINE}")
    await chat.ops("alice", f"run {LINE}")
    assert [each.ref for each in chat.github.dispatched] == ["refs/heads/feature", "refs/heads/main"]

    await chat.ops("bob", "use none")
    assert chat.whispers("bob")[-1] == "This channel has no repository of its own any more."
    await chat.ops("alice", f"run {LINE}")
    assert chat.whispers("alice") == [unnamed(f"run {LINE}", RUN_USAGE.format(""))]
    await chat.ops("bob", "use none")
    assert chat.whispers("bob")[-1] == "This channel has no repository of its own, so there is nothing to take away."
    assert len(chat.github.dispatched) == 2


async def test_another_channel_keeps_its_own(chat: SlackStory) -> None:
    chat.slack.channel("#other", members=["alice"])
    await chat.ops("bob", "use acme/shop")
    await chat.ops("alice", "status", "#other")
    assert chat.whispers("alice", "#other") == [unnamed("status", "/ops status [request]")]


async def test_a_repository_is_found_by_its_old_name(chat: SlackStory) -> None:
    await chat.repository.rename("store")
    await chat.ops("alice", f"run acme/shop#1 {LINE}")
    await chat.passes(1)
    assert len(chat.github.dispatched) == 1
    (message,) = chat.living()
    assert "in acme/store#1" in chat.read(message)


async def test_a_number_that_is_no_pull_request(chat: SlackStory) -> None:
    issue = chat.repository.issue("alice")
    await chat.ops("alice", f"run acme/shop#{issue.number} {LINE}")
    await chat.ops("alice", f"run acme/shop#999 {LINE}")
    told = "There is no pull request {} in acme/shop.\n\n`/ops help` shows what can be typed."
    assert chat.whispers("alice") == [told.format(issue.number), told.format(999)]
    assert chat.github.dispatched == []


@pytest.mark.parametrize("word", ["#0", "acme/..", "acme", "acme/shop#", "acme/shop/x", "#1a"])
async def test_what_has_not_the_shape_of_a_target_is_a_value(chat: SlackStory, word: str) -> None:
    await chat.ops("alice", f"status {word}")
    await chat.passes(3)
    assert chat.whispers("alice") == [
        f"⛔ Not found: what `/ops status {word}` names does not exist, or it is not visible to you (`not_found`).\n\n"
        "Next: Check the name; if it is right, ask an admin of the repository for access."
    ]


async def test_a_value_of_the_shape_of_a_target_has_to_be_named(tmp_path: Path) -> None:
    fork = "on: {workflow_dispatch: {inputs: {origin: {type: string}}}}\njobs: {a: {steps: []}}"
    async with talking(tmp_path, files={".github/workflows/fork.yml": fork}) as chat:
        await chat.ops("alice", "run acme/shop fork.yml origin=acme/other#2")
        (dispatched,) = chat.github.dispatched
        assert dispatched.inputs["origin"] == "acme/other#2"
        await chat.ops("alice", "run acme/shop acme/other fork.yml")
        assert chat.whispers("alice") == [
            '"fork.yml" is one value too many. Inputs are given by name: name=value.\n\n'
            f"Usage: `{RUN_USAGE.format('acme/shop ')}`"
        ]


async def test_what_slack_makes_of_typed_text_is_undone(tmp_path: Path) -> None:
    say = "on: {workflow_dispatch: {inputs: {words: {type: string}}}}\njobs: {a: {steps: []}}"
    async with talking(tmp_path, files={".github/workflows/say.yml": say}) as chat:
        for typed in ("#deploys", "example.com", "“two words”", "'a < b & c'", "@bob"):
            await chat.ops("alice", f"run acme/shop say.yml words={typed}")
        assert [each.inputs["words"] for each in chat.github.dispatched] == ["#deploys", "example.com", "two words"]
        unsafe, person = chat.whispers("alice")
        assert unsafe.startswith('"words" holds the character <. Inputs reach shells inside workflows')
        assert "words='a  b  c'" in unsafe
        assert person.startswith('"words" holds the character <.')  # a person is an id, and no name that may lie


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("", LISTED),
        ("help", LISTED),
        (
            "help run",
            "`/ops run <workflow file> [input=value ...] [ref=<branch or tag>]`\n"
            "Start a workflow and follow it here.\n\n"
            "`workflow`, required: A file under .github/workflows, such as deploy.yml.\n\n"
            "For example\n`/ops run deploy.yml`\n`/ops run deploy.yml environment=staging dry_run=true`\n"
            "`/ops run nightly.yml ref=main`\n\nIt needs the role write.",
        ),
        ("foo", 'There is no command "foo".\n\nUsage: `/ops help`'),
        ("statsu", 'There is no command "statsu".\n\nDid you mean this?\n\n/ops status\n\nUsage: `/ops help`'),
        (
            "run acme/shop 'deploy.yml",
            "A quote in this line is not closed, or nothing follows its last backslash.\n\n"
            "Did you mean this?\n\n/ops run acme/shop 'deploy.yml'",
        ),
        ("x" * 4_001, "This line is longer than 4,000 characters.\n\n`/ops help` shows what can be typed."),
        ("run", f'"workflow" is missing.\n\nUsage: `{RUN_USAGE.format("")}`'),
        ("run acme/shop", f'"workflow" is missing.\n\nUsage: `{RUN_USAGE.format("acme/shop ")}`'),
        (f"run {LINE}", unnamed(f"run {LINE}", RUN_USAGE.format(""))),
        (
            "run acme/shop deploy.yml enviroment=staging",
            'deploy.yml has no input "enviroment". It has environment and dry_run.\n\nDid you mean this?\n\n'
            "/ops run acme/shop deploy.yml environment=staging\n\n"
            "Usage: `/ops run acme/shop deploy.yml environment=<staging|production> [dry_run=<true|false>]`",
        ),
        (
            "run acme/shop#1 depoy.yml",
            "There is no workflow depoy.yml on the default branch. There is: deploy.yml, nightly.yml.\n\n"
            "Did you mean this?\n\n/ops run acme/shop#1 deploy.yml\n\n"
            "Usage: `/ops run acme/shop#1 <workflow file> [input=value ...]`",
        ),
        (
            "run acme/shop nightly.yml ref=nope",
            "There is no branch or tag nope in acme/shop.\n\n`/ops help` shows what can be typed.",
        ),
    ],
)
async def test_a_wrong_line_gets_one_short_useful_answer(chat: SlackStory, words: str, answer: str) -> None:
    await chat.ops("alice", words)
    assert chat.whispers("alice") == [answer]
    assert chat.living() == []
    assert chat.github.dispatched == []


async def test_direct_messages(chat: SlackStory) -> None:
    alone = chat.slack.dm("alice").id
    await chat.slack.says("alice", alone, f"run acme/shop#1 {LINE}")
    await chat.settle()
    await chat.passes(1)
    await chat.ops("alice", f"run acme/shop#1 {LINE}", alone)
    await chat.passes(1)
    first, second = chat.living(alone)
    assert chat.read(first) == chat.read(second)
    assert first.thread_ts is None or first.thread_ts == first.ts
    await chat.slack.says("alice", alone, "statsu")
    await chat.settle()
    assert chat.directs("alice")[-1] == (
        'There is no command "statsu".\n\nDid you mean this?\n\n/ops status\n\nUsage: `/ops help`'
    )
    for words in ("@signalbox whoami", "/ops whoami", "whoami"):
        await chat.slack.says("alice", alone, words)
        await chat.settle()
    who = chat.github.person("alice")
    assert chat.directs("alice")[-3:] == [f"You are `alice` on GitHub (id {who.id}).\nIn Slack you are @alice."] * 3


async def test_a_direct_message_may_have_a_repository_of_its_own(chat: SlackStory) -> None:
    alone = chat.slack.dm("bob").id
    await chat.ops("bob", "use acme/shop", alone)
    await chat.ops("bob", f"run #1 {LINE}", alone)
    assert len(chat.github.dispatched) == 1


async def test_a_direct_message_of_two_people(chat: SlackStory) -> None:
    """Slack tells the bot nothing about it, and the other one sees nothing of what was typed there."""
    two = chat.slack.world.direct(chat.slack.person("alice"), chat.slack.person("bob")).id
    await chat.ops("alice", f"run acme/shop#1 {LINE}", two)
    await chat.passes(1)
    (told,) = chat.whispers("alice", two)
    assert "so I write to you directly about" in told
    assert (chat.whispers("bob", two), chat.living(two)) == ([], [])
    assert len(chat.directs("alice")) == 1


async def test_a_direct_message_among_others(chat: SlackStory) -> None:
    """The bot is no part of it, and Slack tells it nothing about it."""
    chat.slack.channel("mpdm-alice--bob-1", members=["alice", "bob"], private=True, app=False)
    await chat.ops("alice", f"run acme/shop#1 {LINE}", "mpdm-alice--bob-1")
    await chat.passes(1)
    (told,) = chat.whispers("alice", "mpdm-alice--bob-1")
    assert "I am not in this channel, so I write to you directly about" in told
    assert len(chat.directs("alice")) == 1
