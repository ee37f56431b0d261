"""Buttons, menus, modals: only what is there can be pressed, and views live by their triggers."""

from typing import Any

import pytest

from bot.sandbox.slack import Impossible, SandboxSlack, Seen
from tests.sandbox.slack.support import Client, Listener
from tests.support.clock import FakeClock


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


OPTIONS = [{"text": plain(name.title()), "value": name} for name in ("staging", "production")]
SURE = {"title": plain("Sure?"), "text": plain("Really"), "confirm": plain("Yes"), "deny": plain("No")}
BLOCKS = [
    {
        "type": "actions",
        "block_id": "keys",
        "elements": [
            {"type": "button", "action_id": "cancel", "text": plain("Cancel"), "value": "K7QX2M", "confirm": SURE},
            {"type": "button", "action_id": "show", "text": plain("Show"), "url": "https://example.com"},
            {"type": "static_select", "action_id": "where", "options": OPTIONS},
        ],
    }
]
TROUBLE = "We had some trouble connecting. Try again?"
MODAL = {
    "type": "modal",
    "callback_id": "deploy",
    "title": plain("Deploy"),
    "submit": plain("Go"),
    "blocks": [
        {
            "type": "input",
            "block_id": "where",
            "label": plain("Where"),
            "element": {"type": "static_select", "action_id": "environment", "options": OPTIONS},
        },
        {
            "type": "input",
            "block_id": "why",
            "optional": True,
            "label": plain("Why"),
            "element": {"type": "plain_text_input", "action_id": "note"},
        },
    ],
}


async def posted(slack: SandboxSlack, client: Client) -> Seen:
    await client.call("chat.postMessage", channel=slack.channel("#deploys").id, text="Running", blocks=BLOCKS)
    return slack.seen_by("alice", "#deploys")[-1]


async def triggered(slack: SandboxSlack, listener: Listener) -> str:
    await slack.command("alice", "#deploys", "/ops deploy")
    return listener.heard[-1].form["trigger_id"]


async def test_a_press_says_which_button_of_which_message(
    slack: SandboxSlack, client: Client, listener: Listener
) -> None:
    message = await posted(slack, client)
    await slack.presses("bob", message, "cancel", confirm=True)
    payload = listener.heard[0].payload
    [action] = payload["actions"]
    assert listener.heard[0].headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert (action["action_id"], action["block_id"], action["value"]) == ("cancel", "keys", "K7QX2M")
    assert payload["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": False,
    }
    assert payload["message"]["ts"] == message.ts
    await slack.chooses("bob", message, "where", "production")
    assert listener.heard[1].payload["actions"][0]["selected_option"]["value"] == "production"


async def test_only_what_is_there_can_be_pressed(slack: SandboxSlack, client: Client, listener: Listener) -> None:
    message = await posted(slack, client)
    for action in ("cancel", "approve"):  # one asks first, the other is not there
        with pytest.raises(Impossible):
            await slack.presses("bob", message, action)
    with pytest.raises(Impossible):
        await slack.chooses("bob", message, "where", "moon")
    await client.call("chat.update", channel=message.channel, ts=message.ts, text="Done")
    with pytest.raises(Impossible):
        await slack.presses("bob", message, "cancel", confirm=True)
    await client.call("chat.delete", channel=message.channel, ts=message.ts)
    with pytest.raises(Impossible):
        await slack.presses("bob", message, "cancel", confirm=True)
    assert listener.heard == []


async def test_a_trigger_is_good_once_and_for_three_seconds(
    slack: SandboxSlack, client: Client, listener: Listener, clock: FakeClock
) -> None:
    trigger = await triggered(slack, listener)
    clock.advance(3)
    assert (await client.call("views.open", trigger_id=trigger, view=MODAL))["ok"]
    assert (await client.call("views.open", trigger_id=trigger, view=MODAL))["error"] == "exchanged_trigger_id"
    late = await triggered(slack, listener)
    clock.advance(3.001)
    assert (await client.call("views.open", trigger_id=late, view=MODAL))["error"] == "expired_trigger_id"
    assert (await client.call("views.open", trigger_id="1.2.3", view=MODAL))["error"] == "invalid_trigger_id"


async def opened(slack: SandboxSlack, client: Client, listener: Listener) -> dict[str, Any]:
    answer = await client.call("views.open", trigger_id=await triggered(slack, listener), view=MODAL)
    view = answer["view"]
    assert isinstance(view, dict)
    return view


