"""Owns a comment's text as people read it in a terminal: what Markdown and HTML would have turned into looks."""

from __future__ import annotations

import re
from typing import Final

_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG: Final = re.compile(r"</?(?:details|summary|br|sub|sup|table|tr|td|th)\b[^>]*>")
_LINK: Final = re.compile(r"\[([^\]]*)\]\((https?://[^)\s]*)\)")
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_GAPS: Final = re.compile(r"\n{3,}")
_INVISIBLE: Final = "\u2060\u200b"


def readable(markdown: str) -> str:
    """Plain text: links as `text <address>`, no tags, no escapes, no hidden comments."""
    text = _TAG.sub("", _COMMENT.sub("", markdown))
    text = _BOLD.sub(r"\1", _LINK.sub(r"\1 <\2>", text))
    text = _ESCAPED.sub(r"\1", text).translate(dict.fromkeys(map(ord, _INVISIBLE)))
    return _GAPS.sub("\n\n", text).strip()
