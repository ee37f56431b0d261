"""Who may ask in Slack (T21): members who are linked; guests and people from elsewhere where the channel lets them."""

from __future__ import annotations

import dataclasses

import pytest

from bot.model.people import GitHubAccount, Person
from bot.model.slack import SlackAccount
from bot.sandbox.slack import Person as SlackPerson
from bot.sandbox.slack import Workspace
from tests.support.slack_story import CHANNEL, SlackStory

LINE = "run acme/shop#1 deploy.yml environment=staging"
ALLOW = "Next: To allow it, somebody who maintains the repository can type `/ops use owner/repo guests=true`."
GUEST = f"⛔ Refused: Guests can not use Signalbox in this channel.\n\n{ALLOW}"
EXTERNAL = f"⛔ Refused: People from other workspaces can not use Signalbox in this channel.\n\n{ALLOW}"
NOT_LINKED = (
    "🔗 I do not know who you are on GitHub yet, so I can not tell what you may do there.\n\n"
    "Next: press the button and sign in to GitHub. Then type `/ops {}` again.\n\n"
    "Only you see this. The button works once, for 10 minutes.\n\n[Link my GitHub account]"
)
OFFERED = (
    "🔗 Link your Slack account to your GitHub account: press the button and sign in to GitHub.\n\n"
    "Only you see this. The button works once, for 10 minutes.\n\n[Link my GitHub account]"
)
UNKNOWN = (
    "⛔ Refused: Slack does not say who you are, so nothing was done.\n\n"
    "Next: Type it again in a minute; if it stays so, tell whoever runs Signalbox."
)
NOT_FOUND = (
    "⛔ Not found: what `/ops {}` names does not exist, or it is not visible to you (`not_found`).\n\n"
    "Next: Check the name; if it is right, ask an admin of the repository for access."
)


async def links(chat: SlackStory, user: SlackPerson, login: str) -> None:
    """This user has proven to be `login` on GitHub, whatever their name and home in Slack."""
    async with chat.bot.units.write() as unit:
        github, slack = await unit.connections.by_name("github"), await unit.connections.by_name("slack")
        assert github is not None
        assert slack is not None
        account = GitHubAccount(connection=github.id, id=chat.github.person(login).id, login=login)
        person = await unit.people.by_github(account)
        if person is None:
            person = Person(id=chat.bot.mint.id(), github=account)
            await unit.people.add(person, chat.clock.now())
        home = SlackAccount(connection=slack.id, home=user.workspace.id, user=user.id, name=user.name)
        await unit.links.add_slack(person.id, home, method="browser", at=chat.clock.now())


def whispered(chat: SlackStory, who: SlackPerson, channel: str = CHANNEL) -> list[str]:
    seen = chat.slack.seen_by(who, channel)
    return [chat.read(each) for each in seen if each.author == "signalbox" and each.ephemeral]


async def asks(chat: SlackStory, who: SlackPerson, words: str, channel: str = CHANNEL) -> list[str]:
    """By mention, which works across workspaces; what this person alone is told."""
    before = len(whispered(chat, who, channel))
    await chat.slack.mentions(who, channel, f"@signalbox {words}")
    await chat.settle()
    await chat.passes(4)
    return whispered(chat, who, channel)[before:]


async def test_somebody_who_is_not_linked_gets_a_private_button(chat: SlackStory) -> None:
    await chat.ops("tara", LINE)
    assert chat.whispers("tara") == [NOT_LINKED.format(LINE)]
    await chat.ops("tara", "status acme/never")
    assert chat.whispers("tara")[1:] == [NOT_LINKED.format("status acme/never")]
    assert (chat.living(), chat.github.dispatched) == ([], [])


@pytest.mark.parametrize("single_channel", [False, True])
async def test_t21_guests_need_a_link_and_the_channels_leave(chat: SlackStory, single_channel: bool) -> None:
    gus = chat.slack.person("gus", guest=True, single_channel_guest=single_channel)
    chat.slack.channel(CHANNEL, members=[gus])
    chat.repository.role("gus", "write")
    assert await asks(chat, gus, LINE) == [GUEST]
    assert await asks(chat, gus, "link") == [OFFERED]
    await links(chat, gus, "gus")
    assert await asks(chat, gus, LINE) == [GUEST]

    await chat.ops("bob", "use acme/shop")
    assert await asks(chat, gus, LINE) == [GUEST]
    await chat.ops("bob", "use acme/shop guests=true")
    assert await asks(chat, gus, LINE) == []
    assert len(chat.github.dispatched) == 1
    await chat.ops("bob", "use acme/shop guests=false")
    assert await asks(chat, gus, LINE) == [GUEST]
    assert len(chat.github.dispatched) == 1


