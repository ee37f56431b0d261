"""What peers promise about lines that people type, and the bugs that we do not share with them.

slash-command-dispatch: https://github.com/peter-evans/slash-command-dispatch#command-syntax
Atlantis: https://www.runatlantis.io/docs/using-atlantis
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.model.command import Argument, Arguments, ArgumentType, Command, ParsedCommand, Problem
from bot.model.config import ConfiguredCommand
from bot.rules import arguments, parse
from bot.rules.catalog import command_of
from tests.support import make

ORIGIN = make.origin()
VERBS = ("deploy", "plan", "unlock", "help")
DEPLOY = command_of(
    ConfiguredCommand(
        name="deploy",
        workflow="deploy.yml",
        arguments=(
            Argument(name="environment", type=ArgumentType.CHOICE, choices=("staging", "production"), required=True),
            Argument(name="message", default=""),
            Argument(name="dry_run", type=ArgumentType.BOOLEAN, default="false"),
        ),
        fixed={"requested_by": "signalbox"},
    )
)


def read(line: str) -> ParsedCommand | Problem | None:
    return parse.parse(line, ORIGIN, verbs=VERBS)


def matched(line: str, command: Command = DEPLOY) -> Mapping[str, str] | Problem:
    heard = read(line)
    assert isinstance(heard, ParsedCommand)
    found = arguments.match(command, heard.positional, heard.named, head=parse.head(heard))
    return dict(found.values) if isinstance(found, Arguments) else found


@pytest.mark.parametrize(
    ("line", "positional", "named"),
    [
        ("/deploy a b", ("a", "b"), {}),
        ('/deploy "two words"', ("two words",), {}),
        ('/deploy name="two words"', (), {"name": "two words"}),
        ("/deploy 'single quotes too'", ("single quotes too",), {}),
        (r'/deploy "say \"hi\""', ('say "hi"',), {}),  # there the backslashes stay
        ("/deploy a.b=c", ("a.b=c",), {}),
        ("/deploy my-name=x my_name=y", (), {"my-name": "x", "my_name": "y"}),
        ("/deploy name=", (), {"name": ""}),  # there it is a value of its own
        ("/deploy x=1=2", (), {"x": "1=2"}),
    ],
)
def test_slash_command_dispatch_s_words(line: str, positional: tuple[str, ...], named: Mapping[str, str]) -> None:
    heard = read(line)
    assert isinstance(heard, ParsedCommand)
    assert (heard.positional, dict(heard.named)) == (positional, dict(named))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/deploy staging environment=staging", "given twice"),  # there the last one wins
        ("/deploy staging message=a message=b", "given twice"),
        ("/deploy staging requested_by=me", "no argument"),  # there what is static can be overridden
        ("/deploy staging signalbox_sha=abc", "no argument"),
        ("/deploy staging a b c", "too many"),  # there they become arg4, arg5, ...
        ("/deploy", "missing"),  # there GitHub refuses it later
        ("/deploy stagin", "is staging or production"),
        ('/deploy "staging', "quote"),  # there the quote is part of the value
    ],
)
def test_slash_command_dispatch_s_bugs_are_errors_here(line: str, told: str) -> None:
    heard = read(line)
    assert heard is not None
    problem = heard if isinstance(heard, Problem) else matched(line)
    assert isinstance(problem, Problem)
    assert told in problem.sentence


def test_more_than_ten_arguments_are_passed_on() -> None:
    many = tuple(Argument(name=f"input{number}", default="") for number in range(20))
    wide = command_of(ConfiguredCommand(name="deploy", workflow="wide.yml", arguments=many))
    line = "/deploy " + " ".join(f"input{number}={number}" for number in range(20))
    found = matched(line, wide)
    assert not isinstance(found, Problem)
    assert len([value for value in found.values() if value]) == 20  # there ten are left


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("/depoly staging", "/deploy staging"),  # Atlantis guesses its own name only, never a verb
        ("/ops paln", "/ops plan"),
        ("/ops unlok", "/ops unlock"),
        ("/ops HELPP", "/ops help"),
    ],
)
def test_atlantis_s_typos_are_offered_and_never_acted_on(line: str, nearest: str) -> None:
    problem = read(line)
    assert isinstance(problem, Problem)
    assert problem.nearest == nearest


@pytest.mark.parametrize("line", ["/DEPLOY staging", "/Deploy staging", "/ops Deploy staging", "/deploy staging  "])
def test_atlantis_s_autocorrected_capitals_are_no_typo(line: str) -> None:
    found = matched(line)
    assert not isinstance(found, Problem)
    assert found["environment"] == "staging"


@pytest.mark.parametrize("line", ["/plam", "deploy staging", "/planned for tomorrow", "/usr/bin/deploy"])
def test_ordinary_prose_is_left_alone(line: str) -> None:
    assert read(line) is None
