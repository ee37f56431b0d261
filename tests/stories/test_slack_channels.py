"""Where things are shown in Slack: channels with a repository, shared ones, and those that the bot is not in (T22)."""

from __future__ import annotations

from bot.sandbox.slack import Seen
from tests.support.slack_story import CHANNEL, SlackStory

LINE = "run acme/shop#1 deploy.yml environment=staging"
MOVED = (
    "I am not in this channel, so I write to you directly about `/ops {}`.\n\n"
    "Next: `/invite @signalbox` in #{}, and the next request is shown there."
)
OVERHEARD = (
    "People from another organization read along in this channel, so I write to you directly about `/ops {}`.\n\n"
    "Next: nothing. What is asked about the repository that #{} is bound to is shown there."
)
ASKED = (
    "\n\n@alice (alice) asked for deploy.yml\nwith `environment=staging`\non `feature` at HEAD\nin acme/shop#1\n\n"
    "⏳ build, waiting for a runner\n\n`/ops cancel CODE` stops it.\n\n[Cancel] [Show on GitHub]"
)
WAITS = f"⏳ Deploy is waiting for a runner · `CODE`{ASKED}"
EMPTY = "Nothing was asked for here yet.\n\n`/ops help` shows what can be typed."
NO_RIGHT = (
    "⛔ Refused: {0} has the role {1}, use needs maintain (`permission`)\n\n"
    "Next: Ask an admin of the repository for the role maintain.\n\n"
    "`/ops use acme/shop` was stopped by the rule “role”. Nothing was run. See what can be typed here."
)
PLAIN_ASK = (
    "This channel is shared with another organisation, and everybody there would see what happens here. If that is "
    "meant, say whether people from there who are linked may act: guests=true or guests=false."
)


def hidden(words: str) -> str:
    return (
        f"⛔ Not found: what `/ops {words}` names does not exist, or it is not visible to you (`not_found`).\n\n"
        "Next: Check the name; if it is right, ask an admin of the repository for access."
    )


def threads(chat: SlackStory, channel: str = CHANNEL, who: str = "alice") -> list[str]:
    """What the bot said to everybody inside threads."""
    seen = chat.slack.seen_by(who, channel)
    ours = [each for each in seen if each.author == "signalbox" and not each.ephemeral]
    return [chat.read(each) for each in ours if each.thread_ts not in (None, each.ts)]


def shared(chat: SlackStory, name: str = "#both") -> str:
    """A channel with people of another workspace; its id."""
    other = chat.slack.workspace("partner")
    return chat.slack.channel(name, members=["alice", "bob"], shared_with=[other]).id


async def test_t22_binding_needs_maintain(chat: SlackStory) -> None:
    for who, role in (("alice", "write"), ("rita", "read")):
        await chat.ops(who, "use acme/shop")
        assert chat.whispers(who) == [NO_RIGHT.format(who, role)]
    await chat.ops("alice", "status")
    assert chat.whispers("alice")[-1].startswith("❓ Which repository?")
    await chat.ops("bob", "use acme/shop")
    await chat.ops("alice", "status")
    assert chat.whispers("alice")[-1] == EMPTY
    await chat.ops("alice", "use none")
    assert chat.whispers("alice")[-1].startswith("⛔ Refused: alice has the role write, use needs maintain")


async def test_t22_answers_are_visible_only_where_the_channel_has_this_repository(chat: SlackStory) -> None:
    await chat.mentions("alice", "status acme/shop")
    assert (chat.whispers("alice"), threads(chat)) == ([EMPTY], [])
    await chat.ops("bob", "use acme/shop")
    await chat.mentions("alice", "status acme/shop")
    assert (chat.whispers("alice"), threads(chat)) == ([EMPTY], [EMPTY])
    await chat.ops("alice", "status acme/shop")  # after a slash command nobody else saw the question
    assert (chat.whispers("alice"), threads(chat)) == ([EMPTY, EMPTY], [EMPTY])


