"""Makes signed webhooks as GitHub sends them."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bot.model.delivery import Delivery
from tests.support.clock import START
from tests.support.make import CONNECTION

SECRET = "it is a secret to everybody"
GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
ALICE = {"id": 1001, "login": "alice", "type": "User"}
REPOSITORY = {
    "id": 77,
    "name": "shop",
    "full_name": "acme/shop",
    "owner": {"id": 9, "login": "acme", "type": "Organization"},
    "private": False,
    "default_branch": "main",
}
COMMENT = {
    "id": 9001,
    "body": "/run deploy.yml",
    "user": ALICE,
    "created_at": "2026-11-21T09:00:00Z",
    "html_url": "https://github.com/acme/shop/pull/7#issuecomment-9001",
}
PULL_REQUEST = {
    "number": 7,
    "state": "open",
    "draft": False,
    "head": {"sha": "a" * 40, "ref": "feature", "repo": {"id": 77}},
    "base": {"sha": "b" * 40, "ref": "main", "repo": {"id": 77}},
    "created_at": "2026-11-21T08:00:00Z",
    "updated_at": "2026-11-21T09:00:00Z",
}
RUN = {
    "id": 555,
    "run_attempt": 1,
    "status": "in_progress",
    "conclusion": None,
    "event": "workflow_dispatch",
    "workflow_id": 31,
    "path": ".github/workflows/deploy.yml",
    "head_sha": "a" * 40,
    "actor": {"id": 88, "login": "signalbox[bot]", "type": "Bot"},
    "display_title": "Deploy",
    "html_url": "https://github.com/acme/shop/actions/runs/555",
    "created_at": "2026-11-21T09:00:00Z",
    "updated_at": "2026-11-21T09:00:05Z",
    "repository": {"id": 77},
}
JOB = {
    "id": 1,
    "run_id": 555,
    "run_attempt": 2,
    "name": "build",
    "status": "completed",
    "conclusion": "success",
    "started_at": "2026-11-21T09:00:05Z",
    "completed_at": "2026-11-21T09:00:09Z",
    "html_url": "https://github.com/acme/shop/actions/runs/555/job/1",
}


def payload(**fields: Any) -> dict[str, Any]:
    """What every event carries, and `fields`."""
    return {"repository": REPOSITORY, "sender": ALICE, "installation": {"id": 5}, **fields}


def comment(body: str = "/run deploy.yml", **changes: Any) -> dict[str, Any]:
    """A comment on pull request 7."""
    return payload(
        action="created",
        issue={"number": 7, "pull_request": {"url": "https://api.github.com/repos/acme/shop/pulls/7"}},
        comment={**COMMENT, "body": body, **changes},
    )


def signed(body: bytes, event: str = "issue_comment", guid: str = GUID, secret: str = SECRET) -> dict[str, str]:
    """The headers of a delivery."""
    signature = hmac.new(secret.encode(), body, "sha256").hexdigest()
    return {"X-Hub-Signature-256": f"sha256={signature}", "X-GitHub-Event": event, "X-GitHub-Delivery": guid}


def delivery(event: str, body: Mapping[str, Any]) -> Delivery:
    """A recorded delivery, its facts not yet boiled down."""
    action = body.get("action")
    return Delivery(
        id=UUID(int=1),
        connection=CONNECTION,
        guid=GUID,
        event=event,
        action=action,
        facts=json.dumps(body).encode(),
        received_at=START,
    )
