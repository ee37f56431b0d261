"""Lines to copy as they are typed in Slack."""

import pytest

from bot.model.message import Message
from bot.rules import policy
from bot.rules.dialect import Dialect
from tests.support.make import pull_request

ANYWHERE = ("help", "link", "whoami")


def dialect(target: str | None = None, command: str = "/ops") -> Dialect:
    return Dialect(command=command, target=target, anywhere=ANYWHERE)


@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        ("/run deploy.yml", "/ops run acme/shop#7 deploy.yml"),
        ("/ops run deploy.yml", "/ops run acme/shop#7 deploy.yml"),
        ("/ops run acme/shop#7 deploy.yml", "/ops run acme/shop#7 deploy.yml"),
        ("/help run", "/ops help run"),
        ("/ops help", "/ops help"),
        ("/cancel K7QX2M", "/ops cancel K7QX2M"),
        ("/rerun failed K7QX2M", "/ops rerun failed K7QX2M"),
        ("/runs", "/ops runs acme/shop#7"),
        ("/explain run deploy.yml", "/ops explain run acme/shop#7 deploy.yml"),
        ("/explain /run deploy.yml", "/ops explain run acme/shop#7 deploy.yml"),
        ("/use <owner/repo> [guests=true]", "/ops use <owner/repo> [guests=true]"),
        ("not a line", "not a line"),
    ],
)
def test_with_a_target_that_was_typed(line: str, spoken: str) -> None:
    assert dialect("acme/shop#7").line(line) == spoken


@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        ("/run deploy.yml", "/box run deploy.yml"),
        ("/ops", "/box"),
        ("/box run deploy.yml", "/box run deploy.yml"),
    ],
)
def test_with_another_slash_command(line: str, spoken: str) -> None:
    assert dialect(command="/box").line(line) == spoken


def test_every_line_of_a_message() -> None:
    message = Message(
        name="request_failed",
        fields={
            "line": "/run as typed",
            "usage": "/run <workflow file>",
            "nearest": None,
            "examples": ["/run a.yml", "/help"],
            "offers": [{"line": "/cancel K7QX2M", "does": "stops it"}],
            "commands": [{"usage": "/status [request]", "summary": "Show."}],
            "note": "/run is a word here",
        },
    )
    assert dialect("acme/shop").message(message).fields == {
        "line": "/run as typed",
        "usage": "/ops run acme/shop <workflow file>",
        "nearest": None,
        "examples": ["/ops run acme/shop a.yml", "/ops help"],
        "offers": [{"line": "/ops cancel K7QX2M", "does": "stops it"}],
        "commands": [{"usage": "/ops status acme/shop [request]", "summary": "Show."}],
        "note": "/run is a word here",
        "prefix": "/ops",
    }


def test_a_next_step_that_ends_in_a_line_is_for_slack() -> None:
    pull = pull_request(head_repository=None)
    step = policy.not_a_fork(pull, None, None).next_step
    assert step.endswith(f"type `/trust {pull.head_sha[:12]}`.")
    said = dialect("acme/shop#7").message(Message(name="command_refused", fields={"next_step": step}))
    assert str(said.fields["next_step"]).endswith(f"type `/ops trust acme/shop#7 {pull.head_sha[:12]}`.")


@pytest.mark.parametrize(
    ("sentence", "spoken"),
    [
        ("Type `/rerun K7QX2M`.", "Type `/ops rerun K7QX2M`."),
        ("`/runs` lists them, `/help` helps.", "`/ops runs acme/shop` lists them, `/ops help` helps."),
        ("Type ``/run a.yml note='a`b'`` again.", "Type ``/ops run acme/shop a.yml note='a`b'`` again."),
        ("Type `` /run a.yml note=` `` again.", "Type `` /ops run acme/shop a.yml note=` `` again."),
        ("Type `/ops help`.", "Type `/ops help`."),
        ("There is /run in it, and `build` failed.", "There is /run in it, and `build` failed."),
        ("An open `/run ends nowhere.", "An open `/run ends nowhere."),
        ("", ""),
    ],
)
def test_lines_that_are_marked_in_a_sentence(sentence: str, spoken: str) -> None:
    said = dialect("acme/shop").message(Message(name="any", fields={"note": sentence}, remarks=(sentence,)))
    assert said.fields["note"] == spoken
    assert said.remarks == (spoken,)
    again = dialect("acme/shop").message(said)
    assert (again.fields, again.remarks) == (said.fields, said.remarks)


def test_notes_in_a_list_of_requests() -> None:
    rows = [{"code": "K7QX2M", "text": "/run as typed", "note": "Type `/rerun K7QX2M`."}]
    said = dialect().message(Message(name="status_answered", fields={"requests": rows}))
    assert said.fields["requests"] == [{"code": "K7QX2M", "text": "/run as typed", "note": "Type `/ops rerun K7QX2M`."}]


@pytest.mark.parametrize("command", ["/ops", "/box"])
def test_a_line_as_typed_here_is_explained_without_its_slash_command(command: str) -> None:
    dialect = Dialect(command=command, target=None, anywhere=())
    assert dialect.line(f"/explain {command.removeprefix('/')} rerun K7QX2M") == f"{command} explain rerun K7QX2M"
    assert dialect.line("/explain rerun") == f"{command} explain rerun"


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("/ops ship acme/shop#1 staging", "/ship staging"),
        ("/ops ship #1 staging", "/ship staging"),
        ("/ops ship staging", "/ship staging"),
        ("/ops run acme/shop deploy.yml environment=staging", "/run deploy.yml environment=staging"),
        ("/ops rerun failed K7QX2M", "/rerun failed K7QX2M"),
        ("/ops explain ship acme/shop#1 staging", "/explain ship staging"),
    ],
)
def test_what_was_typed_in_slack_is_typed_on_github_without_its_target(typed: str, line: str) -> None:
    assert Dialect(command="/ops", target=None, anywhere=()).on_github(typed) == line
