"""What GitHub would make of a comment: Markdown with tables, then the references that it finds in the finished text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

MARKDOWN: Final = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

LIVE: Final = {
    "mention": re.compile(r"(?<![A-Za-z0-9_`])@[A-Za-z0-9][\w-]*"),
    "issue": re.compile(r"#\d|\bgh-\d", re.IGNORECASE),
    "address": re.compile(r"(https?|ftp)://|\bwww\.|[\w.+-]+@[\w-]+\.\w", re.IGNORECASE),
    "mathematics": re.compile(r"\$[^\s\u2060]"),
}
"""https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls"""


@dataclass(frozen=True)
class Seen:
    """A comment as people see it."""

    blocks: tuple[str, ...]
    """The types of its blocks, in order."""
    pieces: Counter[str]
    """How many links, code spans, ... there are."""
    html: tuple[str, ...]
    links: tuple[str, ...]
    text: str
    """All its text, without what stands in code."""
    code: tuple[str, ...]
    live: tuple[tuple[str, str], ...]
    """What GitHub would link or tell people of."""


def seen(comment: str) -> Seen:
    """Render and look."""
    blocks = MARKDOWN.parse(comment)
    pieces = list(_flat(blocks))
    texts = [token.content for token in pieces if token.type in {"text", "text_special"}]
    runs = _runs(blocks)
    return Seen(
        blocks=tuple(token.type for token in blocks),
        pieces=Counter(token.type for token in pieces if token.type not in {"text", "text_special"}),
        html=tuple(token.content for token in [*blocks, *pieces] if token.type in {"html_block", "html_inline"}),
        links=tuple(str(token.attrGet("href")) for token in pieces if token.type == "link_open"),
        text="".join(texts),
        code=tuple(token.content for token in [*blocks, *pieces] if token.type in {"code_inline", "fence"}),
        live=tuple((kind, found[0]) for run in runs for kind, sign in LIVE.items() for found in sign.finditer(run)),
    )


def _flat(blocks: list[Token]) -> Iterator[Token]:
    for block in blocks:
        yield from block.children or ()


def _runs(blocks: list[Token]) -> Iterator[str]:
    """The stretches of text that GitHub searches: between tags, character entities and backslashes gone."""
    for block in blocks:
        run = ""
        for piece in block.children or ():
            if piece.type in {"text", "text_special"}:
                run += piece.content
            else:
                yield run
                run = ""
        yield run
