"""Owns which lines of a comment could be commands: those that start with a slash and a verb and are the author's words.

Lines in quotes, code, HTML, tables, struck-out text, link texts and whatever a `<details>` folds away are somebody
else's words, or not meant: pasted logs and quoted comments must never act in the name of the person who pasted them.
Markdown is read the way GitHub reads it (CommonMark with GFM, https://github.github.com/gfm/), and in doubt a line is
not a command.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_CHARACTERS: Final = 65_536
"""What GitHub takes; a longer body is not read at all."""
MAX_LINES: Final = 1000
"""Of the body that are read. Short lines in deep lists are what costs time: 1,000 of them take about 60 ms."""
MAX_FOUND: Final = 50
"""More than ever run, so that the steps can say that there were too many."""
MAX_NESTING: Final = 10
"""Five lists, or ten quotes, inside each other; what is deeper is not read."""
INLINE_BUDGET: Final = 8_192
"""Characters of a comment that are read for links, code and HTML inside paragraphs (quadratic in hostile text)."""

_INVISIBLE = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_SPACE = " \u00a0\u2007\u202f"
_START: Final = re.compile(
    rf"(?:\A|(?<=[\r\n]))(?P<indent>[{_SPACE}{_INVISIBLE}]*)(?P<line>/[A-Za-z][A-Za-z-]*(?:[^\S\r\n][^\r\n]*)?)(?=[\r\n]|\Z)"
)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_MARK, _MARK_END = "\ue000", "\ue001"
_MARKED: Final = re.compile(rf"^[ \u00a0\u2007\u202f]*{_MARK}([0-9]+){_MARK_END}", re.MULTILINE)
_MAY_OPEN: Final = re.compile(r"[`<\[~]")
_DELIMITER_ROW: Final = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_TAG: Final = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*)")
_HIDING: Final = frozenset(
    {"blockquote", "code", "del", "details", "kbd", "pre", "q", "s", "samp"}
    | {"script", "strike", "style", "table", "template", "textarea", "title"}
)


_DROP_INVISIBLE: Final = dict.fromkeys(map(ord, _INVISIBLE))


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """One line that could be a command."""

    number: int
    """Counted from 1 in the body."""
    text: str
    """From the slash on, as typed."""


def may_hold_command(body: str) -> bool:
    """Whether any line starts like a command. Cheap, and true more often than `find_lines` finds something."""
    return len(body) <= MAX_CHARACTERS and _START.search(body) is not None


def find_lines(body: str) -> tuple[FoundLine, ...]:
    """The lines that could be commands, in order; at most MAX_FOUND."""
    if not may_hold_command(body):
        return ()
    lines = _LINE_END.split(body)[:MAX_LINES]
    found: list[FoundLine] = []
    marked = [_marked(line, number, found) for number, line in enumerate(lines)]
    if not found:
        return ()
    said = _said("\n".join(marked))
    return tuple(line for line in found if line.number in said)[:MAX_FOUND]


def _marked(line: str, index: int, found: list[FoundLine]) -> str:
    """The line with a mark in place of the slash, when it starts like a command: parsers keep it where it was."""
    clean = line.replace(_MARK, "\ufffd").replace(_MARK_END, "\ufffd")
    start = _START.match(clean)
    if start is None:
        return clean
    indent = start["indent"].translate(_DROP_INVISIBLE)
    if len(indent) > 3:
        return clean
    found.append(FoundLine(number=index + 1, text=line[start.start("line") :]))
    return f"{indent}{_MARK}{index + 1}{_MARK_END}{start['line'][1:]}"


def _said(text: str) -> set[int]:
    """The numbers of the marked lines that stand where the author speaks."""
    env: dict[str, Any] = {}
    tokens = _markdown().parse(text, env)
    reader = _Reader(env)
    quotes = 0
    for token in tokens:
        if token.type in {"blockquote_open", "blockquote_close"}:
            quotes += token.nesting
        elif quotes:
            continue  # nothing that a quote opens reaches beyond it
        elif token.type == "html_block":
            reader.html(token.content)
        elif token.type == "inline":
            reader.paragraph(_before_table(token.content))
    return reader.said


class _Reader:
    """Goes through the paragraphs of one comment and remembers which HTML elements are open around them."""

    def __init__(self, env: dict[str, Any]) -> None:
        self.said: set[int] = set()
        self._env = env
        self._open: Counter[str] = Counter()
        self._budget = INLINE_BUDGET

    def html(self, content: str) -> None:
        """Take note of the elements that a piece of HTML opens and closes."""
        for tag in _TAG.finditer(_without_comments(content)):
            name = tag["name"].lower()
            if name in _HIDING:
                self._open[name] = max(0, self._open[name] + (-1 if tag["close"] else 1))

    def paragraph(self, content: str) -> None:
        """Take the marked lines of a paragraph or heading, unless something around or inside it says otherwise."""
        opener = _MAY_OPEN.search(content)
        if opener is None or (content.rfind(_MARK) < opener.start() and not _opens_something(content)):
            self._take(content)
        elif len(content) <= self._budget:
            self._budget -= len(content)
            self._walk(_inline(content, self._env))
        else:
            self._take(content[: opener.start()])
            self.html(content)

    def _take(self, content: str) -> None:
        if not any(self._open.values()):
            self.said.update(int(mark[1]) for mark in _MARKED.finditer(content))

    def _walk(self, tokens: Sequence[Token]) -> None:
        line_starts, inside = True, 0
        for token in tokens:
            if token.type == "html_inline":
                self.html(token.content)
            elif token.type == "text" and line_starts and not inside:
                self._take(token.content)
            inside += token.nesting
            line_starts = token.type in {"softbreak", "hardbreak"} or (line_starts and not token.content)


def _without_comments(html: str) -> str:
    """Not a regular expression: thousands of comments that never end would make it quadratic."""
    kept: list[str] = []
    at = 0
    while (start := html.find("<!--", at)) >= 0:
        kept.append(html[at:start])
        end = html.find("-->", start)
        at = len(html) if end < 0 else end
    return "".join([*kept, html[at:]])


def _opens_something(content: str) -> bool:
    return any(tag["name"].lower() in _HIDING for tag in _TAG.finditer(content))


def _before_table(content: str) -> str:
    """The paragraph up to where a GFM table starts in it. Reading the table itself would cost time for nothing."""
    lines = content.split("\n")
    for index, line in enumerate(lines[1:]):
        if ("|" in line or ":" in line) and _DELIMITER_ROW.fullmatch(line):
            return "\n".join(lines[:index])
    return content


def _inline(content: str, env: dict[str, Any]) -> list[Token]:
    tokens: list[Token] = []
    markdown = _markdown()
    markdown.inline.parse(content, markdown, env, tokens)
    return tokens


@functools.cache
def _markdown() -> MarkdownIt:
    """Blocks only; paragraphs are read when it matters. The import is late because it costs 60 ms of every start."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("strikethrough")
    markdown.core.ruler.enableOnly(["normalize", "block"])
    markdown.inline.ruler.disable(["emphasis", "entity"])
    return markdown
