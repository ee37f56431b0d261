"""Near misses: the distance of two words and the known word that was probably meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.nearest import distance, likely, nearest

WORDS = st.text(alphabet="abcdé-", max_size=8)


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [
        ("", "", 0),
        ("run", "run", 0),
        ("run", "", 3),
        ("", "run", 3),
        ("run", "runs", 1),
        ("cancel", "cancle", 1),
        ("deploy", "depoly", 1),
        ("deploy", "dploy", 1),
        ("deploy", "deplox", 1),
        ("status", "stauts", 1),
        ("kitten", "sitting", 3),
        ("ca", "abc", 3),  # optimal string alignment: the swapped pair is not edited again
        ("Run", "run", 1),
    ],
)
def test_the_distance_counts_single_slips(a: str, b: str, apart: int) -> None:
    assert distance(a, b) == apart


@pytest.mark.parametrize(
    ("word", "options", "expected"),
    [
        ("deplyo", ["deploy", "run"], "deploy"),
        ("DEPLYO", ["deploy", "run"], "deploy"),
        ("prodution", ["Production", "staging"], "Production"),
        ("rus", ["runs", "run"], "run"),  # both one away: the alphabet decides
        ("cat", ["bat", "hat"], "bat"),
        ("deploy", ["deploy", "deplox"], "deploy"),
        ("xyz", ["run", "help"], None),
        ("ab", ["cd"], None),  # two edits, but nothing in common
        ("a", ["b"], None),
        ("anything", [], None),
        ("x" * 4000, ["deploy"], None),
    ],
)
def test_the_nearest_known_word_is_found(word: str, options: list[str], expected: str | None) -> None:
    assert nearest(word, options) == expected


def test_the_limit_bounds_the_guess() -> None:
    assert nearest("stagng", ["staging"], limit=1) == "staging"
    assert nearest("stgng", ["staging"], limit=1) is None


@pytest.mark.parametrize(
    ("word", "options", "expected"),
    [
        ("prod", ["staging", "production"], "production"),
        ("PROD", ["staging", "Production"], "Production"),
        ("st", ["status", "use"], "status"),  # which begins so, and not `use`, which is as near
        ("prod", ["production-eu", "production-us"], None),
        ("prod", ["production-eu", "production-us", "prods"], "prods"),
        ("production", ["production"], "production"),
        ("duction", ["production"], None),
        ("prodd", ["production", "prod"], "prod"),
        ("", ["production"], None),
        ("", [], None),
    ],
)
def test_a_word_that_only_one_option_begins_with_is_that_one(
    word: str, options: list[str], expected: str | None
) -> None:
    assert likely(word, options) == expected


@given(WORDS, WORDS)
def test_distance_is_symmetric_and_bounded(a: str, b: str) -> None:
    apart = distance(a, b)
    assert apart == distance(b, a)
    assert abs(len(a) - len(b)) <= apart <= max(len(a), len(b))
    assert (apart == 0) == (a == b)


@given(WORDS, st.lists(WORDS, max_size=6))
def test_the_answer_does_not_depend_on_the_order(word: str, options: list[str]) -> None:
    answer = nearest(word, options)
    assert answer == nearest(word, list(reversed(options)))
    assert answer is None or (answer in options and distance(word, answer) <= 2)
