"""All of Slack's payloads that we have come in, over HTTP and by socket: kept and read, or taken and passed over."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.slack.inbound import ReadDelivery
from tests.slack.payload import House

DATA = os.environ.get("CONTRACT_DATA")
ROOT = Path(DATA or "/nonexistent", "slack")
REAL = sorted(ROOT.glob("bolt-payloads/*/*.json"))
SAMPLES = sorted([*ROOT.glob("payload-samples/*/*.json"), *ROOT.glob("events/*.json")])
ENVELOPES = ROOT / "socket-mode" / "envelopes.json"

KEPT = {
    "block_actions/body": "slack_actions",
    "authorize/block_actions_body": "slack_actions",
    "slash_command/slash_command_body": "slack_command",
    "events/app_uninstalled_body": "slack_left",
    "events/tokens_revoked_body": "slack_left",
    "events_shared_channels/tokens_revoked_body": "slack_left",
    "events_token_revocations/event_payload": "slack_left",
    "events_shared_channels/valid_event_body": "slack_mention",
    "events_say_stream/org_app_mention_event_body": "slack_mention",
}
"""All others are about what we do not follow, or were written by a bot."""

pytestmark = pytest.mark.skipif(not DATA, reason="CONTRACT_DATA names no directory with Slack's payloads")


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def form_of(payload: Mapping[str, Any]) -> bytes | None:
    """The body as Slack posts it; None for an event, which is posted as it is."""
    if "command" in payload:
        return urlencode(payload).encode()
    interactive = "trigger_id" in payload or payload.get("type") in ("block_suggestion", "view_closed")
    return urlencode({"payload": json.dumps(payload)}).encode() if interactive else None


async def arrives(house: House, payload: Mapping[str, Any]) -> int:
    form = form_of(payload)
    return (await (house.tells(payload) if form is None else house.sends(form)))[0]


def payload_of(path: Path) -> dict[str, Any]:
    """As it arrives; a command is made ours."""
    payload: dict[str, Any] = json.loads(path.read_bytes())
    payload = payload.get("form", payload)
    return {**payload, "command": "/ops"} if "command" in payload else payload


@pytest.mark.parametrize("path", REAL, ids=name_of)
async def test_a_real_payload_is_kept_or_passed_over(path: Path) -> None:
    house = House()
    payload = payload_of(path)
    assert await arrives(house, payload) == 200
    kept = KEPT.get(name_of(path))
    assert [delivery.event for delivery in house.inbox.kept] == ([kept] if kept else [])
    for delivery in house.inbox.kept:
        assert b"verification" not in delivery.facts
        ReadDelivery()(delivery)


@pytest.mark.parametrize("path", REAL, ids=name_of)
async def test_the_same_by_socket(path: Path) -> None:
    house = House(signing_secret=None)
    assert await house.door.hear(payload_of(path), 0)
    kept = KEPT.get(name_of(path))
    assert [delivery.event for delivery in house.inbox.kept] == ([kept] if kept else [])


@pytest.mark.parametrize("path", SAMPLES, ids=name_of)
async def test_a_sample_with_its_values_blanked_does_no_harm(path: Path) -> None:
    """Their ids are empty, so they can be refused, but they are understood."""
    house = House()
    assert await arrives(house, payload_of(path)) in (200, 400)


async def test_real_envelopes_are_heard() -> None:
    house = House(signing_secret=None)
    for envelope in payload_of(ENVELOPES)["envelopes"]:
        assert await house.door.hear(envelope["payload"], envelope.get("retry_attempt") or 0)


def test_every_payload_that_we_follow_is_among_them() -> None:
    assert set(KEPT) <= {name_of(path) for path in REAL}
    assert len(REAL) == 42


async def test_the_home_tab_of_a_real_payload_is_kept() -> None:
    """The only example is about the Messages tab, which means nothing to us."""
    house = House()
    payload = payload_of(ROOT / "bolt-payloads" / "events_org_apps" / "event_payload_2.json")
    payload["event"]["user"], payload["event"]["tab"] = "W222", "home"
    assert await arrives(house, payload) == 200
    assert house.only().event == "slack_home"
