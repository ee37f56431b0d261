"""The finished text of every message for Slack: `finished_slack/<sample>.txt` is what people read, word for word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from slack_sdk.models.blocks import Block

from bot.preview import SLACK_SAMPLES
from bot.preview.things import OURS, SERVER
from bot.render.blocks import faults
from bot.render.renderer import Renderer
from tests.render.slack import mrkdwn, seen, seen_text
from tests.render.slack_finished import shown

FINISHED = Path(__file__).with_name("finished_slack")
TEMPLATES = Path(__file__).parents[2] / "templates"
RENDERER = Renderer(TEMPLATES, None)
SLACK = "https://acme.slack.com/"


@pytest.mark.parametrize("sample", SLACK_SAMPLES)
def test_the_whole_message(sample: str) -> None:
    assert shown(RENDERER.slack(SLACK_SAMPLES[sample])) == (FINISHED / f"{sample}.txt").read_text(encoding="utf-8")


def test_every_template_has_a_finished_message() -> None:
    told = {message.name for message in SLACK_SAMPLES.values()}
    assert told == {path.name.split(".")[0] for path in (TEMPLATES / "slack").glob("[!_]*.mrkdwn.j2")}
    assert {path.stem for path in FINISHED.iterdir()} == set(SLACK_SAMPLES)


@pytest.mark.parametrize("sample", SLACK_SAMPLES)
def test_it_is_within_slack_s_limits(sample: str) -> None:
    said = RENDERER.slack(SLACK_SAMPLES[sample])
    assert faults(said.blocks) == []
    assert 0 < len(said.text) <= 300
    json.dumps(said.blocks)


@pytest.mark.parametrize("sample", SLACK_SAMPLES)
def test_slack_s_own_models_take_it(sample: str) -> None:
    for block in RENDERER.slack(SLACK_SAMPLES[sample]).blocks:
        parsed = Block.parse(dict(block))
        assert parsed is not None
        parsed.validate_json()
        assert parsed.to_dict() == block


@pytest.mark.parametrize("sample", SLACK_SAMPLES)
def test_a_message_has_no_odd_ends(sample: str) -> None:
    said = RENDERER.slack(SLACK_SAMPLES[sample])
    found = seen(said)
    assert found.live == ()
    assert found.bare == ()
    known = (f"{SERVER}/", OURS, SLACK, "!date^", "@U012ALICE", "#C012DEPLOY")
    assert all(one.startswith(known) for one in found.specials)
    for text in (text for block in said.blocks for text in mrkdwn(block)):
        assert text == text.strip()
        assert "\n\n" not in text
        assert not any(line != line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("sample", SLACK_SAMPLES)
def test_the_notification_is_plain(sample: str) -> None:
    found = seen_text(RENDERER.slack(SLACK_SAMPLES[sample]).text)
    assert found.live == ()
    assert found.bare == ()
    assert found.pieces.total() == 0
    assert set(found.specials) <= {"@U012ALICE"}


@pytest.mark.parametrize("sample", SLACK_SAMPLES)
def test_no_sign_stands_without_a_word(sample: str) -> None:
    """An emoji says nothing to some readers, so words beside it say it again."""
    for block in RENDERER.slack(SLACK_SAMPLES[sample]).blocks:
        for line in "\n".join(mrkdwn(block)).splitlines():
            for sign in "✅❌🔄⏳🚫⚪⛔❓⌛⚠🔗🔔👋\u2139":
                if sign in line:
                    assert any(char.isalpha() for char in line.split(sign, 1)[1])
