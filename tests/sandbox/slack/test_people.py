"""Channels and people as the Web API tells of them: members, guests, strangers, the deactivated."""

from bot.sandbox.slack import SandboxSlack
from tests.sandbox.slack.support import Client


async def test_guests_bots_and_the_deactivated(slack: SandboxSlack, client: Client) -> None:
    people = {
        "guest": slack.person("guest", guest=True),
        "single": slack.person("single", single_channel_guest=True),
        "robot": slack.person("robot", bot=True),
        "gone": slack.person("gone", deactivated=True),
    }
    told = {name: (await client.call("users.info", user=person.id))["user"] for name, person in people.items()}
    assert (told["guest"]["is_restricted"], told["guest"]["is_ultra_restricted"]) == (True, False)
    assert (told["single"]["is_restricted"], told["single"]["is_ultra_restricted"]) == (True, True)
    assert told["robot"]["is_bot"]
    assert told["gone"]["deleted"]
    assert "is_restricted" not in told["gone"]  # Slack says nothing about it any more
    assert (await client.call("users.info", user="U0NOBODY"))["error"] == "user_not_found"


async def test_an_address_needs_its_own_scope(slack: SandboxSlack, client: Client) -> None:
    alice = slack.person("alice")
    assert "email" not in (await client.call("users.info", user=alice.id))["user"]["profile"]
    slack.install(slack.app, slack.home, scopes=["users:read.email"])
    assert (await client.call("users.info", user=alice.id))["user"]["profile"]["email"] == "alice@acme.example"


async def test_somebody_of_another_workspace_is_a_stranger(slack: SandboxSlack, client: Client) -> None:
    other = slack.workspace("partner")
    zoe = slack.person("zoe", workspace=other)
    assert (await client.call("users.info", user=zoe.id))["error"] == "user_not_found"
    shared = slack.channel("#shared", shared_with=[other], members=[zoe])
    told = (await client.call("users.info", user=zoe.id))["user"]
    assert (told["is_stranger"], told["team_id"]) == (True, other.id)
    info = (await client.call("conversations.info", channel=shared.id))["channel"]
    assert (info["is_ext_shared"], info["shared_team_ids"]) == (True, [slack.home.id, other.id])
    assert info["context_team_id"] == info["conversation_host_id"] == slack.home.id


async def test_each_workspace_knows_its_own(slack: SandboxSlack, client: Client) -> None:
    other = slack.workspace("partner", enterprise="Partner Org")
    token = slack.install(slack.app, other).token.text
    assert (await client.call("conversations.info", channel=slack.channel("#deploys").id, token=token))[
        "error"
    ] == "channel_not_found"
    zoe = slack.person("zoe", workspace=other)
    told = (await client.call("users.info", user=zoe.id, token=token))["user"]
    assert zoe.id.startswith("W")
    assert told["enterprise_user"]["enterprise_id"] == (await client.call("auth.test", token=token))["enterprise_id"]


async def test_channels_are_known_by_membership(slack: SandboxSlack, client: Client) -> None:
    random, secret = slack.channel("#random"), slack.channel("#secret")
    assert (await client.call("conversations.info", channel=random.id))["channel"]["is_member"] is False
    assert (await client.call("conversations.info", channel=secret.id))["error"] == "channel_not_found"
    assert (await client.call("conversations.history", channel=random.id))["error"] == "not_in_channel"
    members = await client.call("conversations.members", channel=slack.channel("#deploys").id)
    assert set(members["members"]) == {slack.person("alice").id, slack.person("bob").id, slack.bot.id}
    first = await client.call("conversations.members", channel=slack.channel("#deploys").id, limit=2)
    rest = await client.call(
        "conversations.members",
        channel=slack.channel("#deploys").id,
        limit=2,
        cursor=first["response_metadata"]["next_cursor"],
    )
    assert sorted(first["members"] + rest["members"]) == members["members"]
    assert rest["response_metadata"]["next_cursor"] == ""


async def test_whose_channels(slack: SandboxSlack, client: Client) -> None:
    found = await client.call("users.conversations", types="public_channel,private_channel")
    assert [each["name"] for each in found["channels"]] == ["deploys"]
    bob = await client.call("users.conversations", user=slack.person("bob").id, types="public_channel,private_channel")
    assert [each["name"] for each in bob["channels"]] == ["deploys"]  # the private one without the bot is not told


async def test_a_direct_message_is_opened_once(slack: SandboxSlack, client: Client) -> None:
    alice = slack.person("alice")
    first = await client.call("conversations.open", users=alice.id, return_im=True)
    assert (first["channel"]["is_im"], first["channel"]["user"]) == (True, alice.id)
    again = await client.call("conversations.open", users=alice.id)
    assert again == {"ok": True, "no_op": True, "already_open": True, "channel": {"id": first["channel"]["id"]}}
    for user, error in (("U0NOBODY", "user_not_found"), (slack.bot.id, "cannot_dm_bot")):
        assert (await client.call("conversations.open", users=user))["error"] == error


async def test_reactions_are_counted(slack: SandboxSlack, client: Client) -> None:
    message = await slack.says("alice", "#deploys", "ship it")
    asked = {"channel": slack.channel("#deploys").id, "timestamp": message.ts}
    assert (await client.call("reactions.add", name="eyes", **asked))["ok"]
    assert (await client.call("reactions.add", name="eyes", **asked))["error"] == "already_reacted"
    told = await client.call("reactions.get", **asked)
    assert told["message"]["reactions"] == [{"name": "eyes", "users": [slack.bot.id], "count": 1}]
    assert slack.seen_by("alice", "#deploys")[0].reactions == {"eyes": 1}