async def test_a_submitted_view_closes(slack: SandboxSlack, client: Client, listener: Listener) -> None:
    told = await opened(slack, client, listener)
    [view] = slack.views_of("alice")
    await slack.submits("alice", view, {"environment": "staging"})
    payload = listener.heard[-1].payload
    assert payload["type"] == "view_submission"
    assert (payload["view"]["id"], payload["view"]["callback_id"]) == (told["id"], "deploy")
    values = payload["view"]["state"]["values"]
    assert values["where"]["environment"]["selected_option"]["value"] == "staging"
    assert values["why"] == {"note": {"type": "plain_text_input", "value": None}}
    assert slack.views_of("alice") == []


async def test_a_field_that_is_needed_has_to_be_filled_in(
    slack: SandboxSlack, client: Client, listener: Listener
) -> None:
    await opened(slack, client, listener)
    [view] = slack.views_of("alice")
    for values in ({}, {"environment": "moon"}, {"environment": "staging", "colour": "red"}):
        with pytest.raises(Impossible):
            await slack.submits("alice", view, values)
    assert slack.views_of("alice") == [view]


@pytest.mark.parametrize(
    ("answer", "errors", "titles"),
    [
        ({"response_action": "errors", "errors": {"where": "Locked"}}, {"where": "Locked"}, ["Deploy"]),
        ({"response_action": "errors", "errors": {"nowhere": "x"}}, {"": TROUBLE}, ["Deploy"]),
        ({"response_action": "update", "view": MODAL | {"title": plain("Next")}}, {}, ["Next"]),
        ({"response_action": "push", "view": MODAL | {"title": plain("Next")}}, {}, ["Deploy", "Next"]),
        ({"response_action": "clear"}, {}, []),
        ({"response_action": "dance"}, {"": TROUBLE}, ["Deploy"]),
    ],
)  # fmt: skip
async def test_the_answer_to_a_submission_decides(
    slack: SandboxSlack,
    client: Client,
    listener: Listener,
    answer: dict[str, Any],
    errors: dict[str, str],
    titles: list[str],
) -> None:
    await opened(slack, client, listener)
    [view] = slack.views_of("alice")
    listener.body = answer
    await slack.submits("alice", view, {"where": "staging"})
    assert view.errors == errors
    assert [each.sent["title"] for each in slack.views_of("alice")] == [plain(title) for title in titles]


async def test_a_view_is_updated_by_id_and_hash(slack: SandboxSlack, client: Client, listener: Listener) -> None:
    told = await opened(slack, client, listener)
    changed = MODAL | {"title": plain("Changed")}
    assert (await client.call("views.update", view_id=told["id"], view=changed, hash="old"))["error"] == "hash_conflict"
    assert (await client.call("views.update", view_id="V0", view=changed))["error"] == "not_found"
    assert (await client.call("views.update", view_id=told["id"], view=changed, hash=told["hash"]))["ok"]
    assert slack.views_of("alice")[0].sent == changed


async def test_a_button_in_a_view(slack: SandboxSlack, client: Client, listener: Listener) -> None:
    await client.call("views.publish", user_id=slack.person("alice").id, view={"type": "home", "blocks": BLOCKS})
    home = slack.home_of("alice")
    assert home is not None
    await slack.presses("alice", home, "show")
    payload = listener.heard[0].payload
    assert payload["container"] == {"type": "view", "view_id": home.id}
    assert payload["actions"][0]["url"] == "https://example.com"
    assert (await client.call("views.open", trigger_id=payload["trigger_id"], view=MODAL))["ok"]


async def test_closing_is_told_when_it_was_asked_for(slack: SandboxSlack, client: Client, listener: Listener) -> None:
    await opened(slack, client, listener)
    await slack.closes("alice", slack.views_of("alice")[0])
    assert [each for each in listener.heard if b"view_closed" in each.body] == []
    trigger = await triggered(slack, listener)
    await client.call("views.open", trigger_id=trigger, view=MODAL | {"notify_on_close": True})
    await slack.closes("alice", slack.views_of("alice")[0])
    assert listener.heard[-1].payload["type"] == "view_closed"
    assert slack.views_of("alice") == []


async def test_three_views_and_no_more(slack: SandboxSlack, client: Client, listener: Listener) -> None:
    await opened(slack, client, listener)
    with_button = MODAL | {"blocks": BLOCKS}
    await client.call("views.update", view_id=slack.views_of("alice")[0].id, view=with_button)
    for expected in (True, True, False):
        await slack.presses("alice", slack.views_of("alice")[-1], "show")
        trigger = listener.heard[-1].payload["trigger_id"]
        assert (await client.call("views.push", trigger_id=trigger, view=with_button))["ok"] is expected
    assert len(slack.views_of("alice")) == 3
    assert slack.views_of("alice")[2].previous_id == slack.views_of("alice")[1].id
