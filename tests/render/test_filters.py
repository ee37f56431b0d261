"""The filters that templates use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.render.filters import duration, lies_under, mention, moment, short_sha

J = "\u2060"


@pytest.mark.parametrize("login", ["alice", "a", "Alice-B", "x" * 39, "alice_acme", "0day"])
def test_a_login_is_mentioned(login: str) -> None:
    assert mention(login) == f"@{login}"


@pytest.mark.parametrize(
    ("login", "text"),
    [
        ("", ""),
        ("acme/", "acme/"),
        ("acme/team/more", "acme/team/more"),
        ("acme/Team", "acme/Team"),
        ("@alice", f"@{J}alice"),
        ("dependabot[bot]", "dependabot\\[bot\\]"),
        ("-alice", "\\-alice"),
        ("alice-", "alice-"),
        ("x" * 60, "x" * 60),
        ("alice bob", "alice bob"),
        ("alice\n", "alice"),
        ("älice", "älice"),
        (None, ""),
        (7, "7"),
    ],
)
def test_anything_else_is_only_text(login: object, text: str) -> None:
    assert mention(login) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (42, "42 s"),
        (59.6, "1 m"),
        (60, "1 m"),
        (102, "1 m 42 s"),
        (3600, "1 h"),
        (3661, "1 h 1 m"),
        (3601, "1 h"),
        (90_000, "1 d 1 h"),
        (-5, "0 s"),
        (None, ""),
        ("soon", ""),
    ],
)
def test_a_time_is_told_in_two_units(seconds: object, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (datetime(2026, 1, 1, 12, 5, tzinfo=UTC), "1 Jan 2026, 12:05 UTC"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=timezone(-timedelta(hours=1))), "1 Jan 2027, 00:30 UTC"),
        (None, ""),
        ("now", ""),
    ],
)
def test_a_moment_is_told_in_utc(when: object, text: str) -> None:
    assert moment(when) == text


@pytest.mark.parametrize(
    ("sha", "text"),
    [("0123456789abcdef", "0123456"), ("0123456", "0123456"), ("main", "main"), ("0123456789ABC", "0123456789ABC")],
)
def test_a_commit_is_told_by_seven_characters(sha: str, text: str) -> None:
    assert short_sha(sha) == text


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://github.com/acme/shop", "https://github.com"),
        ("https://github.com/", "https://github.com"),
        ("http://127.0.0.1:8080/acme", "http://127.0.0.1:8080"),
        ("https://ghe.example/github/acme", "https://ghe.example/github"),
        ("https://github.com/a?b=c#d", "https://github.com/"),
    ],
)
def test_addresses_on_the_host_may_be_linked(url: str, base: str) -> None:
    assert lies_under(url, base)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/acme/shop",
        "//github.com/acme",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://github.com/acme",
        "https://github.com",
        "https://github.com.evil.example/acme",
        "https://github.com@evil.example/acme",
        "https://evil.example/github.com/",
        "https://github.com:444/acme",
        "https://github.com\\@evil.example/",
        "https://github.com/a b",
        "https://github.com/a\nb",
        "https://github.com/\ud800",
        "https://github.com/../x",
        "https://[github.com/acme",
    ],
)
def test_no_other_address_is_linked(url: str) -> None:
    assert not lies_under(url, "https://github.com")


def test_a_path_in_the_base_bounds_the_address() -> None:
    assert not lies_under("https://ghe.example/githubber/x", "https://ghe.example/github")
    assert not lies_under("https://ghe.example/other", "https://ghe.example/github")
