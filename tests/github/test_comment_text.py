"""Which lines of a comment could be commands."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from bot.github.comment_text import MAX_FOUND, MAX_LINES, find_lines, may_hold_command


def found(body: str) -> list[tuple[int, str]]:
    return [(line.number, line.text) for line in find_lines(body)]


COMMANDS = [
    ("alone", "/run deploy.yml", [(1, "/run deploy.yml")]),
    ("a bare verb", "/help", [(1, "/help")]),
    ("with prefix", "/ops run deploy.yml", [(1, "/ops run deploy.yml")]),
    ("a keyboard's capital", "/Run x", [(1, "/Run x")]),
    ("a verb with a dash", "/re-run x", [(1, "/re-run x")]),
    ("after prose, without a blank line", "please\n/run x", [(2, "/run x")]),
    ("two of them", "/run a\n/run b\n", [(1, "/run a"), (2, "/run b")]),
    ("indented by three", "   /run x", [(1, "/run x")]),
    ("CRLF", "hello\r\n\r\n/run x\r\n/status\r\n", [(3, "/run x"), (4, "/status")]),
    ("lonely CR", "hello\r/run x\rbye", [(2, "/run x")]),
    ("byte order mark", "\ufeff/run x", [(1, "/run x")]),
    ("zero-width space", "\u200b/run x", [(1, "/run x")]),
    ("direction mark and word joiner", "\u200e\u2060/run x", [(1, "/run x")]),
    ("non-breaking spaces", "\u00a0/run\u00a0x", [(1, "/run\u00a0x")]),
    ("trailing text stays as typed", '/run x note="a  b"  ', [(1, '/run x note="a  b"  ')]),
    ("after a closed fence", "```\nlog\n```\n/run x", [(4, "/run x")]),
    ("after tildes", "~~~\n/run a\n~~~\n/run b", [(4, "/run b")]),
    ("after a quote and a blank line", "> quoted\n\n/run x", [(3, "/run x")]),
    ("under a list", "- item\n/run x", [(2, "/run x")]),
    ("above a rule that makes it a heading", "/run x\n---\nbye", [(1, "/run x")]),
    ("with Markdown in it", "/run x a=[b](c) `d`\n/run y", [(1, "/run x a=[b](c) `d`"), (2, "/run y")]),
    ("a backtick that nothing closes", "it's `odd\n/run x", [(2, "/run x")]),
    ("in italics", "*so\n/run x\nso*", [(2, "/run x")]),
    ("after a one-line HTML comment", "<!-- template -->\n/run x", [(2, "/run x")]),
    ("an HTML comment that never began", "a <!--\n\n/run x\n\n-->", [(3, "/run x")]),
    ("after folded text", "<details>\n\n/run a\n\n</details>\n\n/run b", [(7, "/run b")]),
    ("a tag named in code", "use `<details>`\n\n/run x", [(3, "/run x")]),
    ("details left open in a quote", "> <details>\n\n/run x", [(3, "/run x")]),
    ("stray close tag", "</details>\n\n/run x", [(3, "/run x")]),
    ("below a table", "| a |\n|---|\n| b |\n\n/run x", [(5, "/run x")]),
    ("above a table in one paragraph", "/run x\n| a |\n|---|\n| b |", [(1, "/run x")]),
    ("private-use characters", "\ue0007\ue001\n/run \ue000", [(2, "/run \ue000")]),
]

SILENT = [
    ("nothing", ""),
    ("a path", "/usr/bin/env"),
    ("a slash alone", "/ run x"),
    ("a digit", "/2 run"),
    ("in the middle of a line", "please /run x"),
    ("a list item", "- /run x"),
    ("a numbered list item", "1. /run x"),
    ("indented code", "    /run x"),
    ("four columns in a paragraph", "text\n    /run x"),
    ("four non-breaking spaces", "\u00a0\u00a0\u00a0\u00a0/run x"),
    ("a tab", "\t/run x"),
    ("escaped", "\\/run x"),
    ("quoted", "> /run x"),
    ("quoted twice", "> > /run x"),
    ("lazily quoted", "> words\n/run x"),
    ("quoted in a list", "- > a\n/run x"),
    ("fenced", "```\n/run x\n```"),
    ("fenced with a language", "```console\n/run x\n```"),
    ("fenced by tildes", "~~~\n/run x\n~~~"),
    ("in a fence that holds a shorter one", "````\n```\n/run x\n```\n````"),
    ("in a fence that the other kind does not close", "```\n~~~\n/run x\n~~~\n```"),
    ("in a fence that is never closed", "```\nlog\n\n/run x\n"),
    ("fenced with CRLF", "```\r\n/run x\r\n```\r\n"),
    ("a code span over lines", "see `a\n/run x\nb` there"),
    ("a double code span over lines", "see ``a`\n/run x\nb`` there"),
    ("an HTML comment", "<!--\n/run x\n-->"),
    ("an HTML comment with blank lines", "<!--\n\n/run x\n\n-->"),
    ("an HTML comment that never ends", "<!--\n\n/run x"),
    ("an HTML comment inside a paragraph", "text <!--\n/run x\n--> text"),
    ("an attribute", "<a title='\n/run x\n'>b</a>"),
    ("preformatted", "<pre>\n\n/run x\n\n</pre>"),
    ("an HTML block", "<div>\n/run x\n</div>"),
    ("folded away", "<details>\n<summary>log</summary>\n\n/run x\n\n</details>"),
    ("folded away and never closed", "<details>\n\n/run x"),
    ("closed by another tag", "<details>\n\n</s>\n\n/run x"),
    ("quoted by HTML", "<blockquote>\n\n/run x\n\n</blockquote>"),
    ("quoted by HTML inside a paragraph", "he said <blockquote>\n\n/run x"),
    ("upper-case HTML", "<DETAILS>\n\n/run x\n\n</DETAILS>"),
    ("a table row", "| a |\n|---|\n/run x"),
    ("a table head", "/run x | b\n--- | ---\n"),
    ("a link's text", "[a\n/run x\nb](https://example.com)"),
    ("an image's text", "![a\n/run x\nb](https://example.com)"),
    ("a link's title", '[a](b "\n/run x\n")'),
    ("struck out", "~~a\n/run x\nb~~"),
    ("a line separator is no line end", "text\u2028/run x"),
    ("a form feed is no line end", "text\f/run x"),
    ("longer than GitHub takes", "/run x\n" + "a" * 65_536),
]


@pytest.mark.parametrize(("body", "expected"), [case[1:] for case in COMMANDS], ids=[case[0] for case in COMMANDS])
def test_a_line_of_the_author_is_found(body: str, expected: list[tuple[int, str]]) -> None:
    assert found(body) == expected
    assert may_hold_command(body)


@pytest.mark.parametrize("body", [case[1] for case in SILENT], ids=[case[0] for case in SILENT])
def test_what_is_quoted_code_hidden_or_prose_is_no_command(body: str) -> None:
    assert found(body) == []


def test_only_so_many_are_found_and_only_so_far_is_read() -> None:
    assert len(find_lines("/run x\n" * 500)) == MAX_FOUND
    assert found("a\n" * (MAX_LINES - 1) + "/run x") == [(MAX_LINES, "/run x")]
    assert found("a\n" * MAX_LINES + "/run x") == []


def test_a_long_paragraph_under_a_command_does_not_hide_it() -> None:
    assert found("/run x\n" + "[`<" * 20_000) == [(1, "/run x")]


def test_hostile_inline_text_before_a_command_hides_it_rather_than_costing_time() -> None:
    assert found("![" * 20_000 + "\n/run x") == []


N = 65_536
HOSTILE = {
    "quotes": ">" * N,
    "spaced quotes": "> " * (N // 2),
    "brackets": "[" * N,
    "images": "![" * (N // 2),
    "links": "[a](b" * (N // 5),
    "backticks": "`" * N,
    "growing backticks": "".join("`" * length + " " for length in range(1, 360)),
    "stars": "*a " * (N // 3),
    "tildes": "~~a" * (N // 3),
    "tags": "<a b" * (N // 4),
    "unclosed comments": "<!--" * (N // 4),
    "empty comments": "<!---->" * (N // 7),
    "processing": "<?" * (N // 2),
    "CDATA": "<![CDATA[" * (N // 9),
    "entities": "&" * N,
    "list items": "1. a\n" * (N // 5),
    "nested lists": ("- " * 19 + "a\n") * (N // 40),
    "nested quotes": ("> " * 19 + "a\n") * (N // 40),
    "quotes in lists": ("> - " * 9 + "a\n") * (N // 38),
    "lazy lines": "> " * 19 + "a\n" + "/a\n" * (N // 3),
    "tables": "|a" * 100 + "|\n" + "|-" * 100 + "|\n" + ("|a" * 100 + "|\n") * 300,
    "headings": "a\n=\n" * (N // 4),
    "references": "[a]: /b\n" * (N // 8),
    "fences": "```\n" * (N // 4),
    "blank lines": "\n" * N,
    "spaces": " " * N,
    "commands": "/run x\n" * (N // 7),
    "short commands": "/a\n" * (N // 3),
}


def processor_seconds(work: Callable[[], object]) -> float:
    """The best of three: others use the machine too, and the garbage collector comes when it likes."""

    def once() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return min(once() for _ in range(3))


def count_letters() -> int:
    """Work that takes about 15 ms on the machine where a hostile comment takes at most 100."""
    return sum(len(word) for _ in range(20_000) for word in ("some", "words", "and", "some", "more", "to", "count"))


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("place", ["above", "below", "between"])
def test_no_comment_costs_much_time(hostile: str, place: str) -> None:
    """Measured against other work, so that a slow or busy machine changes nothing; parsing all of it takes seconds."""
    room = hostile[: N - 20]
    body = {
        "above": "/run x\n" + room,
        "below": room + "\n/run x",
        "between": room[: N // 2] + "\n\n/run x\n\n" + room[N // 2 :],
    }[place]
    find_lines("/run x")  # the import counts once
    assert processor_seconds(lambda: find_lines(body)) < 30 * processor_seconds(count_letters)
