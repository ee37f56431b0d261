"""Owns the proof that blocks lie within Slack's limits, for tests and for whoever doubts an operator's template.

It looks at finished blocks and knows nothing of how they were made. A kind of block or element that we do not write is
a fault: its limits are not known here. https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

Block = Mapping[str, Any]

MOST_BLOCKS: Final = 50
LONGEST_IN_ALL: Final = 13_200
"""Near this Slack answers `msg_blocks_too_long`, even when every block keeps to its own limit."""
LONGEST_TEXT: Final = 3_000
LONGEST_ID: Final = 255
LONGEST_LABEL: Final = 75
LONGEST_VALUE: Final = 2_000
LONGEST_URL: Final = 3_000
MOST_SMALL: Final = 10
MOST_BUTTONS: Final = 25
STYLES: Final = frozenset({None, "primary", "danger"})
CONFIRM: Final = {"title": 100, "text": 300, "confirm": 30, "deny": 30}

_URL: Final = re.compile(r"https?://[^\s<>|]+")
_BUTTON: Final = frozenset({"type", "action_id", "text", "value", "url", "style", "confirm"})


def faults(blocks: Sequence[Block]) -> list[str]:
    """What Slack would refuse, a sentence each; empty when nothing is wrong."""
    return [*_together(blocks), *(f"block {n}: {fault}" for n, one in enumerate(blocks, 1) for fault in _block(one))]


def _together(blocks: Sequence[Block]) -> Iterator[str]:
    if not 1 <= len(blocks) <= MOST_BLOCKS:
        yield f"{len(blocks)} blocks"
    length = len(json.dumps(blocks, ensure_ascii=False))
    if length > LONGEST_IN_ALL:
        yield f"{length} characters in all"
    yield from _doubled("block_id", blocks)


def _block(block: Block) -> Iterator[str]:
    look = _KINDS.get(block.get("type"))
    if look is None:
        yield f"unknown type {block.get('type')!r}"
        return
    if not len(block.get("block_id", "")) <= LONGEST_ID:
        yield "block_id is too long"
    yield from look(block)


def _section(block: Block) -> Iterator[str]:
    yield from _keys(block, frozenset({"type", "block_id", "text"}))
    yield from _text("text", block.get("text"), "mrkdwn", LONGEST_TEXT)


def _context(block: Block) -> Iterator[str]:
    yield from _keys(block, frozenset({"type", "block_id", "elements"}))
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= MOST_SMALL:
        yield f"{len(elements)} elements"
    for element in elements:
        yield from _text("element", element, "mrkdwn", LONGEST_TEXT)


def _actions(block: Block) -> Iterator[str]:
    yield from _keys(block, frozenset({"type", "block_id", "elements"}))
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= MOST_BUTTONS:
        yield f"{len(elements)} buttons"
    yield from _doubled("action_id", elements)
    for element in elements:
        yield from _button(element)


def _button(button: Block) -> Iterator[str]:
    yield from _keys(button, _BUTTON)
    if button.get("type") != "button":
        yield f"unknown element {button.get('type')!r}"
    if not 1 <= len(button.get("action_id", "")) <= LONGEST_ID:
        yield "action_id"
    yield from _text("label", button.get("text"), "plain_text", LONGEST_LABEL)
    if "value" in button and not 1 <= len(button["value"]) <= LONGEST_VALUE:
        yield f"a value of {len(button['value'])} characters"
    if "url" in button and not (_URL.fullmatch(button["url"]) and len(button["url"]) <= LONGEST_URL):
        yield "url"
    if button.get("style") not in STYLES:
        yield f"style {button['style']!r}"
    yield from _confirm(button.get("confirm"))


def _confirm(confirm: Block | None) -> Iterator[str]:
    if confirm is None:
        return
    yield from _keys(confirm, frozenset({*CONFIRM, "style"}))
    for part, longest in CONFIRM.items():
        yield from _text(f"confirm {part}", confirm.get(part), "plain_text", longest)
    if confirm.get("style") not in STYLES:
        yield f"confirm style {confirm['style']!r}"


def _text(name: str, text: Block | None, kind: str, longest: int) -> Iterator[str]:
    """A text object. What Slack would find and link by itself is turned off: emoji in plain text, names in mrkdwn."""
    if text is None or text.get("type") != kind:
        yield f"{name} is no {kind}"
        return
    if not 1 <= len(text["text"]) <= longest or not text["text"].strip():
        yield f"{name} has {len(text['text'])} characters"
    quiet = text.get("verbatim") is True if kind == "mrkdwn" else text.get("emoji") is False
    if not quiet or len(text) != 3:
        yield f"{name} lets Slack find more in it than is written"


def _keys(block: Block, known: frozenset[str]) -> Iterator[str]:
    unknown = block.keys() - known
    if unknown:
        yield f"unknown keys {sorted(unknown)}"


def _doubled(name: str, items: Sequence[Block]) -> Iterator[str]:
    counted = Counter(item[name] for item in items if name in item)
    yield from (f"{name} {value!r} stands twice" for value, number in counted.items() if number > 1)


_KINDS: Final[Mapping[Any, Callable[[Block], Iterator[str]]]] = {
    "section": _section,
    "context": _context,
    "actions": _actions,
}
