"""Whether a line is a command for us, and which."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.command import ParsedCommand, Problem
from bot.model.origin import CommentOrigin
from bot.rules.parse import MAX_COMMANDS, first, head, parse, rest

ORIGIN = CommentOrigin(
    connection=UUID(int=1),
    repository=7,
    number=12,
    on_pull_request=True,
    comment=99,
    line=1,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    url="https://github.com/acme/shop/pull/12#issuecomment-99",
    via_app=False,
)
VERBS = frozenset({"help", "run", "status", "runs", "cancel", "explain", "whoami", "deploy"})
LOOKALIKE = "/run deploy.yml environment=staging"


def read(line: str, *, require_prefix: bool = False) -> ParsedCommand | Problem | None:
    return parse(line, ORIGIN, verbs=VERBS, require_prefix=require_prefix)


def command(verb: str, *positional: str, text: str, **named: str) -> ParsedCommand:
    return ParsedCommand(verb=verb, positional=positional, named=named, origin=ORIGIN, text=text)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/help", command("help", text="/help")),
        ("/run deploy.yml", command("run", "deploy.yml", text="/run deploy.yml")),
        (LOOKALIKE, command("run", "deploy.yml", environment="staging", text=LOOKALIKE)),
        ("/ops run deploy.yml", command("run", "deploy.yml", text="/ops run deploy.yml")),
        ("/Run deploy.yml", command("run", "deploy.yml", text="/Run deploy.yml")),
        ("/Ops Run deploy.yml", command("run", "deploy.yml", text="/Ops Run deploy.yml")),
        ("/RUN Deploy.yml Env=X", command("run", "Deploy.yml", Env="X", text="/RUN Deploy.yml Env=X")),
        ("/ops", command("help", text="/ops")),
        ("/ops   ", command("help", text="/ops")),
        ("/ops help run", command("help", "run", text="/ops help run")),
        (
            "/run\u00a0deploy.yml —dry_run\r",
            command("run", "deploy.yml", dry_run="true", text="/run deploy.yml --dry_run"),
        ),
        ("/cancel K7QX2M", command("cancel", "K7QX2M", text="/cancel K7QX2M")),
    ],
)
def test_a_command_is_understood(line: str, expected: ParsedCommand) -> None:
    assert read(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "/",
        "//run",
        "/ run",
        "run deploy.yml",
        "/etc/passwd",
        "/usr/bin",
        "/run/deploy.yml",
        "/run.yml",
        "/run: deploy",
        "/run,deploy",
        "/run=deploy",
        "/deploy2",
        "/lgtm",
        "/test all",
        "/retest",
        "/approve",
        "/label bug",
        "/rum deploy.yml",  # one letter off, but too short to be sure
        "/hel",
        "/hepl",
        "/expla run deploy.yml",  # the beginning of one is offered only where it can be meant for nobody else
        "/dependabot merge",
        "/-run",
        "/rün",
        "/ops/run",
        "/opsrun",
        "/9",
        "/run\x0bdeploy.yml",
        "/shrug " + "x" * 5000,
    ],
)
def test_a_line_that_is_not_ours_gets_no_answer(line: str) -> None:
    assert read(line) is None


@pytest.mark.parametrize("line", ["/run deploy.yml", "/help", "/statsu", "/deplyo staging", "/lgtm"])
def test_where_the_prefix_is_required_bare_verbs_are_not_ours(line: str) -> None:
    assert read(line, require_prefix=True) is None
    assert read("/ops" + line.replace("/", " "), require_prefix=True) is not None


@pytest.mark.parametrize(
    ("line", "sentence", "nearest"),
    [
        ("/statsu", 'There is no command "/statsu".', "/status"),
        ("/Cancle K7QX2M", 'There is no command "/cancle".', "/cancel K7QX2M"),
        ("/deplyo note='a b'", 'There is no command "/deplyo".', "/deploy note='a b'"),
        ("/deplyo note='a b", 'There is no command "/deplyo".', "/deploy note='a b'"),
        ("/ops rum deploy.yml", 'There is no command "rum".', "/ops run deploy.yml"),
        ("/ops /run deploy.yml", 'There is no command "/run".', "/ops run deploy.yml"),
        ("/ops --help", 'There is no command "--help".', "/ops help"),
        ("/ops stat", 'There is no command "stat".', "/ops status"),
        ("/ops DEPL staging", 'There is no command "DEPL".', "/ops deploy staging"),
        ("/ops ru deploy.yml", 'There is no command "ru".', "/ops run deploy.yml"),  # also of runs: the nearest
        ("/ops lgtm", 'There is no command "lgtm".', None),
        ("/ops /etc/passwd", 'There is no command "/etc/passwd".', None),
        ("/ops @everyone", 'There is no command "@everyone".', None),
        ("/ops " + "x" * 90, 'There is no command "' + "x" * 59 + '…".', None),
    ],
)
def test_an_unknown_command_is_answered_with_the_nearest_line(line: str, sentence: str, nearest: str | None) -> None:
    assert read(line) == Problem(sentence=sentence, usage="/ops help", nearest=nearest)


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("/run x note=it's", "/run x note=it\\'s"),
        ("/ops run x 'open", "/ops run x 'open'"),
        ("/run x \u202e", "/run x"),
        ("/run x " + "y" * 4000, None),
        ("/run x " + "\u200b" * 4000, None),
        ("/run x " + "y " * 100, None),
        ("/run x a=1 a=1", None),
    ],
)
def test_our_own_line_that_can_not_be_read_is_answered(line: str, nearest: str | None) -> None:
    answer = read(line)
    assert isinstance(answer, Problem)
    assert answer.nearest == nearest


@pytest.mark.parametrize(
    ("line", "call", "after"),
    [
        ("/Explain  run x  a='b c' ", "/explain", "run x  a='b c'"),
        ("/Ops  Explain run x", "/ops explain", "run x"),
        ("/ops explain", "/ops explain", ""),
        ("/explain", "/explain", ""),
        ("/ops", "/ops help", ""),
    ],
)
def test_how_it_was_called_and_what_came_after(line: str, call: str, after: str) -> None:
    answer = read(line)
    assert isinstance(answer, ParsedCommand)
    assert (head(answer), rest(answer)) == (call, after)


def test_a_line_that_would_lose_its_end_is_never_acted_on() -> None:
    assert read("/run x " + "\u200b" * 4000 + " environment=production") == Problem(
        sentence="This line is longer than 4,000 characters."
    )


def test_ten_commands_of_a_comment_are_run() -> None:
    assert first(range(12)) == (range(10), range(10, 12))
    assert first(["/help"]) == (["/help"], [])
    assert MAX_COMMANDS == 10


@given(st.text(max_size=80))
def test_any_line_is_a_command_an_answer_or_nothing(text: str) -> None:
    for line in (text, f"/{text}", f"/ops {text}", f"/run {text}"):
        answer = read(line)
        if isinstance(answer, ParsedCommand):
            assert answer.verb in VERBS
        if isinstance(answer, Problem) and answer.nearest is not None:
            assert isinstance(read(answer.nearest), ParsedCommand)


@given(st.text(max_size=80))
def test_the_prefix_is_always_answered(text: str) -> None:
    assert read(f"/ops {text}") is not None
