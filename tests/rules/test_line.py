"""How a line splits into words, and that what is written can be read again."""
# ruff: noqa: RUF001 - look-alike characters are what is tested here

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.command import Problem
from bot.rules.line import MAX_WORDS, Line, read, write
from bot.rules.normalise import INVISIBLE, normalise


def line(*positional: str, **named: str) -> Line:
    return Line(head="/run", positional=positional, named=named)


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("", line()),
        ("deploy.yml", line("deploy.yml")),
        ("deploy.yml environment=staging", line("deploy.yml", environment="staging")),
        ("environment=staging deploy.yml", line("deploy.yml", environment="staging")),
        ("x --environment staging", line("x", environment="staging")),
        ("x --environment=staging", line("x", environment="staging")),
        ("x --dry_run", line("x", dry_run="true")),
        ("x --dry_run --note hi", line("x", dry_run="true", note="hi")),
        ("x --dry_run staging", line("x", dry_run="staging")),
        ("x --dry_run=true staging", line("x", "staging", dry_run="true")),
        ("x --dry_run -- staging", line("x", "staging", dry_run="true")),
        ("x -- a=b --c", line("x", "a=b", "--c")),
        ("x note=", line("x", note="")),
        ("x --note=", line("x", note="")),
        ("x note='hello world'", line("x", note="hello world")),
        ('x note="say \\"hi\\""', line("x", note='say "hi"')),
        ("x 'note=hello world'", line("x", note="hello world")),
        ("x note=a=b", line("x", note="a=b")),
        ("x note=#1 # is no comment", line("x", "#", "is", "no", "comment", note="#1")),
        ("x https://example.com/?a=b", line("x", "https://example.com/?a=b")),
        ("x -5 count=-5", line("x", "-5", count="-5")),
        ("x 1a=b", line("x", "1a=b")),
        ("x ''", line("x", "")),
        ("x $(id) `id` a;b a|b $HOME ~ *", line("x", "$(id)", "`id`", "a;b", "a|b", "$HOME", "~", "*")),
    ],
)
def test_words_are_told_apart(rest: str, expected: Line) -> None:
    assert read("/run", rest) == expected


@pytest.mark.parametrize(
    ("rest", "sentence", "nearest"),
    [
        (
            'x note="open',
            "A quote in this line is not closed, or nothing follows its last backslash.",
            '/run x note="open"',
        ),
        (
            "x note=it's",
            "A quote in this line is not closed, or nothing follows its last backslash.",
            "/run x note=it\\'s",
        ),
        (
            "x note='open",
            "A quote in this line is not closed, or nothing follows its last backslash.",
            "/run x note='open'",
        ),
        ("x C:\\", "A quote in this line is not closed, or nothing follows its last backslash.", "/run x C:\\\\"),
        ("x a=1 a=2", '"a" is given twice, and only one of the two can be meant.', None),
        ("x a=1 --a", '"a" is given twice, and only one of the two can be meant.', None),
        ("x --=1", '"--=1" does not name an argument.', None),
        ("x --5", '"--5" does not name an argument.', None),
        ("x ---dry", '"---dry" does not name an argument.', None),
        ("x note='a\nb'", "This line holds a character that can not be seen (U+000A).", "/run x note='ab'"),
        ("x note=a\x00b", "This line holds a character that can not be seen (U+0000).", "/run x note=ab"),
        ("x note=\x1b[31m", "This line holds a character that can not be seen (U+001B).", "/run x note=[31m"),
        ("x note=\u202edlrow", "This line holds a character that can not be seen (U+202E).", "/run x note=dlrow"),
        ("x \U000e0041", "This line holds a character that can not be seen (U+E0041).", "/run x"),
        ("x \ud800", "This line holds a character that can not be seen (U+D800).", "/run x"),
        ("a " * 101, "This line has 101 words; at most 100 are read.", None),
        ("a" * 4000, "This line is longer than 4,000 characters.", None),
    ],
)
def test_what_can_not_be_read_is_explained(rest: str, sentence: str, nearest: str | None) -> None:
    assert read("/run", rest) == Problem(sentence=sentence, nearest=nearest)


def test_a_hundred_words_are_read() -> None:
    assert read("/run", "a " * MAX_WORDS) == line(*["a"] * MAX_WORDS)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (line(), "/run"),
        (line("deploy.yml", environment="staging"), "/run deploy.yml environment=staging"),
        (line("x", note="hello world"), "/run x note='hello world'"),
        (line("x", note=""), "/run x note="),
        (line("x", "a=b", note="c"), "/run note=c -- x a=b"),
    ],
)
def test_a_line_is_written_ready_to_copy(pieces: Line, expected: str) -> None:
    assert write(pieces) == expected


def typeable(text: str) -> bool:
    return not any(
        char in INVISIBLE
        or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        or (char != " " and unicodedata.category(char) == "Zs")
        for char in text
    )


VALUES = st.text(alphabet=st.one_of(st.sampled_from("ab =-—–\"'“”‘’\\$#"), st.characters()), max_size=12).filter(
    typeable
)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True)


@given(st.lists(VALUES, max_size=6), st.dictionaries(NAMES, VALUES, max_size=6))
def test_what_is_written_reads_back(positional: list[str], named: dict[str, str]) -> None:
    pieces = Line(head="/run", positional=tuple(positional), named=named)
    text = normalise(write(pieces))
    assert read("/run", text.removeprefix("/run")) == pieces


@given(st.text(max_size=60))
def test_any_text_is_read_or_explained(rest: str) -> None:
    answer = read("/run", rest)
    if isinstance(answer, Problem) and answer.nearest is not None:
        assert isinstance(read("/run", answer.nearest.removeprefix("/run")), Line)