async def test_t21_the_channels_leave_is_for_its_repository_alone(chat: SlackStory) -> None:
    gus = chat.slack.person("gus", guest=True)
    chat.slack.channel(CHANNEL, members=[gus])
    await links(chat, gus, "gus")
    chat.repository.role("gus", "write")
    chat.github.repository("acme/vault", private=True, roles={"gus": "admin"})
    await chat.ops("bob", "use acme/shop guests=true")
    for name in ("acme/vault", "acme/never"):
        assert await asks(chat, gus, f"status {name}") == [NOT_FOUND.format(f"status {name}")]
        assert await asks(chat, gus, f"help {name}") == [NOT_FOUND.format(f"help {name}")]
    await chat.ops("gus", "use acme/vault guests=true")
    await chat.passes(3)
    assert whispered(chat, gus)[-1] == NOT_FOUND.format("use acme/vault guests=true")


async def test_t21_people_of_another_workspace(chat: SlackStory) -> None:
    other = chat.slack.workspace("partner")
    zoe = chat.slack.person("zoe", workspace=other)
    both = chat.slack.channel("#both", members=["alice", "bob", zoe], shared_with=[other]).id
    chat.repository.role("zoe", "write")
    assert await asks(chat, zoe, LINE, both) == [EXTERNAL]
    assert await asks(chat, zoe, "link", both) == [OFFERED]
    await links(chat, zoe, "zoe")
    assert await asks(chat, zoe, LINE, both) == [EXTERNAL]
    await chat.ops("bob", "use acme/shop guests=false", both)
    assert await asks(chat, zoe, LINE, both) == [EXTERNAL]
    assert chat.github.dispatched == []
    await chat.ops("bob", "use acme/shop guests=true", both)
    assert await asks(chat, zoe, LINE, both) == []
    assert len(chat.github.dispatched) == 1


async def test_t21_a_namesake_elsewhere_is_somebody_else(chat: SlackStory) -> None:
    other = chat.slack.workspace("partner")
    double = chat.slack.person("alice", workspace=other)
    both = chat.slack.channel("#both", members=["bob", double], shared_with=[other]).id
    await chat.ops("bob", "use acme/shop guests=true", both)
    assert await asks(chat, double, LINE, both) == [NOT_LINKED.format(LINE)]
    assert chat.github.dispatched == []


async def test_t21_bots_are_ignored(chat: SlackStory) -> None:
    robot = chat.slack.person("robot", bot=True)
    chat.slack.channel(CHANNEL, members=[robot])
    await links(chat, robot, "alice")
    for words in (LINE, "help", "link"):
        assert await asks(chat, robot, words) == []
    assert (chat.living(), chat.github.dispatched) == ([], [])
    assert chat.slack.called("chat.postMessage") == chat.slack.called("chat.postEphemeral") == []


async def test_t21_whoever_was_deactivated_meanwhile_is_refused(chat: SlackStory) -> None:
    chat.slack.outbox.patience = 5
    alice = chat.slack.person("alice")
    await chat.slack.command("alice", CHANNEL, "/ops help")
    delivery = chat.slack.deliveries[-1]
    await chat.settle()
    alice.deleted = True
    await chat.passes(61)
    again = dataclasses.replace(
        delivery, payload={**delivery.payload, "trigger_id": "1.2.late", "text": LINE}, attempts=[]
    )
    await chat.slack.resends(again)
    await chat.settle()
    assert chat.whispers("alice")[-1] == (
        "⛔ Refused: Your Slack account is deactivated.\n\nNext: Ask an admin of your workspace."
    )
    assert chat.github.dispatched == []


@pytest.mark.parametrize("word", ["user_not_found", "user_not_visible"])
async def test_t21_slack_does_not_know_who_it_is(chat: SlackStory, word: str) -> None:
    chat.slack.faults.error(word, "users.info", times=9)
    await chat.ops("alice", LINE)
    assert chat.whispers("alice") == [UNKNOWN]
    assert chat.github.dispatched == []


async def test_t21_an_unknown_home_refuses(chat: SlackStory) -> None:
    alice = chat.slack.person("alice")
    alice.workspace = Workspace(id="", name="nowhere", domain="nowhere")
    assert await asks(chat, alice, LINE) == [UNKNOWN]
    assert chat.github.dispatched == []


async def test_t21_another_home_is_another_person(chat: SlackStory) -> None:
    """The link holds for the account at its home; the same id elsewhere proves nothing."""
    await chat.ops("bob", "use acme/shop guests=true")
    alice = chat.slack.person("alice")
    alice.workspace = chat.slack.workspace("partner")
    assert await asks(chat, alice, LINE) == [NOT_LINKED.format(LINE)]
    assert chat.github.dispatched == []
