"""Owns the way from mrkdwn paragraphs and buttons to a Slack message within Slack's limits.

A paragraph becomes a section, one whose lines begin with `-# ` a line of small print, the buttons stand at the end.
`verbatim` keeps Slack from making links of names and addresses that it finds in the text:
https://docs.slack.dev/reference/block-kit/composition-objects/text-object
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.model.message import Button, SlackText
from bot.render.markdown import shortened, visible
from bot.render.mrkdwn import FENCE, cut_line, inert

Block = Mapping[str, Any]

LONGEST_SECTION: Final = 2_990
LONGEST_MESSAGE: Final = 12_000
"""Characters of all blocks together, as JSON. Slack refuses from about 13,200 on."""
MOST_BLOCKS: Final = 48
"""Of 50: the buttons and the line that says how much was left out come on top."""
LONGEST_FALLBACK: Final = 300
MOST_BUTTONS: Final = 25
LONGEST_LABEL: Final = 75
LONGEST_VALUE: Final = 2_000
LONGEST_QUESTION: Final = 300
LONGEST_ANSWER: Final = 30

SMALL: Final = "-# "

_BETWEEN: Final = re.compile(r"\n(?:[ \t]*\n)+")
_CODE: Final = re.compile(r"`([^`\n]*)`")
_LABELLED: Final = re.compile(r"<(?![@])[^<>|]*\|([^<>]*)>")
_MARKED: Final = re.compile(r"(?<![A-Za-z0-9])([*_~])(\S(?:[^\n]*?\S)?)\1(?![A-Za-z0-9])")


def slack_text(mrkdwn: str, buttons: Sequence[Button]) -> SlackText:
    """The message of these paragraphs, which are separated by empty lines. Raises `ValueError` if there are none."""
    paragraphs = [part for part in _BETWEEN.split(mrkdwn.strip()) if part.strip()]
    if not paragraphs:
        raise ValueError("a message for Slack needs words")
    ending = [_actions(buttons)] if buttons else []
    blocks = [one for paragraph in paragraphs for one in _blocks(paragraph)]
    return SlackText(text=fallback(paragraphs[0]), blocks=(*_fitting(blocks, ending), *ending))


def fallback(paragraph: str) -> str:
    """A paragraph in plain words, for notifications. It stays escaped: Slack reads this text as mrkdwn too."""
    words = " ".join(paragraph.removeprefix(SMALL).replace(f"\n{SMALL}", " ").replace(FENCE, " ").split())
    words = _CODE.sub(lambda span: inert(span[1]), _LABELLED.sub(r"\1", words))
    return cut_line(_MARKED.sub(r"\2", words), LONGEST_FALLBACK)


def _blocks(paragraph: str) -> Iterator[Block]:
    lines = paragraph.split("\n")
    small = [line[len(SMALL) :] for line in lines if f"{line} ".startswith(SMALL)]
    if len(small) == len(lines):
        for text in _pieces(small):
            yield {"type": "context", "elements": [_mrkdwn(text)]}
        return
    for text in _pieces(lines):
        yield {"type": "section", "text": _mrkdwn(text)}


def _pieces(lines: Sequence[str]) -> Iterator[str]:
    """The lines drawn together into as few texts as have room for them."""
    kept: list[str] = []
    for line in (cut_line(line.rstrip(), LONGEST_SECTION) for line in lines if line.strip()):
        if kept and sum(map(len, kept)) + len(kept) + len(line) > LONGEST_SECTION:
            yield "\n".join(kept)
            kept = []
        kept.append(line)
    if kept:
        yield "\n".join(kept)


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _fitting(blocks: Sequence[Block], ending: Sequence[Block]) -> list[Block]:
    """The first blocks that fit together with the end, and how many lines more there are."""
    if len(blocks) <= MOST_BLOCKS and size([*blocks, *ending]) <= LONGEST_MESSAGE:
        return [*blocks]
    room = LONGEST_MESSAGE - size(ending) - 200  # for the line that says so
    kept: list[Block] = []
    for block in blocks[:MOST_BLOCKS]:
        room -= size([block])
        if room < 0:
            break
        kept.append(block)
    lines = sum(map(_lines, blocks[len(kept) :]))
    more = f"_This message was too long to show: {lines} more {'line' if lines == 1 else 'lines'}._"
    return [*kept, {"type": "context", "elements": [_mrkdwn(more)]}]


def size(blocks: Sequence[Block]) -> int:
    """How long the blocks are as JSON: more than what Slack counts, whatever that is exactly."""
    return len(json.dumps(blocks, ensure_ascii=False))


def _lines(block: Block) -> int:
    text = block["text"]["text"] if block["type"] == "section" else block["elements"][0]["text"]
    return str(text).count("\n") + 1


def _actions(buttons: Sequence[Button]) -> Block:
    taken: set[str] = set()
    elements: list[Block] = []
    for button in buttons[:MOST_BUTTONS]:
        name, number = button.action, 1
        while name in taken:
            number += 1
            name = f"{button.action}.{number}"
        taken.add(name)
        elements.append(_button(button, name))
    return {"type": "actions", "elements": elements}


def _button(button: Button, action: str) -> Block:
    """A value that is too long is a fault of ours: half an id would be asked for something else."""
    made: dict[str, Any] = {"type": "button", "action_id": action, "text": _plain(button.label, LONGEST_LABEL)}
    if len(button.value) > LONGEST_VALUE:
        raise ValueError(f"the value of the button {button.action} is too long")
    if button.value:
        made["value"] = button.value
    if button.url is not None:
        made["url"] = button.url
    if button.style is not None:
        made["style"] = button.style.value
    if button.confirm is not None:
        made["confirm"] = _confirm(button)
    return made


def _confirm(button: Button) -> Block:
    """https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object"""
    asked: dict[str, Any] = {
        "title": _plain("Are you sure?", 100),
        "text": _plain(str(button.confirm), LONGEST_QUESTION),
        "confirm": _plain(f"Yes, {button.label.lower()}", LONGEST_ANSWER),
        "deny": _plain("Go back", LONGEST_ANSWER),
    }
    if button.style is not None:
        asked["style"] = button.style.value
    return asked


def _plain(text: str, longest: int) -> Block:
    """Text that is shown as it is: no markup, and no emoji made of `:tada:`."""
    shown = shortened(" ".join(visible(text).split()), longest) or "…"
    return {"type": "plain_text", "text": shown, "emoji": False}
