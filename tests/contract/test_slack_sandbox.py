"""What the sandbox Slack says has the keys and types of published payloads and answers.

Payloads it sends have everything that the samples have; answers of its Web API have nothing that the samples lack.
"""

import asyncio
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import msgspec
import pytest

from bot.sandbox.slack import SandboxSlack
from tests.contract.openapi import DATA

pytestmark = pytest.mark.skipif(DATA is None, reason="CONTRACT_DATA names no directory with Slack's samples")

Json = dict[str, Any]

# Keys of the samples that the sandbox does not send. Reviewed.
LEFT_OUT = {
    "authed_users": "deprecated in favour of authorizations, no longer sent",
}
FIELD = {
    "type": "input",
    "block_id": "hspI",
    "label": {"type": "plain_text", "text": "Label"},
    "optional": False,
    "element": {"type": "plain_text_input", "action_id": "maBWU"},
}
MODAL: Json = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "My App"},
    "submit": {"type": "plain_text", "text": "Submit"},
    "close": {"type": "plain_text", "text": "Cancel"},
    "private_metadata": "This is for you!",
    "callback_id": "view-id",
    "blocks": [FIELD],
}
BUTTON = {"type": "button", "action_id": "a", "value": "click", "text": {"type": "plain_text", "text": "Button"}}
BLOCKS = [{"type": "actions", "elements": [BUTTON]}]
HOME = {"type": "home", "blocks": BLOCKS}
SCOPES = (
    *(f"{kind}:{right}" for kind in ("channels", "groups", "im") for right in ("history", "read")),
    *("app_mentions:read", "chat:write", "commands", "im:write", "reactions:write", "users:read", "users:read.email"),
)


def sample(path: str) -> Json:
    decoded = msgspec.json.decode((Path(DATA or "") / "slack" / path).read_bytes())
    assert isinstance(decoded, dict)
    return decoded


class Story:
    """A client and what it was told, by method."""

    def __init__(self, slack: SandboxSlack, http: aiohttp.ClientSession) -> None:
        self.slack = slack
        self.http = http
        self.answers: dict[str, Json] = {}

    async def call(self, method: str, *, token: str | None = None, **arguments: Any) -> Json:
        headers = {"Authorization": f"Bearer {token or self.slack.app.bot_token}"}
        async with self.http.post(self.slack.url + method, json=arguments, headers=headers) as response:
            answer: Json = await response.json()
        assert answer["ok"], f"{method}: {answer}"
        self.answers[method] = answer
        return answer

    async def trigger(self) -> str:
        delivery = await self.slack.command("alice", "#deploys", "/ops help")
        assert delivery is not None
        return str(delivery.payload["trigger_id"])


async def messages(story: Story) -> None:
    place = story.slack.channel("#deploys").id
    posted = await story.call("chat.postMessage", channel=place, text="x", blocks=BLOCKS)
    await story.slack.presses("alice", story.slack.seen_by("alice", "#deploys")[-1], "a")
    alice = story.slack.person("alice").id
    await story.call("chat.postEphemeral", channel=place, user=alice, text="x", blocks=BLOCKS)
    await story.slack.presses("alice", story.slack.seen_by("alice", "#deploys")[-1], "a")
    await story.call("chat.update", channel=place, ts=posted["ts"], text="y")
    await story.call("chat.postMessage", channel=place, text="reply", thread_ts=posted["ts"])
    await story.call("chat.getPermalink", channel=place, message_ts=posted["ts"])
    await story.call("reactions.add", channel=place, timestamp=posted["ts"], name="eyes")
    await story.call("conversations.info", channel=place, include_num_members=True)
    await story.call("conversations.members", channel=place)
    await story.call("auth.test")
    await story.call("users.info", user=alice)


async def views(story: Story) -> None:
    opened = await story.call("views.open", trigger_id=await story.trigger(), view=MODAL)
    await story.call("views.update", view_id=opened["view"]["id"], view=MODAL)
    await story.slack.submits("alice", story.slack.views_of("alice")[0], {"maBWU": "test"})
    await story.slack.opens_home("alice")
    await story.call("views.publish", user_id=story.slack.person("alice").id, view=HOME)
    await story.slack.opens_home("alice")


async def everything_that_happens() -> tuple[list[Json], dict[str, Json]]:
    """A story in an organisation, in which each kind of payload and answer comes up."""
    slack = SandboxSlack(enterprise="Acme Org")
    events = ("app_home_opened", "app_mention", "app_uninstalled", "message.channels", "tokens_revoked")
    slack.register_app(request_url="http://127.0.0.1:9/nobody-listens", scopes=SCOPES, events=events)
    slack.channel("#deploys", members=["alice"])
    async with slack, aiohttp.ClientSession() as http:
        story = Story(slack, http)
        await messages(story)
        await views(story)
        await slack.mentions("alice", "#deploys", "@signalbox Hi there!")
        await slack.says("alice", "#deploys", "Hello World!")
        await slack.uninstalls()
        return [each.payload for each in slack.deliveries], story.answers


async def envelopes() -> Iterator[Json]:
    """The same over a socket: hello and one envelope of a kind."""
    slack, told = SandboxSlack(), []
    app = slack.register_app()
    slack.channel("#deploys", members=["alice"])
    async with slack, aiohttp.ClientSession() as http:
        story = Story(slack, http)
        opened = await story.call("apps.connections.open", token=app.app_token)
        socket = await http.ws_connect(opened["url"])
        told.append(await socket.receive_json())
        for act in (slack.command("alice", "#deploys", "/ops"), slack.mentions("alice", "#deploys", "@signalbox hi")):
            task: asyncio.Task[object] = asyncio.ensure_future(act)
            told.append(await socket.receive_json())
            await socket.send_json({"envelope_id": told[-1]["envelope_id"]})
            await task
    return iter(told)


