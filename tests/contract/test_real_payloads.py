"""All of GitHub's published example payloads come in: kept with their facts, or known to mean nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from uuid import UUID

import pytest

from bot.github.edge import Door
from bot.github.inbound import read
from bot.model.inbound import CheckButtonPressed, CheckRerunWanted
from tests.github.webhook import SECRET, signed
from tests.support.clock import FakeClock
from tests.support.make import CONNECTION

DATA = os.environ.get("CONTRACT_DATA")
FILES = sorted(Path(DATA, "github-webhooks").glob("*/*.json")) if DATA else []

KEPT = {
    "installation",
    "installation_repositories",
    "member",
    "membership",
    "organization",
    "pull_request",
    "push",
    "repository",
    "team",
    "team_add",
    "workflow_job",
    "workflow_run",
}
"""Events of which at least one example means something. No example of `issue_comment` holds a command."""

pytestmark = pytest.mark.skipif(not DATA, reason="CONTRACT_DATA names no directory with GitHub's payloads")


class Mint:
    def id(self) -> UUID:
        return UUID(int=7)


def meant(path: Path, raw: bytes) -> list[str]:
    delivery = Door(CONNECTION, SECRET, FakeClock(), Mint()).admit(signed(raw, path.parent.name), raw)
    if delivery is None:
        return []
    assert len(delivery.facts) < len(raw)
    return [type(inbound).__name__ for inbound in read(delivery, 1)]


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}/{path.stem}" for path in FILES])
def test_a_real_payload_is_accepted(path: Path) -> None:
    meant(path, path.read_bytes())


@pytest.mark.parametrize(
    ("name", "app", "kind"),
    [("06.requested_action", 25811, CheckButtonPressed), ("07.rerequested", 2, CheckRerunWanted)],
)
def test_a_real_wish_about_a_check_run_of_ours_is_read(name: str, app: int, kind: type) -> None:
    path = Path(DATA or "", "github-webhooks", "check_run", f"{name}.json")
    raw = path.read_bytes()
    delivery = Door(CONNECTION, SECRET, FakeClock(), Mint()).admit(signed(raw, "check_run"), raw)
    assert delivery is not None
    assert [type(each) for each in read(delivery, app)] == [kind]


def test_there_are_as_many_as_were_published() -> None:
    assert len(FILES) == 109


def test_every_event_that_we_follow_means_something() -> None:
    assert {path.parent.name for path in FILES if meant(path, path.read_bytes())} == KEPT


def test_a_command_in_a_real_comment_is_found() -> None:
    found = 0
    for path in FILES:
        if path.parent.name == "issue_comment" and path.stem.endswith("created"):
            body = json.loads(path.read_bytes())
            body["comment"]["body"] = "/run deploy.yml"
            found += meant(path, json.dumps(body).encode()) == ["CommandReceived"]
    assert found > 0
