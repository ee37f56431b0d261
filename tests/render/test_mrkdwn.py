"""Escaping for Slack: text shows as it was written, and does nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.render.mrkdwn import LONGEST_BLOCK, LONGEST_CODE, LONGEST_TEXT, block, code, cut_line, escape
from bot.render.slack_filters import channel, moment, person

J = "\u2060"


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("plain words, and (more): it's 3.5 + 1 = 4!", "plain words, and (more): it's 3.5 + 1 = 4!"),
        ("dry_run", "dry_run"),
        ("2*3*4", "2*3*4"),
        ("_dry_", "\u02cddry\u02cd"),
        ("*bold*", "\u2217bold\u2217"),
        ("~gone~", "\u223cgone\u223c"),
        ("a `code`", "a \u02cbcode\u02cb"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U012ALICE>", f"&lt;@{J}U012ALICE&gt;"),
        ("&lt;", "&amp;lt;"),
        ("@here", f"@{J}here"),
        ("a@b.example", f"a@{J}b.{J}example"),
        ("#general", f"#{J}general"),
        ("acme/shop#7", "acme/shop#7"),
        ("#7up", f"#{J}7up"),
        ("https://evil.example", f"https:{J}//evil.{J}example"),
        ("evil.example", f"evil.{J}example"),
        ("3.11", "3.11"),
        ("e.g. this", "e.g. this"),
        (":tada:", f":{J}tada:"),
        ("a :tada", f"a :{J}tada"),
        ("12:30 and more", "12:30 and more"),
        ("> quoted", f"{J}&gt; quoted"),
        ("-# small", f"{J}-# small"),
        ("a -> b", "a -&gt; b"),
        ("two\r\nlines\tand \x00 more", "two lines and more"),
        ("\u202eevil\u202c", "evil"),
        ("half \ud800", "half \ufffd"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        (None, ""),
        (True, "true"),
        (-5, "-5"),
    ],
)
def test_text_is_escaped_where_it_must_be(value: object, escaped: str) -> None:
    assert escape(value) == escaped


@pytest.mark.parametrize(
    ("value", "span"),
    [
        ("/run deploy.yml a=b", "`/run deploy.yml a=b`"),
        ("environment=<staging>", "`environment=&lt;staging&gt;`"),
        ("a`b`", "`a\u02cbb\u02cb`"),
        (" x ", "`x`"),
        ("", "`''`"),
        (None, "`''`"),
        ("two\nlines", "`two lines`"),
    ],
)
def test_a_code_span_shows_the_value(value: object, span: str) -> None:
    assert code(value) == span


def test_a_block_shows_lines() -> None:
    assert block(["a <b>", "", "```"]) == "\n\n```\na &lt;b&gt;\n\u02cb\u02cb\u02cb\n```\n\n"
    assert block("one") == "\n\n```\none\n```\n\n"
    assert block([]) == "\n\n```\n''\n```\n\n"


def test_of_a_long_block_the_last_lines_are_shown() -> None:
    lines = [f"line {number} " + "&" * 50 for number in range(40)]
    text = block(lines)
    assert len(text) <= LONGEST_BLOCK + 20
    assert text.startswith("\n\n```\n…\nline ")
    assert "line 39 " in text


@pytest.mark.parametrize("sign", ["x", "&", "<", "@a ", "`", ":"])
def test_long_values_are_cut(sign: str) -> None:
    assert escape(sign * 5_000).endswith("…")
    assert len(escape(sign * 5_000)) <= 2 * LONGEST_TEXT
    assert len(code(sign * 5_000)) <= LONGEST_CODE + 3
    assert len(block(sign * 5_000)) <= LONGEST_BLOCK + 20


@pytest.mark.parametrize(
    ("line", "longest", "cut"),
    [
        ("short", 10, "short"),
        ("a &amp; b", 6, "a …"),
        ("a <https://x|b> c", 12, "a …"),
        ("a `code span`", 8, "a `cod…`"),
        ("a long line", 8, "a long…"),
    ],
)
def test_a_cut_leaves_nothing_open(line: str, longest: int, cut: str) -> None:
    assert cut_line(line, longest) == cut


@pytest.mark.parametrize("user", ["U012ALICE", "W012", "U0123456789"])
def test_a_person_is_named_by_id(user: str) -> None:
    assert person(user) == f"<@{user}>"


@pytest.mark.parametrize(
    ("user", "text"),
    [
        ("", ""),
        (None, ""),
        ("alice", "alice"),
        ("u012alice", "u012alice"),
        ("U012|x", "U012|x"),
        ("U012>", "U012&gt;"),
        ("U012ALICE\n", "U012ALICE"),
        ("S012TEAM", "S012TEAM"),
        ("U" * 50, "U" * 50),
    ],
)
def test_nobody_else_is_told(user: object, text: str) -> None:
    assert person(user) == text


@pytest.mark.parametrize(
    ("place", "text"), [("C012", "<#C012>"), ("G012", "<#G012>"), ("#general", f"#{J}general"), ("C0>", "C0&gt;")]
)
def test_a_channel_is_named_by_id(place: str, text: str) -> None:
    assert channel(place) == text


def test_everybody_reads_a_moment_in_their_own_zone() -> None:
    told = moment(datetime(2026, 1, 1, 13, 5, tzinfo=timezone(timedelta(hours=1))))
    assert told == "<!date^1767269100^{date_short_pretty} at {time}|1 Jan 2026, 12:05 UTC>"
    assert moment(datetime(1970, 1, 1, tzinfo=UTC)).startswith("<!date^0^")
    assert moment(None) == ""
    assert moment("<!channel>") == ""
