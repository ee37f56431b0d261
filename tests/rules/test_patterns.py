"""The patterns of a configuration: which ones are taken, and that they match as Python's do, in bounded time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.patterns import LONGEST, LONGEST_TEXT, MOST_TIMES, matches, problem


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("v[0-9]+", ["v1", "v42"], ["", "v", "v1x", "xv1"]),
        ("^v[0-9]+$", ["v1"], ["v", "^v1$"]),
        (r"v?\d+\.\d+\.\d+(-[a-z]+)?", ["1.2.3", "v1.2.3-rc"], ["1.2", "1x2x3"]),
        ("[0-9a-f]{40}", ["a" * 40], ["a" * 39, "a" * 41, "g" * 40]),
        ("[a-z]{2,3}", ["ab", "abc"], ["a", "abcd"]),
        ("a{2,}", ["aa", "aaaaa"], ["a"]),
        ("(?:foo|bar|)", ["foo", "bar", ""], ["fo"]),
        ("(foo|bar)baz", ["foobaz", "barbaz"], ["foobar"]),
        ("(ab){2}", ["abab"], ["ab", "ababab"]),
        ("(a|ab)*", ["", "aab", "abab"], ["b", "abb"]),
        (".*", ["", "anything at all"], ["a\nb"]),
        (r"[\w.-]+@[^@ ]+", ["a.b-c@d"], ["a@b@c", "a@ b"]),
        (r"\(x\)", ["(x)"], ["x"]),
        ("[$^.]", ["$", "^", "."], ["a"]),
        ("", [""], ["a"]),
        ("ä+", ["ää"], ["a"]),
    ],
)
def test_a_pattern_matches_a_text_as_a_whole(pattern: str, yes: list[str], no: list[str]) -> None:
    assert problem(pattern) is None
    assert [text for text in yes if not matches(pattern, text)] == []
    assert [text for text in no if matches(pattern, text)] == []


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(a+)+", "inside another one"),
        ("(a*)*b", "inside another one"),
        ("(x+x+)+y", "inside another one"),
        ("([a-z]{2}){3}", "inside another one"),
        ("((a?)b)*", "inside another one"),
        ("a**", "behind each other"),
        ("a+?", "behind each other"),
        ("a++", "behind each other"),
        ("a{2}{3}", "behind each other"),
        ("*a", "has a * where"),
        ("(|*)", "has a * where"),
        ("a{x}", "has a { where"),
        ("a^b", "has a ^ where"),
        ("a$b", "has a $ where"),
        ("(a$)", "has a $ where"),
        ("(?=a)", "only (?: is read"),
        ("(?i)a", "only (?: is read"),
        ("(?P<n>a)", "only (?: is read"),
        (r"(a)\1", r"has \1"),
        (r"a\b", r"has \b"),
        ("a\\", "has \\,"),
        ("(a", "is not closed"),
        ("a)", "not open"),
        ("[a", "not closed"),
        ("[]", "not closed"),
        ("[a[b]", "another one"),
        ("[z-a]", "is not read"),
        ("[a--z]", "a \\ in front"),
        ("[a&&b]", "a \\ in front"),
        ("a{3,2}", "nothing can meet"),
        ("a{0}", "nothing can meet"),
        ("a{200}b{200}", f"more than {MOST_TIMES}"),
        ("(ab|[a-z]){100}", f"more than {MOST_TIMES}"),
        ("a" * (LONGEST + 1), f"longer than {LONGEST}"),
    ],
)
def test_what_could_take_long_or_is_not_read_is_refused(pattern: str, words: str) -> None:
    assert words in (problem(pattern) or "")
    assert not matches(pattern, "a")


@pytest.mark.parametrize(
    "pattern",
    [
        "(a|a)*b",
        "(a|aa)*b",
        "a*a*a*a*a*a*a*a*b",
        ".*.*.*.*.*x",
        ".*.{0,255}",
        "(.|a|aa|aaa)*.{0,200}b",
        ".*(a|.){0,127}",
        "(?:a|b|ab)*c",
    ],
)
def test_no_pattern_takes_long(pattern: str) -> None:
    begun = time.process_time()
    matches(pattern, "a" * LONGEST_TEXT)
    assert time.process_time() - begun < 3  # on a slow machine; backtracking would take years


def test_a_long_text_matches_nothing() -> None:
    assert matches("a*", "a" * LONGEST_TEXT)
    assert not matches("a*", "a" * (LONGEST_TEXT + 1))


ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "[a-c]", r"\d", r"\w", r"\.", "-", "1"])
COUNTS = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,2}", "{1,}"])
ROWS = st.lists(st.tuples(ATOMS, COUNTS).map("".join), max_size=4).map("".join)
PLAIN = st.lists(ATOMS, max_size=3).map("".join)
GROUPS = st.tuples(PLAIN, PLAIN, COUNTS).map(lambda each: f"({each[0]}|{each[1]}){each[2]}")
PATTERNS = st.lists(st.one_of(ROWS, GROUPS), max_size=3).map("".join) | st.lists(ROWS, max_size=3).map("|".join)


@given(PATTERNS, st.text("abc1.-\n", max_size=8))
def test_what_is_taken_means_what_python_means(pattern: str, text: str) -> None:
    assert problem(pattern) is None
    assert matches(pattern, text) == (re.fullmatch(pattern, text) is not None)


@given(st.text(r"ab[]^$(){}*+?|\.-:?,0123d", max_size=30))
def test_whatever_the_pattern_it_is_taken_as_python_takes_it_or_not_at_all(pattern: str) -> None:
    if problem(pattern) is None:
        for text in ("", "a", "ab", "0", "b1", "a.b"):
            assert matches(pattern, text) == (re.fullmatch(pattern, text) is not None)
