"""From a line to what the command proposes."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from bot.errors import UserError
from bot.model.command import Argument, Arguments, Command, ParsedCommand, Problem
from bot.model.intent import Intent, Query, Question
from bot.model.origin import CommentOrigin
from bot.model.people import Role
from bot.rules.parse import parse
from bot.rules.understand import understand

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


def propose(arguments: Arguments) -> Intent:
    """Ask for help, with the words that were given."""
    if arguments.get("command") == "nothing":
        raise UserError("There is no help for nothing.", usage="/help [command]", nearest="/help run")
    return Query(question=Question.HELP, arguments=arguments.values)


def command(name: str, *arguments: Argument, whole_line: bool = False) -> Command:
    return Command(
        name=name,
        summary="Help.",
        usage=f"{name} [command]",
        permission=Role.READ,
        arguments=arguments,
        open_ended=False,
        whole_line=whole_line,
        examples=(),
        propose=propose,
    )


CATALOG = {"help": command("help", Argument(name="command")), "explain": command("explain", whole_line=True)}


def meant(line: str) -> Intent | Problem:
    parsed = parse(line, ORIGIN, verbs=CATALOG.keys())
    assert isinstance(parsed, ParsedCommand)
    return understand(CATALOG, parsed)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("/help", {}),
        ("/help run", {"command": "run"}),
        ("/ops help command=run", {"command": "run"}),
        ("/explain run deploy.yml note='a  b'", {"line": "run deploy.yml note='a  b'"}),
        ("/ops explain --x -- y", {"line": "--x -- y"}),
        ("/explain", {"line": ""}),
    ],
)
def test_the_command_proposes(line: str, values: dict[str, str]) -> None:
    assert meant(line) == Query(question=Question.HELP, arguments=values)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "/ops help a b",
            Problem(sentence='"b" is one value too many.', usage="/ops help [command]", nearest="/ops help a"),
        ),
        (
            "/help nothing",
            Problem(sentence="There is no help for nothing.", usage="/help [command]", nearest="/help run"),
        ),
    ],
)
def test_what_is_wrong_is_said(line: str, problem: Problem) -> None:
    assert meant(line) == problem
