"""Block Kit's limits: what Slack refuses, the sandbox refuses, with a pointer to the place."""

from typing import Any

import pytest

from bot.sandbox.slack import Refused
from bot.sandbox.slack.blocks import check_blocks, check_view

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def section(text: str = "x", **more: Any) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(**more: Any) -> Block:
    return {"type": "button", "text": plain("Go")} | more


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def option(value: str = "a", **more: Any) -> Block:
    return {"text": plain("A"), "value": value} | more


def select(**more: Any) -> Block:
    return {"type": "static_select", "action_id": "s", "options": [option()]} | more


def confirm(**more: Any) -> Block:
    dialog = {"title": plain("Sure?"), "text": plain("Really"), "confirm": plain("Yes"), "deny": plain("No")}
    return button(confirm=dialog | more)


def modal(*blocks: Block, **more: Any) -> Block:
    return {"type": "modal", "title": plain("Deploy"), "submit": plain("Go"), "blocks": list(blocks)} | more


FIELD = {"type": "input", "label": plain("Ref"), "element": {"type": "plain_text_input", "action_id": "ref"}}

GOOD: list[list[Block]] = [
    [section("x" * 3000)] * 4,
    [{"type": "divider"}] * 50,
    [{"type": "header", "text": plain("x" * 150)}],
    [{"type": "section", "fields": [plain("x" * 1300)] * 10}],
    [{"type": "context", "elements": [plain("x")] * 10}],
    [actions(*[button(action_id=f"b{n}") for n in range(25)])],
    [actions(button(text=plain("x" * 75), value="x" * 2000, url="x" * 3000, action_id="x" * 255, style="danger"))],
    [actions(confirm(title=plain("x" * 100), text=plain("x" * 300), confirm=plain("x" * 30), deny=plain("x" * 30)))],
    [section(accessory=select(options=[option(f"v{n}") for n in range(100)], placeholder=plain("x" * 150)))],
    [section(accessory={"type": "overflow", "action_id": "o", "options": [option()] * 5})],
    [actions(button(action_id="same")) | {"block_id": "one"}, actions(button(action_id="same")) | {"block_id": "two"}],
    [section("<!channel> <@U1>")],
    [{"type": "markdown", "text": "x" * 12_000}],
    [FIELD],
]


@pytest.mark.parametrize("blocks", GOOD)
def test_what_is_within_the_limits_is_taken_as_it_is(blocks: list[Block]) -> None:
    assert list(check_blocks(blocks)) == blocks


def under(most: int) -> str:
    return f"must be less than {most} characters"