async def test_t22_another_repository_stays_private_in_a_bound_channel(chat: SlackStory) -> None:
    chat.github.repository("acme/vault", private=True, roles={"alice": "write"})
    await chat.ops("bob", "use acme/shop")
    await chat.mentions("alice", "status acme/vault")
    assert (chat.whispers("alice"), threads(chat)) == ([EMPTY], [])


async def test_t22_a_channel_that_becomes_shared_has_no_repository_until_somebody_says_so(chat: SlackStory) -> None:
    await chat.ops("bob", "use acme/shop")
    channel = chat.slack.where(CHANNEL)
    channel.connected.append(chat.slack.workspace("partner"))
    await chat.passes(61)
    await chat.ops("alice", "status")
    assert chat.whispers("alice")[-1].startswith(
        "❓ Which repository? `/ops status` names none, and this channel has no"
    )

    await chat.mentions("alice", "status acme/shop")
    assert (chat.whispers("alice")[-1], threads(chat)) == (EMPTY, [])
    await chat.ops("alice", LINE)
    await chat.passes(1)
    assert chat.whispers("alice")[-1].endswith(OVERHEARD.format(LINE, channel.id))
    assert (chat.living(), chat.directs("alice")) == ([], [WAITS])

    await chat.ops("bob", "use acme/shop")
    assert chat.whispers("bob")[-1] == PLAIN_ASK
    await chat.ops("bob", "use acme/shop guests=false")
    await chat.ops("alice", LINE)
    await chat.passes(1)
    (message,) = chat.living()
    assert chat.read(message) == WAITS


async def test_t22_the_pause_can_be_made_an_end(chat: SlackStory) -> None:
    await chat.ops("bob", "use acme/shop")
    chat.slack.where(CHANNEL).connected.append(chat.slack.workspace("partner"))
    await chat.passes(61)
    await chat.ops("bob", "use none")
    assert chat.whispers("bob")[-1] == "This channel has no repository of its own any more."
    chat.slack.where(CHANNEL).connected.clear()
    await chat.passes(61)
    await chat.ops("bob", "status")
    assert chat.whispers("bob")[-1].startswith("❓ Which repository?")


async def test_t22_in_a_shared_channel_only_its_own_repository_is_shown(chat: SlackStory) -> None:
    files = {".github/workflows/seal.yml": "name: Seal\non: workflow_dispatch\njobs: {seal: {steps: []}}"}
    chat.github.repository("acme/vault", private=True, files=files, roles={"alice": "write"})
    both = shared(chat)
    await chat.ops("bob", "use acme/shop guests=false", both)
    await chat.ops("alice", "run acme/vault seal.yml", both)
    await chat.passes(1)
    assert chat.living(both) == []
    assert chat.whispers("alice", both)[-1].endswith(OVERHEARD.format("run acme/vault seal.yml", both))
    assert len(chat.directs("alice")) == 1


async def test_t22_hidden_and_missing_are_told_alike_and_at_the_same_moment(chat: SlackStory) -> None:
    chat.github.repository("acme/vault", private=True, roles={"bob": "write"})
    for words in (
        "run {} deploy.yml",
        "status {}",
        "runs {}",
        "use {}",
        "help {}",
        "whoami {}",
        "explain run {} x.yml",
    ):
        before = len(chat.whispers("alice"))
        await chat.ops("alice", words.format("acme/vault"))
        await chat.ops("alice", words.format("acme/never"))
        await chat.passes(2.9)
        assert len(chat.whispers("alice")) == before, words
        await chat.passes(0.1)
        told = [hidden(words.format(each)) for each in ("acme/never", "acme/vault")]
        assert sorted(chat.whispers("alice")[before:]) == told
        await chat.passes(601)


