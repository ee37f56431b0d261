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


def test_the_schema_is_printed() -> None:
    assert run("schema").stdout.encode() == schema()
