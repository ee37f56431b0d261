"""What a delivery says about its repository, from the facts that the door keeps of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any
from uuid import UUID

import pytest

from bot.errors import BadPayload
from bot.github import happened
from bot.github.edge import Door
from bot.model.delivery import Delivery
from bot.model.repository_event import RepositoryEvent
from tests.github.webhook import SECRET, comment, payload, signed
from tests.support.clock import START, FakeClock
from tests.support.make import CONNECTION, at

SHA, MERGED = "a" * 40, "b" * 40
SIDES = {"head": {"sha": SHA, "ref": "topic"}, "base": {"sha": MERGED, "ref": "main"}}
NINE, TEN = "2026-11-21T09:00:00Z", "2026-11-21T10:00:00+01:00"


class Mint:
    def id(self) -> UUID:
        return UUID(int=7)


def admitted(event: str, fields: dict[str, Any]) -> Delivery:
    raw = json.dumps(payload(**fields)).encode()
    delivery = Door(CONNECTION, SECRET, FakeClock(), Mint()).admit(signed(raw, event), raw)
    assert delivery is not None
    return delivery


EVENTS = [
    (
        "pull_request",
        {
            "action": "opened",
            "pull_request": {"number": 7, "state": "open", "merged": False, "created_at": NINE, **SIDES},
        },
        {"number": 7, "sha": SHA, "ref": "main", "state": "open", "happened_at": START},
    ),
    (
        "pull_request",
        {
            "action": "closed",
            "pull_request": {"number": 7, "state": "closed", "merged": True, "merge_commit_sha": MERGED, **SIDES},
        },
        {"number": 7, "sha": MERGED, "ref": "main", "state": "merged"},
    ),
    (
        "pull_request_review",
        {
            "action": "submitted",
            "pull_request": {"number": 7, **SIDES},
            "review": {"id": 5, "state": "approved", "commit_id": SHA, "submitted_at": TEN, "body": "A secret remark"},
        },
        {"number": 7, "thing": 5, "sha": SHA, "state": "approved", "happened_at": START},
    ),
    (
        "workflow_run",
        {
            "action": "completed",
            "workflow_run": {
                **{"id": 5, "run_attempt": 2, "workflow_id": 3, "head_sha": SHA, "head_branch": "main"},
                **{"status": "completed", "conclusion": "success", "created_at": NINE, "updated_at": NINE},
            },
        },
        {"thing": 5, "parent": 3, "attempt": 2, "sha": SHA, "ref": "main", "state": "success", "happened_at": START},
    ),
    (
        "workflow_job",
        {
            "action": "queued",
            "workflow_job": {"id": 6, "run_id": 5, "run_attempt": 1, "head_sha": SHA, "status": "queued"},
        },
        {"thing": 6, "parent": 5, "attempt": 1, "sha": SHA, "state": "queued"},
    ),
    (
        "deployment_status",
        {
            "action": "created",
            "deployment": {"id": 8, "sha": SHA, "ref": "main", "environment": "production"},
            "deployment_status": {"id": 9, "state": "success", "environment": "production", "updated_at": NINE},
        },
        {"thing": 9, "parent": 8, "sha": SHA, "environment": "production", "state": "success", "happened_at": START},
    ),
    (
        "check_run",
        {
            "action": "completed",
            "check_run": {
                **{"id": 9, "head_sha": SHA, "check_suite": {"id": 8}, "status": "completed"},
                **{"conclusion": "failure", "started_at": "2026-11-21T08:00:00Z", "completed_at": NINE},
            },
        },
        {"thing": 9, "parent": 8, "sha": SHA, "state": "failure", "happened_at": START},
    ),
    ("push", {"ref": "refs/heads/main", "before": MERGED, "after": SHA}, {"sha": SHA, "ref": "refs/heads/main"}),
    ("status", {"sha": SHA, "state": "pending"}, {"sha": SHA, "state": "pending"}),
    ("issues", {"action": "closed", "issue": {"number": 7, "state": "closed"}}, {"number": 7, "state": "closed"}),
    ("issue_comment", None, {"number": 7, "thing": 9001}),
]


@pytest.mark.parametrize(("event", "fields", "expected"), EVENTS, ids=[f"{e[0]}-{n}" for n, e in enumerate(EVENTS)])
def test_who_did_what_to_which_thing_and_when(
    event: str, fields: dict[str, Any] | None, expected: dict[str, Any]
) -> None:
    delivery = admitted(event, comment() if fields is None else fields)
    found = happened.read(delivery)
    assert found == RepositoryEvent(
        delivery=delivery.id,
        connection=CONNECTION,
        repository=77,
        received_at=START,
        event=event,
        action=delivery.action,
        actor=1001,
        **expected,
    )
    assert "remark" not in f"{asdict(found)} {delivery.facts!r}"


def test_what_is_about_no_repository_leaves_no_fact() -> None:
    raw = json.dumps({"action": "created", "installation": {"id": 5, "account": {"id": 9}}}).encode()
    delivery = Door(CONNECTION, SECRET, FakeClock(), Mint()).admit(signed(raw, "installation"), raw)
    assert delivery is not None
    assert happened.read(delivery) is None


@pytest.mark.parametrize("facts", [b"", b"{", b'{"repository":7}', b"\xff"])
def test_facts_that_are_not_ours_are_said_to_be_so(facts: bytes) -> None:
    delivery = Delivery(
        id=UUID(int=7), connection=CONNECTION, guid="g", event="push", action=None, facts=facts, received_at=at(0)
    )
    with pytest.raises(BadPayload):
        happened.read(delivery)