async def test_t22_a_code_in_a_hidden_repository_is_like_an_unknown_one(chat: SlackStory) -> None:
    files = {".github/workflows/seal.yml": "on: workflow_dispatch\njobs: {seal: {steps: []}}"}
    chat.github.repository("acme/vault", private=True, files=files, roles={"bob": "write"})
    await chat.ops("bob", "run acme/vault seal.yml")
    await chat.passes(1)
    code = chat.living()[0].text.split(" · ")[1]
    for words in ("status {}", "logs {}", "cancel {}", "rerun {}"):
        before = len(chat.whispers("alice"))
        await chat.ops("alice", words.format(code))
        await chat.ops("alice", words.format("no-such"))
        await chat.passes(2.9)
        assert len(chat.whispers("alice")) == before, words
        await chat.passes(0.1)
        told = [hidden(words.format(each)) for each in ("CODE", "no-such")]
        assert sorted(chat.whispers("alice")[before:]) == told
        await chat.passes(601)
    assert chat.github.runs[-1].conclusion is None


async def test_where_the_bot_is_not_the_person_gets_a_direct_message(chat: SlackStory) -> None:
    for name, private in (("#quiet", False), ("#secret", True)):
        channel = chat.slack.channel(name, members=["alice"], private=private, app=False).id
        before = len(chat.directs("alice"))
        await chat.ops("alice", LINE, channel)
        await chat.passes(1)
        (told,) = chat.whispers("alice", channel)
        assert told.endswith(MOVED.format(LINE, channel))
        assert chat.living(channel) == []
        assert chat.directs("alice")[before:] == [WAITS]


async def test_a_private_channel_with_the_bot(chat: SlackStory) -> None:
    chat.slack.channel("#inner", members=["alice"], private=True)
    await chat.ops("alice", LINE, "#inner")
    await chat.passes(1)
    (message,) = chat.living("#inner")
    assert chat.read(message) == WAITS
    assert chat.directs("alice") == []


async def test_removed_between_the_command_and_the_message(chat: SlackStory) -> None:
    await chat.ops("alice", LINE)
    chat.slack.remove(chat.slack.bot, CHANNEL)
    await chat.passes(1)
    assert chat.living() == []
    assert chat.directs("alice") == [WAITS]
    await ends(chat)
    assert chat.directs("alice")[0].startswith("✅ Deploy passed")


async def test_archived_between_the_command_and_the_message(chat: SlackStory) -> None:
    await chat.ops("alice", LINE)
    chat.slack.where(CHANNEL).archived = True
    await chat.passes(1)
    assert chat.living() == []
    assert chat.directs("alice") == [WAITS]


async def test_archived_while_it_runs(chat: SlackStory) -> None:
    await chat.ops("alice", LINE)
    await chat.passes(1)
    chat.slack.where(CHANNEL).archived = True
    await ends(chat)
    (left,) = chat.living()
    assert chat.read(left) == WAITS
    living, details = chat.directs("alice")
    assert living.startswith("✅ Deploy passed")
    assert details.startswith("The details of `CODE`")


async def test_removed_while_it_runs(chat: SlackStory) -> None:
    await chat.ops("alice", LINE)
    await chat.passes(1)
    chat.slack.remove(chat.slack.bot, CHANNEL)
    await ends(chat)
    (message,) = chat.living()
    assert chat.read(message).startswith("✅ Deploy passed")  # editing what it wrote needs no invitation


async def test_a_message_that_somebody_deleted_is_posted_anew(chat: SlackStory) -> None:
    await chat.ops("alice", LINE)
    await chat.passes(1)
    deleted(chat, chat.living()[0])
    await ends(chat)
    (message,) = chat.living()
    assert chat.read(message).startswith("✅ Deploy passed")
    assert len(chat.slack.called("chat.postMessage")) == 3  # it, it again, and its details


def deleted(chat: SlackStory, message: Seen) -> None:
    channel = chat.slack.where(message.channel)
    found = channel.find(message.ts)
    assert found is not None
    channel.remove(found)


async def ends(chat: SlackStory) -> None:
    """The run passes, and what is said about it has the time it needs."""
    await chat.github.runs[-1].play()
    await chat.passes(1)
    await chat.passes(10)
