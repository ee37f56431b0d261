"""Owns a comment's text as people read it in a terminal: what Markdown and HTML would have turned into looks."""

from __future__ import annotations

import re
from typing import Final

_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG: Final = re.compile(r"</?(?:details|summary|br|sub|sup|table|tr|td|th)\b[^>]*>")
_LINK: Final = re.compile(r"\[([^\]]*)\]\((https?://[^)\s]*)\)")
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_TABLE: Final = re.compile(r"(?:^\|.*\|[ ]*(?:\n|\Z))+", re.MULTILINE)
_GAPS: Final = re.compile(r"\n{3,}")
_INVISIBLE: Final = "\u2060\u200b"


def readable(markdown: str) -> str:
    """Plain text: links as their words, tables in columns; no tags, no escapes, no hidden comments."""
    text = _TAG.sub("", _COMMENT.sub("", markdown))
    text = _BOLD.sub(r"\1", _LINK.sub(r"\1", text))
    text = _ESCAPED.sub(r"\1", text).translate(dict.fromkeys(map(ord, _INVISIBLE)))
    return _GAPS.sub("\n\n", _TABLE.sub(_columns, text)).strip()


def headline(markdown: str) -> str:
    """The first line, which says how things stand."""
    return readable(markdown).partition("\n")[0]


def _columns(table: re.Match[str]) -> str:
    rows = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in table[0].strip().splitlines()]
    rows = [row for row in rows if not all(set(cell) <= set(":-") for cell in row)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "".join(
        f"  {'  '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))}".rstrip() + "\n"
        for row in rows
    )
