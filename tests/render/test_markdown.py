"""Escaping: text shows as it was written, and does nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.markdown import LONGEST_CODE, LONGEST_TEXT, Safe, block, cell, code, escape, visible
from tests.render.github import seen

J = "\u2060"


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("plain words, and (more): it's 3.5 + 1 = 4!", "plain words, and (more): it's 3.5 + 1 = 4!"),
        ("dry_run", "dry_run"),
        ("_dry_", "\\_dry\\_"),
        ("*bold*", "\\*bold\\*"),
        ("`code`", "\\`code\\`"),
        ("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))"),
        ("<img src=x onerror=y>", "\\<img src=x onerror=y\\>"),
        ("</details>", "\\</details\\>"),
        ("&lt;", "\\&lt;"),
        ("a|b", "a\\|b"),
        ("back\\slash", "back\\\\slash"),
        ("~~gone~~", "\\~\\~gone\\~\\~"),
        ("# title", f"\\#{J} title"),
        ("- item", "\\- item"),
        ("1. item", "1\\. item"),
        ("2) item", "2\\) item"),
        ("=====", "\\====="),
        (":--", "\\:--"),
        ("@everyone", f"@{J}everyone"),
        ("@acme/team", f"@{J}acme/team"),
        ("a@b.example", f"a@{J}b.example"),
        ("#1 and acme/shop#2", f"\\#{J}1 and acme/shop#{J}2"),
        ("GH-12", f"GH-{J}12"),
        ("https://evil.example", f"https:{J}//evil.example"),
        ("www.evil.example", f"www{J}.evil.example"),
        ("$x$", f"\\${J}x\\${J}"),
        ("two\r\nlines\tand \x00 more", "two lines and more"),
        ("\u202eevil\u202c", "evil"),
        ("half \ud800", "half \ufffd"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("    indented", "indented"),
        (None, ""),
        (True, "true"),
        (42, "42"),
        (-5, "\\-5"),
        ("", ""),
    ],
)
def test_text_is_escaped_where_it_must_be(value: object, escaped: str) -> None:
    assert escape(value) == escaped


def test_safe_text_passes_and_whatever_is_made_of_it_does_not() -> None:
    assert escape(Safe("*")) == "*"
    assert escape(Safe("*") + "_") == "\\*\\_"
    assert escape(Safe("*").upper()) == "\\*"


@pytest.mark.parametrize(
    ("value", "span"),
    [
        ("x", "`x`"),
        ("", "` `"),
        (None, "` `"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("``x", "``` ``x ```"),
        (" x ", "`  x  `"),
        ("a\nb\x00c", "`a b c`"),
        ("\u202ex", "`x`"),
    ],
)
def test_code_shows_its_value(value: object, span: str) -> None:
    assert code(value) == span


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("/run x", "```text\n/run x\n```"),
        ("```\n# x", "````text\n``` # x\n````"),
        ("", "```text\n\n```"),
    ],
)
def test_a_block_shows_one_line(value: str, text: str) -> None:
    assert block(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [("a|b", "a\\|b"), (code("a|b"), "`a\\|b`"), (code("a\\|b"), "`a\\|b`"), ("a\\|b", "a\\\\\\|b")]
)
def test_no_pipe_ends_a_cell(value: str, text: str) -> None:
    assert cell(value) == text
    assert seen(f"| a | b |\n| - | - |\n| {cell(value)} | x |").blocks.count("td_open") == 2


def test_long_values_are_cut() -> None:
    assert escape("x" * 5000) == "x" * (LONGEST_TEXT - 1) + "…"
    assert code("x" * 5000) == "`" + "x" * (LONGEST_CODE - 1) + "…`"


SIGNS = st.text(
    alphabet=st.one_of(st.sampled_from("ab1 @#$`*_~<>[]()!|&;:/.-+=\\\n\u202e'\"w{}^%,?"), st.characters()),
    max_size=40,
)
MARKUP = [
    "@bob",
    "#12",
    "GH-1",
    "https://x.example",
    "www.x.example",
    "a@b.example",
    "<b>",
    "</details>",
    "<!--",
    "[x](y)",
    "![x](y)",
    "`",
    "```",
    "---",
    "1.",
    "-",
    ">",
    "#",
    "&amp;",
    "|",
    "$x$",
    "**",
    "__",
    "~~",
    "\\",
    "http://",
    "<https://x.example>",
    "[^1]",
    ":--",
]
PHRASES = st.lists(
    st.one_of(
        SIGNS,
        st.sampled_from(MARKUP),
    ),
    max_size=6,
).map("".join)


def shown(value: str) -> str:
    return " ".join(visible(value).split())


@given(PHRASES)
def test_any_text_shows_as_it_was_written_wherever_it_stands(value: str) -> None:
    text = escape(value)
    for around in ("{}", "before {} after", "before\n{}", "- {}", "**bold {} x**", "[{}](https://github.com/x)"):
        found, plain = seen(around.format(text)), seen(around.format("x" if shown(value) else ""))
        assert found.blocks == plain.blocks
        assert found.pieces == plain.pieces
        assert found.live == ()
        assert found.html == ()
    words = seen(f"before {text} after").text.replace(J, "").split()
    assert words == ["before", *visible(value).split(), "after"]


@given(PHRASES)
def test_any_text_stays_in_its_cell(value: str) -> None:
    found = seen(f"| a | b |\n| - | - |\n| {cell(value)} | {cell(code(value))} |")
    assert found.blocks.count("td_open") == 2
    assert found.live == ()
    assert found.html == ()
    assert found.pieces["link_open"] == 0
    assert len(found.code) == 1


@given(PHRASES)
def test_any_code_shows_as_it_was_written(value: str) -> None:
    for around in ("{}", "before {} after", "**bold {} x**", "- {}"):
        found = seen(around.format(code(value)))
        assert [piece.strip(" ") for piece in found.code] == [visible(value).strip(" ")]
        assert found.live == ()
        assert found.html == ()


@given(PHRASES)
def test_any_block_stays_a_block(value: str) -> None:
    found = seen(f"before\n\n{block(value)}\n\nafter")
    assert found.blocks == (
        *("paragraph_open", "inline", "paragraph_close"),
        "fence",
        *("paragraph_open", "inline", "paragraph_close"),
    )
    assert found.code == (visible(value) + "\n",)


@given(SIGNS)
def test_nothing_invisible_is_left(value: str) -> None:
    assert not {unicodedata.category(char) for char in visible(value)} & {"Cc", "Cs", "Zl", "Zp"}
    assert {char for char in visible(value) if unicodedata.category(char) == "Cf"} <= {"\u200d"}