BAD: list[tuple[list[Block], str, str]] = [
    ([section("x" * 3001)], under(3001), "/blocks/0/text/text"),
    ([section("")], "must be more than 0 characters", "/blocks/0/text/text"),
    ([{"type": "divider"}] * 51, "no more than 50 items allowed", "/blocks"),
    ([{"type": "header", "text": plain("x" * 151)}], under(151), "/blocks/0/text/text"),
    ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "unsupported type: mrkdwn", "/blocks/0/text/type"),
    ([{"type": "section", "fields": [plain("x")] * 11}], "no more than 10 items allowed", "/blocks/0/fields"),
    ([{"type": "section", "fields": [plain("x" * 2001)]}], under(2001), "/blocks/0/fields/0/text"),
    ([{"type": "section"}], "must provide at least one of text, fields", "/blocks/0"),
    ([{"type": "context", "elements": [plain("x")] * 11}], "no more than 10 items allowed", "/blocks/0/elements"),
    ([{"type": "context", "elements": []}], "no less than 1 items allowed", "/blocks/0/elements"),
    ([{"type": "context", "elements": [button()]}], "unsupported type: button", "/blocks/0/elements/0/type"),
    ([actions(*[button(action_id=f"b{n}") for n in range(26)])], "no more than 25 items allowed", "/blocks/0/elements"),
    ([actions(button(text=plain("x" * 76)))], under(76), "/blocks/0/elements/0/text/text"),
    ([actions(button(value="x" * 2001))], under(2001), "/blocks/0/elements/0/value"),
    ([actions(button(url="x" * 3001))], under(3001), "/blocks/0/elements/0/url"),
    ([actions(button(action_id="x" * 256))], under(256), "/blocks/0/elements/0/action_id"),
    ([actions(button(style="green"))], "must be a valid enum value: primary, danger", "/blocks/0/elements/0/style"),
    ([actions(button(colour="red"))], "invalid additional property: colour", "/blocks/0/elements/0"),
    ([actions({"type": "button"})], "missing required field: text", "/blocks/0/elements/0"),
    ([actions({"type": "lever"})], "unsupported type: lever", "/blocks/0/elements/0/type"),
    ([actions(confirm(title=plain("x" * 101)))], under(101), "/blocks/0/elements/0/confirm/title/text"),
    ([actions(confirm(text=plain("x" * 301)))], under(301), "/blocks/0/elements/0/confirm/text/text"),
    ([actions(confirm(confirm=plain("x" * 31)))], under(31), "/blocks/0/elements/0/confirm/confirm/text"),
    ([actions(confirm(deny=plain("x" * 31)))], under(31), "/blocks/0/elements/0/confirm/deny/text"),
    ([actions(select(options=[option()] * 101))], "no more than 100 items allowed", "/blocks/0/elements/0/options"),
    ([actions(select(options=[option("x" * 151)]))], under(151), "/blocks/0/elements/0/options/0/value"),
    ([actions(select(options=[option(text=plain("x" * 76))]))], under(76), "/blocks/0/elements/0/options/0/text/text"),
    (
        [actions({"type": "static_select"})],
        "must provide exactly one of options, option_groups",
        "/blocks/0/elements/0",
    ),
    ([section(block_id="x" * 256)], under(256), "/blocks/0/block_id"),
    ([section(block_id="a"), section(block_id="a")], "block_id a is not unique", "/blocks/1/block_id"),
    (
        [actions(button(action_id="a"), button(action_id="a"))],
        "action_id a is not unique within the block",
        "/blocks/0",
    ),
    ([section(text_colour="red")], "invalid additional property: text_colour", "/blocks/0"),
    ([{"text": plain("x")}], "missing required field: type", "/blocks/0"),
    ([{"type": "poem"}], "unsupported type: poem", "/blocks/0/type"),
    ([{"type": "section", "text": {"type": "mrkdwn", "text": 7}}], "must be a string", "/blocks/0/text/text"),
    ([{"type": "section", "text": plain("x") | {"emoji": "yes"}}], "must be a boolean", "/blocks/0/text/emoji"),
]


@pytest.mark.parametrize(("blocks", "words", "at"), BAD, ids=[f"{words} {at}" for _, words, at in BAD])
def test_what_is_beyond_them_is_named(blocks: list[Block], words: str, at: str) -> None:
    with pytest.raises(Refused) as caught:
        check_blocks(blocks)
    assert caught.value.body["error"] == "invalid_blocks"
    assert caught.value.body["response_metadata"] == {"messages": [f"[ERROR] {words} [json-pointer:{at}]"]}


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        ([section("x" * 2641)] * 5, "msg_blocks_too_long"),
        ({"type": "divider"}, "invalid_blocks_format"),
        (["divider"], "invalid_blocks_format"),
    ],
)
def test_what_is_wrong_as_a_whole(blocks: object, error: str) -> None:
    with pytest.raises(Refused, match=error):
        check_blocks(blocks)


def test_all_the_text_together_has_a_limit() -> None:
    assert len(check_blocks([section("x" * 2640)] * 5)) == 5


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (modal(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (modal(submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
        (modal(close=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
        (modal(private_metadata="x" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        (modal(callback_id="x" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
        (modal(*[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (modal(colour="red"), "invalid additional property: colour [json-pointer:/view]"),
        ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
        (
            {"type": "home", "title": plain("x"), "blocks": []},
            "invalid additional property: title [json-pointer:/view]",
        ),
        ({"type": "tab", "blocks": []}, "must be a valid enum value: modal, home [json-pointer:/view/type]"),
        (
            {"type": "modal", "title": plain("x"), "blocks": [FIELD]},
            "`submit` is required when an `input` block is present [json-pointer:/view]",
        ),
    ],
)
def test_views_have_limits_of_their_own(view: Block, words: str) -> None:
    with pytest.raises(Refused) as caught:
        check_view(view)
    assert caught.value.body["error"] == "invalid_arguments"
    assert caught.value.messages == (words,)


def test_a_modal_within_them_is_fine() -> None:
    view = modal(*[{"type": "divider"}] * 99, FIELD, private_metadata="x" * 3000, title=plain("x" * 24))
    assert check_view(view) == view