def lacking(example: object, ours: object, at: str = "") -> Iterator[str]:
    """What the example has and ours has not, or has as another type."""
    if isinstance(example, dict) and isinstance(ours, dict):
        for key, value in example.items():
            if key not in LEFT_OUT and key not in ours:
                yield f"{at}.{key} is missing"
            elif key not in LEFT_OUT:
                yield from lacking(value, ours[key], f"{at}.{key}")
    elif isinstance(example, list) and isinstance(ours, list):
        if example and ours:
            yield from min((list(lacking(example[0], each, f"{at}[]")) for each in ours), key=len)
    elif example is not None and type(example) is not type(ours):
        yield f"{at} is {type(ours).__name__}, not {type(example).__name__}"


def invented(ours: object, example: object, at: str = "") -> Iterator[str]:
    """What ours has and the example, which has everything, has not."""
    if isinstance(ours, dict) and isinstance(example, dict) and example:
        for key, value in ours.items():
            if key not in example:
                yield f"{at}.{key}"
            elif key not in ("blocks", "errors"):
                yield from invented(value, example[key], f"{at}.{key}")
    elif isinstance(ours, list) and isinstance(example, list) and ours and example:
        yield from invented(ours[0], example[0], f"{at}[]")


def kind(payload: Json) -> str:
    if "command" in payload:
        return "slash_command"
    if payload["type"] == "event_callback":
        return str(payload["event"]["type"])
    is_ephemeral = payload.get("container", {}).get("is_ephemeral")
    return f"{payload['type']}{' ephemeral' if is_ephemeral else ''}"


@cache
def wrapper_schema() -> Json:
    """The schema is older than the end of `authed_users`."""
    schema = sample("events-api/slack_common_event_wrapper_schema.json")
    return schema | {"required": [each for each in schema["required"] if each not in LEFT_OUT]}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("slash_command", "slash_command/slash_command_body.json"),
        ("block_actions ephemeral", "block_actions/body.json"),
        ("block_actions ephemeral", "authorize/block_actions_body.json"),
        ("view_submission", "view_submission/body.json"),
        ("app_mention", "events_shared_channels/valid_event_body.json"),
        ("app_mention", "events_say_stream/org_app_mention_event_body.json"),
        ("message", "message/message_body.json"),
        ("app_home_opened", "events_org_apps/event_payload_2.json"),
        ("app_uninstalled", "events/app_uninstalled_body.json"),
        ("app_uninstalled", "events_token_revocations/event_payload.json"),
        ("tokens_revoked", "events/tokens_revoked_body.json"),
    ],
)
async def test_every_payload_has_the_keys_and_types_of_real_ones(name: str, path: str) -> None:
    payloads, _ = await everything_that_happens()
    example = sample(f"bolt-payloads/{path}")
    ours = [each for each in payloads if kind(each) == name]
    assert sorted(lacking([example.get("form", example)], ours)) == []
    assert ours


async def test_views_have_nothing_that_slack_does_not_know() -> None:
    payloads, _ = await everything_that_happens()
    event = next(each for each in payloads if kind(each) == "app_home_opened" and "view" in each["event"])
    example = sample("events/AppHomeOpenedPayload.json")["event"]["view"]
    assert set(invented(event["event"]["view"], example | {"blocks": []})) == set()
    submitted = next(each for each in payloads if kind(each) == "view_submission")
    assert set(invented(submitted, sample("payload-samples/views/ViewSubmissionPayload.json"))) <= {
        ".response_urls",
        ".view.blocks",
    }


async def test_envelopes_are_like_real_ones() -> None:
    hello, command, event = await envelopes()
    examples = sample("socket-mode/envelopes.json")
    real = {each["type"]: each for each in reversed(examples["envelopes"])}
    assert sorted(lacking(examples["hello"], hello)) == []
    assert sorted(lacking(real["slash_commands"], command)) == []
    assert sorted(lacking(real["events_api"], event)) == []


async def test_events_are_wrapped_as_the_schema_says() -> None:
    payloads, _ = await everything_that_happens()
    events = [each for each in payloads if each.get("type") == "event_callback"]
    assert len(events) >= 6
    for each in events:
        jsonschema.validate(each, wrapper_schema())


async def test_no_answer_has_a_key_that_slack_does_not_know() -> None:
    _, answers = await everything_that_happens()
    folder = Path(DATA or "") / "slack" / "web-api-responses"
    known = {name: answer for name, answer in answers.items() if (folder / f"{name}.json").exists()}
    assert len(known) >= 11
    found = {name: sorted(invented(answer, sample(f"web-api-responses/{name}.json"))) for name, answer in known.items()}
    assert {name: keys for name, keys in found.items() if keys} == {}


async def test_the_comparison_finds_what_is_wrong() -> None:
    payloads, answers = await everything_that_happens()
    command = next(each for each in payloads if kind(each) == "slash_command")
    example = sample("bolt-payloads/slash_command/slash_command_body.json")["form"]
    assert list(lacking(example, command | {"text": 7})) == [".text is int, not str"]
    assert list(lacking(example, {key: value for key, value in command.items() if key != "text"})) == [
        ".text is missing"
    ]
    assert list(invented(answers["auth.test"] | {"nonsense": 1}, sample("web-api-responses/auth.test.json"))) == [
        ".nonsense"
    ]
