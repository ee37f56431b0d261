"""What of a job's log is shown: which lines, how they read, and what is never among them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.run import Conclusion, Step
from bot.rules.logs import LONGEST, LONGEST_LINE, tail

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def step(begin: int, end: int | None, name: str = "Test") -> Step:
    return Step(
        number=2,
        name=name,
        conclusion=Conclusion.FAILURE,
        started_at=START + timedelta(seconds=begin),
        completed_at=None if end is None else START + timedelta(seconds=end),
    )


def log(*lines: tuple[int, str]) -> str:
    """Lines as GitHub keeps them, each so many seconds after nine."""
    dated = [f"{START + timedelta(seconds=at):%Y-%m-%dT%H:%M:%S}.1234567Z {text}" for at, text in lines]
    return "\ufeff" + "\r\n".join(dated) + "\r\n"


FAILED = log(
    (0, "##[group]Operating System"),
    (0, "Ubuntu"),
    (0, "##[endgroup]"),
    (1, "##[group]Run actions/checkout@v4"),
    (1, "##[endgroup]"),
    (1, "[command]/usr/bin/git version"),
    (4, "##[group]Run make test"),
    (4, "\x1b[36;1mmake test\x1b[0m"),
    (4, "shell: /usr/bin/bash -e {0}"),
    (4, "##[endgroup]"),
    (5, "FAIL test_price"),
    (5, "##[warning]The cache is old"),
    (6, "##[error]Process completed with exit code 2."),
    (7, "Post job cleanup."),
    (8, "Cleaning up orphan processes"),
)
TEST = ("Run make test", "make test", "shell: /usr/bin/bash -e {0}", "FAIL test_price", "warning: The cache is old")
ERROR = "error: Process completed with exit code 2."


@pytest.mark.parametrize("found", [step(4, 6), step(4, None), step(4, 7), None, step(60, 70)])
def test_the_failed_steps_part_is_shown(found: Step | None) -> None:
    assert tail(FAILED, step=found) == (*TEST, ERROR)


def test_a_step_that_failed_before_another_one_is_found_by_its_times() -> None:
    twice = FAILED + log((9, "##[group]Run ./report"), (9, "reporting"), (10, "##[error]The report failed too."))
    assert tail(twice, step=step(4, 6))[-1] == ERROR
    assert tail(twice, step=None) == ("Run ./report", "reporting", "error: The report failed too.")


def test_a_step_without_an_error_of_its_own_is_shown_to_its_end() -> None:
    cancelled = log((1, "one"), (3, "two"), (4, "three"), (9, "Post job cleanup."))
    assert tail(cancelled, step=step(3, 5)) == ("two", "three")


def test_a_log_without_an_error_is_shown_to_its_end() -> None:
    assert tail(log((1, "one"), (2, "two")), step=None) == ("one", "two")


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "\x1b[0m\n", log((1, ""), (2, "##[endgroup]"))])
def test_nothing_to_show_is_nothing(text: str) -> None:
    assert tail(text, step=None) == ()


def test_only_the_last_lines_are_shown() -> None:
    text = "\n".join(f"line {number}" for number in range(100))
    assert tail(text, step=None) == tuple(f"line {number}" for number in range(70, 100))
    assert tail(text, step=None, lines=2) == ("line 98", "line 99")
    assert tail(text, step=None, lines=0) == ()


def test_long_lines_and_long_logs_are_cut() -> None:
    (line,) = tail("x" * 100_000, step=None)
    assert line == "x" * (LONGEST_LINE - 1) + "…"
    many = tail("\n".join(f"{number:02} " + "y" * 400 for number in range(30)), step=None)
    assert [each[:2] for each in many] == [str(number) for number in range(22, 30)]
    assert len("\n".join(many)) <= LONGEST


def test_an_error_of_several_lines_is_whole() -> None:
    text = log((1, "##[error]first")).rstrip("\r\n") + "\n  second\n  third\n" + log((2, "cleanup")).lstrip("\ufeff")
    assert tail(text, step=None) == ("error: first", "  second", "  third")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain", "plain"),
        ("\tindented  ", " indented"),
        ("##[error]boom", "error: boom"),
        ("##[notice]hear", "notice: hear"),
        ("##[group]Set up", "Set up"),
        ("##[section]Starting", "Starting"),
        ("[command]/bin/ls -l", "$ /bin/ls -l"),
        ("##[not a mark] x", "##[not a mark] x"),
        ("\x1b[31m##[error]red\x1b[0m", "error: red"),
        ("\x1b[2J\x1b[1;1Hpainted", "painted"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "click"),
        ("\x9b31mred", "red"),
        ("\x1bcreset", "reset"),
        ("ten\x08\x08\x08one\x00\x7f", "tenone"),
        ("10%\r50%\r100%\r", "100%"),
        ("left\u202eright\u2066\u200b", "leftright"),
        ("a\u2028b\u00a0c", "a b c"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("2026-13-45T99:99:99Z no time", "2026-13-45T99:99:99Z no time"),
        ("2026-11-21T09:00:00.0Z 2026-11-21T08:00:00Z twice", "2026-11-21T08:00:00Z twice"),
        ("<!channel> *x* & `y`", "<!channel> *x* & `y`"),
    ],
)
def test_lines_are_made_readable(raw: str, shown: str) -> None:
    assert tail(raw, step=None) == (shown,)


SECRET = "hunter2hunter2"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("token ghp_0123456789abcdef!", "token ghp_***!"),
        ("gho_abcdefgh ghu_abcdefgh ghr_abcdefgh", "gho_*** ghu_*** ghr_***"),
        ("x=ghs_4711_ab.cd-ef_gh", "x=ghs_***"),
        ("github_pat_11AB_cdef", "github_pat_***"),
        ("gh\x1b[0mp_0123\u200b4567", "ghp_***"),
        ("xoxb-1-2-abc xoxp-1-abc xapp-1-A-b", "xoxb-*** xoxp-*** xapp-***"),
        ("xoxe.xoxp-1-abcdef", "xoxe.xoxp-***"),
        ("id AKIAIOSFODNN7EXAMPLE", "id ***"),
        ("jwt eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl end", "jwt *** end"),
        ("> Authorization: Bearer abc def", "> Authorization: ***"),
        ("-H 'authorization: Basic dXNlcjpwYXNz' https://x", "-H 'authorization: ***"),
        ("using Bearer abcdefgh1234", "using Bearer ***"),
        (f"password={SECRET}", "password=***"),
        (f"DB_PASSWORD: '{SECRET} with spaces' next", "DB_PASSWORD: *** next"),
        (f'{{"access_token":"{SECRET}", "n": 1}}', '{"access_token":***, "n": 1}'),
        (f'{{\\"client_secret\\": \\"{SECRET}\\"}}', '{\\"client_secret\\": ***}'),
        (f'secret = "a\\"{SECRET}"', "secret = ***"),
        (f"AWS_SECRET_ACCESS_KEY={SECRET}/+=", "AWS_SECRET_ACCESS_KEY=***"),
        (f"apiKey => {SECRET}", "apiKey => ***"),
        (f"?token={SECRET}&a=b", "?token=***"),
        (f"login --password {SECRET} now", "login --password *** now"),
        (f"curl -u alice:{SECRET} https://x", "curl -u *** https://x"),
        (f"https://alice:{SECRET}@example.com/x", "https://***@example.com/x"),
        (f"postgres://u:p/{SECRET}@db:5432/x", "postgres://***@db:5432/x"),
        (f"https://{SECRET}@example.com", "https://***@example.com"),
        (f"::add-mask::{SECRET}", "::add-mask::***"),
        (f"a -----BEGIN KEY-----\\n{SECRET}\\n-----END KEY----- b", "a *** b"),
        (f"a -----BEGIN KEY----- {SECRET}", "a ***"),
        ("https://example.com/a@b?c#d", "https://example.com/a@b?c#d"),
        ("npm_config_registry and Author: Bob", "npm_config_registry and Author: Bob"),
        ("eyJ is no token, nor is ghp_", "eyJ is no token, nor is ghp_"),
    ],
)
def test_what_looks_like_a_secret_is_masked(raw: str, shown: str) -> None:
    assert tail(raw, step=None) == (shown,)


KEY = [
    "-----BEGIN RSA PRIVATE KEY-----",
    *["MIIEowIBAAKCAQEA0123456789"] * 40,
    "dGFpbA==",
    "-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (["before", *KEY, "after"], ("before", "***", "after")),
        (["before", "x: " + KEY[0], *KEY[1:-1], KEY[-1] + " y"], ("before", "x: ***", " y")),
        ([*KEY[20:], "after"], ("***", "after")),
        (["before", *KEY[:-2], "all went well"], ("before", "***", "all went well")),
        ([*(f"app | {line}" for line in KEY[:-2]), "done now"], ("app | ***", "done now")),
        ([KEY[0], "a word", KEY[-1], *KEY, "after"], ("***", "***", "after")),
    ],
)
def test_keys_are_masked_over_their_lines(lines: list[str], shown: tuple[str, ...]) -> None:
    assert tail("\n".join(lines), step=None) == shown
    assert tail(log(*((1, line) for line in lines)), step=None) == shown


def test_a_key_that_began_before_the_shown_part_is_masked() -> None:
    text = log((1, KEY[0]), *((4, line) for line in KEY[1:]), (5, "##[error]It broke."))
    assert tail(text, step=step(4, 5)) == ("error: It broke.",)


def test_a_token_is_masked_before_its_line_is_cut() -> None:
    (line,) = tail("x" * 280 + " https://alice:" + "p" * 500 + "@example.com", step=None)
    assert line == "x" * 280 + " https://***@exampl…"


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 262_144,
        "token" * 50_000,
        "://a:" * 50_000,
        "-----BEGIN A-----\n" * 15_000,
        "-----END A-----\n" * 15_000,
        "\x1b[" * 130_000,
        '"' * 262_144,
        "password=\\" * 20_000,
        "##[error]x\n" * 25_000,
        "ghp_" * 60_000,
        "a " * 130_000,
    ],
)
def test_a_hostile_log_takes_no_time(hostile: str) -> None:
    begun = time.process_time()
    tail(hostile, step=None)
    tail("\n".join([hostile[:4_000]] * 60), step=step(0, 1))
    assert time.process_time() - begun < 5


@given(st.text(), st.integers(0, 40))
def test_whatever_comes_in_what_comes_out_is_short_and_printable(text: str, lines: int) -> None:
    shown = tail(text, step=None, lines=lines)
    assert len(shown) <= lines
    assert len("\n".join(shown)) <= LONGEST
    assert all(line.isprintable() and line.strip() and len(line) <= LONGEST_LINE for line in shown)
