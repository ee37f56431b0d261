"""Owns a message as people read it in a terminal: what markup would have turned into looks, and buttons, are words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG: Final = re.compile(r"</?(?:details|summary|br|sub|sup|table|tr|td|th)\b[^>]*>")
_LINK: Final = re.compile(r"\[([^\]]*)\]\((https?://[^)\s]*)\)")
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_TABLE: Final = re.compile(r"(?:^\|.*\|[ ]*(?:\n|\Z))+", re.MULTILINE)
_PIPE: Final = "\0"
"""A bar that is text, while those that are lines of a table are looked for."""
_GAPS: Final = re.compile(r"\n{3,}")
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u2060\u200b"))
_SPECIAL: Final = re.compile(r"<(?P<thing>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_MARKED: Final = re.compile(r"(?<![A-Za-z0-9])([*_~])(?!\s)([^\n]*?)(?<!\s)\1(?![A-Za-z0-9])")
_FENCE: Final = re.compile(r"^```\n?|\n?```$", re.MULTILINE)
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def readable(markdown: str) -> str:
    """Plain text: links as their words, tables in columns; no tags, no escapes, no hidden comments."""
    text = _TAG.sub("", _COMMENT.sub("", markdown)).replace(r"\|", _PIPE)
    text = _BOLD.sub(r"\1", _LINK.sub(r"\1", text))
    text = _ESCAPED.sub(r"\1", text).translate(_INVISIBLE)
    return _GAPS.sub("\n\n", _TABLE.sub(_columns, text)).replace(_PIPE, "|").strip()


def headline(markdown: str) -> str:
    """The first line, which says how things stand."""
    return readable(markdown).partition("\n")[0]


def readable_blocks(blocks: Iterable[Mapping[str, Any]]) -> str:
    """Slack's blocks as plain lines: links as their words, people as `@U123`, buttons in one line as `[Cancel]`."""
    return "\n\n".join(filter(None, map(_block, blocks)))


def _block(block: Mapping[str, Any]) -> str:
    if "text" in block:
        return _mrkdwn(str(block["text"]["text"]))
    elements = block.get("elements", [])
    if block.get("type") == "actions":
        return " ".join(f"[{element['text']['text']}]" for element in elements)
    return "\n".join(_mrkdwn(str(element.get("text", ""))) for element in elements)


def _mrkdwn(text: str) -> str:
    plain = _SPECIAL.sub(lambda found: found["label"] or found["thing"], _MARKED.sub(r"\2", _FENCE.sub("", text)))
    for entity, sign in _ENTITIES:  # the ampersand last, or `&amp;lt;` would become a sign
        plain = plain.replace(entity, sign)
    return plain.translate(_INVISIBLE).strip()


def _columns(table: re.Match[str]) -> str:
    rows = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in table[0].strip().splitlines()]
    rows = [row for row in rows if not all(set(cell) <= set(":-") for cell in row)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "".join(
        f"  {'  '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))}".rstrip() + "\n"
        for row in rows
    )
