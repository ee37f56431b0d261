"""Owns the judgement on a whole message or view: every block, unique ids, and all the text together.

https://docs.slack.dev/reference/block-kit/blocks
"""

from collections.abc import Iterator, Sequence
from typing import Final, NoReturn

from bot.sandbox.slack.blocks.elements import ELEMENTS, ID, IMAGE, PRESSED, SELECTED, TYPED, plain, written
from bot.sandbox.slack.blocks.rules import (
    Complain,
    Rule,
    anything,
    both,
    by_type,
    flag,
    one_of,
    only,
    several,
    shape,
    text,
)
from bot.sandbox.slack.refusals import Refused

Json = dict[str, object]
MESSAGE_BLOCKS: Final = 50
VIEW_BLOCKS: Final = 100
# Not in the reference: all text together fails near here. https://github.com/slackapi/bolt-js/issues/2509
ALL_TEXT: Final = 13_200
MARKDOWN_TEXT: Final = 12_000


def words_or_fields(value: object, at: str, complain: Complain) -> None:
    if isinstance(value, dict) and not {"text", "fields"} & value.keys():
        complain("must provide at least one of text, fields", at)


BLOCKS: Final[dict[str, Rule]] = {
    "section": both(
        shape(
            None,
            block_id=ID,
            text=written(3000),
            fields=several(written(2000), most=10),
            accessory=only(ELEMENTS, ("image", *PRESSED, *SELECTED)),
            expand=flag,
        ),
        words_or_fields,
    ),
    "header": shape({"text": plain(150)}, block_id=ID),
    "divider": shape(None, block_id=ID),
    "context": shape(
        {"elements": several(by_type({"image": IMAGE, "plain_text": written(3000), "mrkdwn": written(3000)}), most=10)},
        block_id=ID,
    ),
    "actions": shape({"elements": several(only(ELEMENTS, (*PRESSED, *SELECTED)), most=25)}, block_id=ID),
    "image": shape({"image_url": text(3000), "alt_text": text(2000)}, block_id=ID, title=plain(2000)),
    "input": shape(
        {"label": plain(2000), "element": only(ELEMENTS, (*TYPED, *SELECTED, *PRESSED[2:]))},
        block_id=ID,
        hint=plain(2000),
        optional=flag,
        dispatch_action=flag,
    ),
    "rich_text": shape({"elements": anything}, block_id=ID),
    "markdown": shape({"text": text(MARKDOWN_TEXT)}, block_id=ID),
}
IN_VIEWS: Final = {name: rule for name, rule in BLOCKS.items() if name != "markdown"}
MESSAGE: Final = several(by_type(BLOCKS), most=MESSAGE_BLOCKS, least=0)
VIEW: Final = several(by_type(IN_VIEWS), most=VIEW_BLOCKS, least=0)
HOME: Final[Rule] = shape({"blocks": VIEW}, private_metadata=text(3000, least=0), callback_id=ID, external_id=ID)
MODAL: Final[Rule] = shape(
    {"title": plain(24), "blocks": VIEW},
    submit=plain(24),
    close=plain(24),
    private_metadata=text(3000, least=0),
    callback_id=text(255, least=0),
    external_id=text(255, least=0),
    clear_on_close=flag,
    notify_on_close=flag,
    submit_disabled=flag,
)


class Complaints:
    """Everything that is wrong, in Slack's form."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def __call__(self, message: str, at: str) -> None:
        self.messages.append(f"{message} [json-pointer:{at}]")


def check_blocks(value: object) -> tuple[Json, ...]:
    """The blocks of a message. Raises Refused: `invalid_blocks_format`, `invalid_blocks`, `msg_blocks_too_long`."""
    if not isinstance(value, list) or not all(isinstance(block, dict) for block in value):
        raise Refused("invalid_blocks_format")
    complaints = Complaints()
    MESSAGE(value, "/blocks", complaints)
    unique(value, "/blocks", complaints)
    if complaints.messages:
        raise Refused("invalid_blocks", messages=complaints.messages)
    if sum(len(each) for each in texts(value)) > ALL_TEXT:
        raise Refused("msg_blocks_too_long")
    return tuple(value)


def check_view(value: object, *, kinds: Sequence[str] = ("modal", "home")) -> Json:
    """A modal or a Home. Raises Refused: `invalid_arguments`."""
    if not isinstance(value, dict):
        not_a_view("must provide an object")
    complaints = Complaints()
    one_of(*kinds)(value.get("type"), "/view/type", complaints)
    if not complaints.messages:
        (MODAL if value["type"] == "modal" else HOME)(value, "/view", complaints)
        blocks = value.get("blocks")
        unique(blocks if isinstance(blocks, list) else [], "/view/blocks", complaints)
        needs_submit(value, complaints)
    if complaints.messages:
        raise Refused("invalid_arguments", messages=complaints.messages)
    return value


def not_a_view(message: str) -> NoReturn:
    raise Refused("invalid_arguments", messages=[f"{message} [json-pointer:/view]"])


def needs_submit(view: Json, complain: Complain) -> None:
    """A modal with a field to fill in has a button to send it."""
    blocks = view.get("blocks")
    inputs = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if view["type"] == "modal" and inputs and "submit" not in view:
        complain("`submit` is required when an `input` block is present", "/view")


def unique(blocks: Sequence[object], at: str, complain: Complain) -> None:
    """No `block_id` twice, and no `action_id` twice within one block."""
    seen: set[object] = set()
    for index, block in enumerate(blocks):
        if not isinstance(block, dict):
            continue
        if isinstance(block.get("block_id"), str) and block["block_id"] in seen:
            complain(f"block_id {block['block_id']} is not unique", f"{at}/{index}/block_id")
        seen |= {block["block_id"]} if isinstance(block.get("block_id"), str) else set()
        actions = list(action_ids(block))
        for action in {each for each in actions if actions.count(each) > 1}:
            complain(f"action_id {action} is not unique within the block", f"{at}/{index}")


def action_ids(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("action_id"), str):
            yield node["action_id"]
        for inside in node.values():
            yield from action_ids(inside)
    elif isinstance(node, list):
        for inside in node:
            yield from action_ids(inside)


def texts(node: object) -> Iterator[str]:
    """Every text in the blocks, wherever it stands."""
    if isinstance(node, dict):
        for key, inside in node.items():
            if key == "text" and isinstance(inside, str):
                yield inside
            else:
                yield from texts(inside)
    elif isinstance(node, list):
        for inside in node:
            yield from texts(inside)
