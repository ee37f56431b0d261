"""What keyboards and copy-paste do to a line is undone; what stands in quotes is left alone."""
# ruff: noqa: RUF001 - look-alike characters are what is tested here

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.normalise import normalise


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/run deploy.yml", "/run deploy.yml"),
        ("  /run deploy.yml  \r", "/run deploy.yml"),
        ("/run\u00a0deploy.yml\u2003environment=staging", "/run deploy.yml environment=staging"),
        ("/run\tdeploy.yml", "/run deploy.yml"),
        ("/run\u2028deploy.yml", "/run deploy.yml"),
        ("\ufeff/r\u200bun de\u2060ploy\u00ad.yml", "/run deploy.yml"),
        ("/run x note=“hello world”", '/run x note="hello world"'),
        ("/run x note=„hello world“", '/run x note="hello world"'),
        ("/run x note=‘hello world’", "/run x note='hello world'"),
        ("/run x ‘hello world’", "/run x 'hello world'"),
        ('/run x note=“hello world"', '/run x note="hello world"'),
        ("/run x —dry-run", "/run x --dry-run"),
        ("/run x –dry-run", "/run x --dry-run"),
        ("/run x –-dry-run", "/run x --dry-run"),
        ("/run x ——dry-run", "/run x --dry-run"),
        ("/run x -—dry-run", "/run x --dry-run"),
        ("/run x –5", "/run x -5"),
        ("/run x −5", "/run x -5"),
        ("/run x --dry-run", "/run x --dry-run"),
        ("/run x a—b", "/run x a—b"),
    ],
)
def test_a_line_is_read_as_it_was_meant(typed: str, meant: str) -> None:
    assert normalise(typed) == meant


@pytest.mark.parametrize(
    "line",
    [
        '/run x note="he said “hi” — twice"',
        "/run x note='he said “hi” — twice'",
        '/run x note="it’s"',
        '/run x note="a \\" — b"',
        "/run x note=\\“",
    ],
)
def test_quoted_and_escaped_text_is_left_alone(line: str) -> None:
    assert normalise(line) == line


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/run x note=“it’s — fine”", '/run x note="it’s — fine"'),
        ("/run x it’s", "/run x it's"),
        ("/run x “open", '/run x "open'),
        ("", ""),
        ("\u200b\u200b", ""),
        ("—", "--"),
    ],
)
def test_odd_ones_out(typed: str, meant: str) -> None:
    assert normalise(typed) == meant


@given(st.text(alphabet="ab =-—–\"'“”‘’\\\u00a0\u200b\r5", max_size=40))
def test_letters_are_never_lost_and_nothing_odd_stays_outside_quotes(line: str) -> None:
    plain = normalise(line)
    assert [char for char in plain if char in "ab5="] == [char for char in line if char in "ab5="]
    assert not set(plain) & set("\u00a0\u200b\r")
    if not set(line) & set("\"'“”‘’\\"):
        assert not any(word.startswith(("—", "–")) for word in plain.split())
