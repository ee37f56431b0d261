"""`signalbox config check` and `signalbox config schema`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.config import schema
from tests.config.files import EVERYTHING, EXAMPLE


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["config", *words])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "signalbox.yml"


def test_a_right_file_is_said_to_be_right(file: Path) -> None:
    file.write_text(EXAMPLE, encoding="utf-8")
    found = run("check", str(file))
    assert (found.exit_code, found.stdout) == (
        0,
        f"{file} is right: 1 command, 1 environment. 1 event rule: the form is right, and nothing acts on rules yet.\n",
    )


def test_every_fault_is_told_as_compilers_do(file: Path) -> None:
    file.write_text("version: 1\ncomands: {}\ncommands:\n  run: {workflow: a.yml}\n", encoding="utf-8")
    found = run("check", str(file))
    assert (found.exit_code, found.stdout, found.stderr) == (
        1,
        f'{file}:2:1: unknown key "comands". Did you mean "commands"?\n'
        f'{file}:4:3: the command "run" is built in. Give it another name.\n',
        f"{file} can not be used: 2 faults.\n",
    )


def test_the_layer_makes_a_difference(file: Path) -> None:
    file.write_text(EVERYTHING, encoding="utf-8")
    assert run("check", str(file), "--layer", "server").exit_code == 0
    assert '"final" is for the server and the organisation.' in run("check", str(file)).stdout


def test_a_file_that_is_not_there_is_no_fault_of_a_configuration(file: Path) -> None:
    assert run("check", str(file)).exit_code == 2


DEPLOY = "version: 1\ncommands:\n  deploy: {workflow: deploy.yml, teams: [acme/platform]}\nenvironments:\n"


@pytest.mark.parametrize(
    ("approvals", "line"),
    [
        (
            "people: [octocat]",
            "5:28: warning: production: octocat has to say yes, and nobody's yes to their own request counts: what "
            "they ask for there is never approved. Name a team, or only a count.",
        ),
        (
            "people: [octocat, hubot]",
            "5:28: warning: production: octocat and hubot each have to say yes, and nobody's yes to their own request "
            "counts: what any of them asks for there is never approved. Name a team, or only a count.",
        ),
        (
            "teams: [umbrella/release]",
            "5:28: warning: production: this file names teams of acme and umbrella, and only those of the repository's "
            "owner count: an approval that asks for another one's is never given.",
        ),
        ("teams: [Acme/release]", None),
        ("count: 20", None),
    ],
)
def test_approvals_that_are_never_given_are_told(file: Path, approvals: str, line: str | None) -> None:
    file.write_text(f"{DEPLOY}  production: {{approvals: {{{approvals}}}}}\n", encoding="utf-8")
    found = run("check", str(file))
    told = [f"{file}:{line}"] if line else []
    assert (found.exit_code, found.stdout.splitlines()) == (0, [*told, f"{file} is right: 1 command, 1 environment."])


def test_a_server_s_file_may_name_teams_of_several_organisations(file: Path) -> None:
    file.write_text(f"{DEPLOY}  production: {{approvals: {{teams: [umbrella/release]}}}}\n", encoding="utf-8")
    assert "warning" not in run("check", str(file), "--layer", "server").stdout


def test_the_schema_is_printed() -> None:
    assert run("schema").stdout.encode() == schema()
