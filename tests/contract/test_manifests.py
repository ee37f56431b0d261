"""The Slack app's manifest is valid under Slack's own JSON Schema."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from bot import manifests

DATA = os.environ.get("CONTRACT_DATA")
FOLDER = Path(DATA or "", "slack", "manifest-schema")
ADDRESS = "https://box.example.com"

pytestmark = pytest.mark.skipif(not DATA, reason="CONTRACT_DATA names no directory with Slack's manifest schema")


def faults(manifest: dict[str, Any], version: int = 1) -> list[str]:
    """What the schema has against it. A manifest without `_metadata` is held against version 1."""
    schema = json.loads((FOLDER / "schemas" / f"manifest.schema.{version}.0.0.json").read_text(encoding="utf-8"))
    Draft7Validator.check_schema(schema)
    return [error.message for error in Draft7Validator(schema).iter_errors(manifest)]


@pytest.mark.parametrize("sign_in", [False, True])
@pytest.mark.parametrize("socket_mode", [False, True])
def test_slack_takes_the_manifest(socket_mode: bool, sign_in: bool) -> None:
    manifest = manifests.slack("/ops", ADDRESS, socket_mode=socket_mode, sign_in=sign_in)
    assert faults(manifest) == []
    assert faults({**manifest, "_metadata": {"major_version": 2}}, version=2) == []


def test_slack_takes_the_manifest_of_a_server_without_address() -> None:
    assert faults(manifests.slack("/ops", None, socket_mode=True, sign_in=False)) == []


def test_the_schema_finds_faults() -> None:
    manifest = manifests.slack("ops", "box.example.com", socket_mode=False, sign_in=False)
    assert len(faults(manifest)) == 4  # the command, and three addresses
