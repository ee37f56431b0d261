"""Every message can be looked at before anybody reads it, also in an operator's own words."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.doctor import words
from bot.doctor.finding import Grade
from bot.preview import SLACK_SAMPLES, show

TEMPLATES = Path(__file__).parents[1] / "templates"


def override(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_every_template_is_previewed() -> None:
    there = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.glob("[gs]*/[!_]*.j2")}
    assert {shown.template for shown in show.preview(None)} == there


def test_an_operator_s_words_are_shown(tmp_path: Path) -> None:
    folder = override(tmp_path, "github/cancel_answered.md.j2", "Stopped! {{ sentence }}")
    shown = [*show.preview(folder, surface="github", name="cancel")]
    assert [(each.template, each.text, each.failure) for each in shown] == [
        ("github/cancel_answered.md.j2", "Stopped! Stopping request K7QX2M.", "")
    ]
    assert [*show.faults(folder)] == []


def test_what_fails_is_told_once_and_ours_is_shown(tmp_path: Path) -> None:
    folder = override(tmp_path, "slack/request_started.mrkdwn.j2", "{{ nothing }}")
    override(folder, "slack/request_start.mrkdwn.j2", "misspelt")
    override(folder, "slack/_mine.mrkdwn.j2", "a shared part of their own")
    first = next(name for name, message in SLACK_SAMPLES.items() if message.name == "request_started")
    assert [*show.faults(folder)] == [
        "slack/request_start.mrkdwn.j2 is never used: no message has that name",
        f"slack/request_started.mrkdwn.j2 fails for the example {first}: UndefinedError: 'nothing' is undefined",
    ]
    assert [each.text for each in show.preview(folder, surface="slack", name="started")] == [
        each.text for each in show.preview(None, surface="slack", name="started")
    ]


async def test_the_doctor_tries_them(tmp_path: Path) -> None:
    folder = override(tmp_path, "github/whoami_answered.md.j2", "{# nobody #}{{ role.nothing() }}")
    found = [finding async for finding in words.findings(folder)]
    assert [(finding.grade, finding.about) for finding in found] == [(Grade.LOOK, "templates")]
    assert found[0].text.startswith("github/whoami_answered.md.j2 fails for the example whoami: UndefinedError")
    fine = [finding async for finding in words.findings(tmp_path / "github")]
    assert [finding.grade for finding in fine] == [Grade.LOOK]  # without its folder the name is nobody's


def test_the_command_shows_one_or_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/box.db")
    run = CliRunner().invoke
    one = run(main, ["templates", "preview", "--surface", "github", "command_voided"])
    assert one.exit_code == 0
    assert one.output.count("--- github/command_voided.md.j2 (command-voided") == 2
    unknown = run(main, ["templates", "preview", "comand_voided"])
    assert unknown.exit_code == 2
    assert "Did you mean command_voided?" in unknown.output
    monkeypatch.setenv("TEMPLATES", str(override(tmp_path, "github/cancel_answered.md.j2", "{{ 1 / 0 }}")))
    broken = run(main, ["templates", "preview", "cancel"])
    assert broken.exit_code == 1
    assert "ZeroDivisionError" in broken.output
    monkeypatch.setenv("TEMPLATES", str(tmp_path / "nowhere"))
    gone = run(main, ["templates", "preview"])
    assert gone.exit_code == 2
    assert "TEMPLATES must be the path of a folder that exists" in gone.output
