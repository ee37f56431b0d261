"""The door for webhooks: signature first, then shape, then whether it means anything."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from bot.errors import BadPayload, BadSignature
from bot.github.edge import Door
from bot.github.inbound import read
from bot.model.delivery import Delivery
from tests.github.webhook import ALICE, GUID, JOB, PULL_REQUEST, RUN, SECRET, comment, payload, signed
from tests.support.clock import START, FakeClock
from tests.support.make import CONNECTION


class Mint:
    def id(self) -> UUID:
        return UUID(int=7)


@pytest.fixture
def door() -> Door:
    return Door(CONNECTION, SECRET, FakeClock(), Mint())


def admit(door: Door, body: dict[str, Any], event: str = "issue_comment") -> Delivery | None:
    raw = json.dumps(body).encode()
    return door.admit(signed(raw, event), raw)


def test_a_delivery_keeps_the_few_facts_that_later_steps_read(door: Door) -> None:
    body = comment(node_id="MDExOk", reactions={"+1": 1}, author_association="OWNER")
    body["comment"]["body"] = "/run deploy.yml"
    assert admit(door, body) == Delivery(
        id=UUID(int=7),
        connection=CONNECTION,
        guid=GUID,
        event="issue_comment",
        action="created",
        facts=json.dumps(
            {
                "action": "created",
                "repository": {
                    "id": 77,
                    "name": "shop",
                    "full_name": "acme/shop",
                    "owner": {"id": 9, "login": "acme", "type": "Organization"},
                    "private": False,
                    "default_branch": "main",
                },
                "installation": {"id": 5},
                "sender": ALICE,
                "comment": {
                    "id": 9001,
                    "body": "/run deploy.yml",
                    "user": ALICE,
                    "created_at": "2026-11-21T09:00:00Z",
                    "html_url": "https://github.com/acme/shop/pull/7#issuecomment-9001",
                },
                "issue": {"number": 7, "pull_request": {}},
            },
            separators=(",", ":"),
        ).encode(),
        received_at=START,
    )


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        "sha1=" + "0" * 40,
        "sha256=" + "\u00e9" * 64,
        "sha256=\udcff",
    ],
)
def test_a_wrong_signature_is_refused_whatever_the_rest_looks_like(door: Door, signature: str) -> None:
    with pytest.raises(BadSignature):
        door.admit({"X-Hub-Signature-256": signature}, b"no JSON")


def test_a_missing_signature_is_refused(door: Door) -> None:
    raw = json.dumps(comment()).encode()
    headers = signed(raw)
    del headers["X-Hub-Signature-256"]
    with pytest.raises(BadSignature):
        door.admit(headers, raw)


def test_a_signature_counts_for_the_raw_bytes_and_one_secret(door: Door) -> None:
    raw = json.dumps(comment()).encode()
    assert door.admit(signed(raw), raw) is not None
    for headers, body in ((signed(raw), raw + b" "), (signed(raw, secret="another"), raw)):
        with pytest.raises(BadSignature):
            door.admit(headers, body)


def test_an_upper_case_signature_is_not_githubs(door: Door) -> None:
    raw = json.dumps(comment()).encode()
    headers = signed(raw)
    headers["X-Hub-Signature-256"] = "sha256=" + headers["X-Hub-Signature-256"].removeprefix("sha256=").upper()
    with pytest.raises(BadSignature):
        door.admit(headers, raw)


def test_a_door_without_a_secret_can_not_be_built() -> None:
    with pytest.raises(ValueError, match="needs a secret"):
        Door(CONNECTION, "", FakeClock(), Mint())


def test_the_secret_does_not_show(door: Door) -> None:
    assert SECRET not in repr(door) + repr(vars(door))


@pytest.mark.parametrize("event", ["", "Issue_comment", "issue comment", "a" * 65, "x-y", "issue_comment\n"])
def test_a_strange_event_name_is_a_bad_payload(door: Door, event: str) -> None:
    with pytest.raises(BadPayload):
        admit(door, comment(), event)


@pytest.mark.parametrize("guid", ["", "1", GUID + "0", GUID.replace("-", "_"), "../" + GUID[3:], GUID + "\n"])
def test_a_strange_guid_is_a_bad_payload(door: Door, guid: str) -> None:
    raw = json.dumps(comment()).encode()
    with pytest.raises(BadPayload):
        door.admit(signed(raw, guid=guid), raw)


def test_a_guid_is_kept_in_one_case(door: Door) -> None:
    raw = json.dumps(comment()).encode()
    kept = door.admit(signed(raw, guid=GUID.upper()), raw)
    assert kept is not None
    assert kept.guid == GUID


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"payload=%7B%7D",
        b"[]",
        b'"text"',
        b"{",
        b'{"action": 1}',
        b'{"comment": []}',
        b"\xff\xfe",
        b'{"a":"\xff"}',
    ],
)
def test_a_signed_body_that_is_no_such_json_is_a_bad_payload(door: Door, raw: bytes) -> None:
    with pytest.raises(BadPayload):
        door.admit(signed(raw), raw)


OF_A_JOB = {
    "id": 3,
    "app": {"id": 15368, "slug": "github-actions"},
    "details_url": "https://github.com/acme/shop/actions/runs/555/job/3",
}
FACTS_ONLY = [
    ("issues", {"action": "opened", "issue": {"number": 7}}),
    ("star", {"action": "created"}),
    ("deployment", {"action": "created", "deployment": {"id": 3}}),
    ("pull_request", {"action": "labeled", "pull_request": PULL_REQUEST}),
    ("workflow_run", {"action": "unheard_of", "workflow_run": RUN}),
    ("repository", {"action": "created"}),
    ("check_run", {"action": "completed", "check_run": OF_A_JOB | {"app": {"id": 99, "slug": "lint"}}}),
    ("check_run", {"action": "completed", "check_run": OF_A_JOB | {"details_url": None}}),
    ("check_run", {"action": "completed", "check_run": OF_A_JOB | {"id": 33}}),
]


@pytest.mark.parametrize(("event", "fields"), FACTS_ONLY)
def test_what_happens_in_a_repository_is_kept_though_no_step_waits_for_it(
    door: Door, event: str, fields: dict[str, Any]
) -> None:
    delivery = admit(door, payload(**fields), event)
    assert delivery is not None
    assert read(delivery, 1) == ()


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("ping", {"zen": "Keep it logically awesome.", "hook_id": 1}),
        ("commit_comment", {"action": "created", "comment": {"id": 1, "body": "/run x"}}),
        ("issue_comment", {"action": "edited", "issue": {"number": 7}, "comment": {"id": 1, "body": "/run x"}}),
        ("star", {"action": "created", "repository": None}),
        ("check_run", {"action": "completed", "check_run": OF_A_JOB}),
    ],
)
def test_talk_what_was_told_before_and_what_is_about_no_repository_is_not_kept(
    door: Door, event: str, fields: dict[str, Any]
) -> None:
    assert admit(door, payload() | fields, event) is None


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("deployment", {"deployment": {"id": 3}, "deployment_status": {"id": 4}}),
        ("deployment_status", {"deployment": {"id": 3}}),
        ("check_suite", {"check_run": {"id": 3, "check_suite": {"id": 4}}}),
        ("pull_request_review", {"pull_request": {"number": 7}}),
    ],
)
def test_t20_facts_of_one_event_are_not_kept_as_those_of_another(
    door: Door, event: str, fields: dict[str, Any]
) -> None:
    assert admit(door, payload(**fields), event) is None


def test_a_comment_without_an_action_is_not_kept(door: Door) -> None:
    assert admit(door, comment() | {"action": None}) is None


CHANGES = [
    ("edited", "/run x", {"body": {"from": "hello"}}, False),
    ("edited", "hello", {"body": {"from": "/run x"}}, True),
    ("edited", "hello", {"body": {}}, True),
    ("edited", "hello", None, True),
    ("deleted", "/run x", None, True),
    ("deleted", "hello", None, False),
]


@pytest.mark.parametrize(("action", "body", "changes", "kept"), CHANGES)
def test_a_change_is_kept_where_there_was_a_command_and_without_the_words(
    door: Door, action: str, body: str, changes: dict[str, Any] | None, kept: bool
) -> None:
    delivery = admit(door, comment(body) | {"action": action, "changes": changes})
    assert (delivery is not None) is kept
    if delivery is not None:
        assert delivery.action == action
        assert b"hello" not in delivery.facts
        assert b"/run" not in delivery.facts


def test_a_change_of_a_bots_comment_is_not_kept(door: Door) -> None:
    user = {"id": 1, "login": "dependabot[bot]", "type": "Bot"}
    assert admit(door, comment(user=user) | {"action": "edited"}) is None


@pytest.mark.parametrize("body", ["", "thanks!", "see /usr/bin", "> /run x", None])
def test_a_comment_without_a_line_like_a_command_is_not_kept(door: Door, body: str | None) -> None:
    made = comment()
    made["comment"]["body"] = body
    assert admit(door, made) is None


@pytest.mark.parametrize("user", [None, {"id": 1, "login": "dependabot[bot]", "type": "Bot"}, {"id": 1}])
def test_a_comment_by_a_bot_or_nobody_is_not_kept(door: Door, user: dict[str, Any] | None) -> None:
    assert admit(door, comment(user=user)) is None


REVIEW = payload(action="edited", pull_request=PULL_REQUEST, review={"id": 1})
REVIEW_COMMENT = payload(action="created", pull_request=PULL_REQUEST, comment={"id": 1, "body": "/run x"})
DISCUSSION_COMMENT = payload(action="created", discussion={"id": 1}, comment={"id": 1, "body": "/run x"})
DEPLOYMENT = payload(action="completed", deployment={"id": 1}, workflow_run=RUN)
MEMBERSHIP = payload(action="added", member=ALICE, team={"id": 1}, organization={"id": 9})
SMALL_INSTALLATION = payload(action="deleted", organization={"id": 9})


@pytest.mark.parametrize(
    ("event", "body"),
    [
        ("issue_comment", payload(action="created", comment={"id": 1})),
        ("issue_comment", payload(action="created", issue={"number": 7})),
        ("issue_comment", REVIEW_COMMENT),
        ("issue_comment", DISCUSSION_COMMENT),
        ("issue_comment", DISCUSSION_COMMENT | {"issue": {"number": 7}}),
        ("issue_comment", payload(action="created", workflow_run=RUN)),
        ("check_run", payload(action="requested_action", check_run={"id": "3"})),
        ("check_run", payload(action="created", check_run={"id": 3}, deployment={"id": 1})),
        ("deployment_protection_rule", payload(action="requested", deployment={"id": 1}, environment="production")),
        ("deployment_protection_rule", payload(action="requested", workflow_run=RUN, environment="production")),
        ("pull_request", comment()),
        ("pull_request", REVIEW),
        ("pull_request", REVIEW_COMMENT | {"action": "edited"}),
        ("workflow_run", payload(action="completed", workflow_job=JOB)),
        ("workflow_run", DEPLOYMENT),
        ("workflow_job", payload(action="completed", workflow_run=RUN)),
        ("member", payload(action="added")),
        ("membership", payload(action="added", member=ALICE)),
        ("team", MEMBERSHIP),
        ("organization", MEMBERSHIP),
        ("repository", comment() | {"action": "deleted"}),
        ("repository", payload(action="edited", pull_request=PULL_REQUEST)),
        ("push", payload(ref="feature", ref_type="branch")),
        ("installation", SMALL_INSTALLATION),
        ("installation", {name: SMALL_INSTALLATION[name] for name in ("action", "installation", "sender")}),
        ("installation", payload(action="deleted", installation={"id": 5, "account": ALICE})),
        ("installation_repositories", {"action": "removed", "installation": {"id": 5, "account": ALICE}}),
    ],
)
def test_t20_a_body_that_belongs_to_another_event_is_a_bad_payload(
    door: Door, event: str, body: dict[str, Any]
) -> None:
    with pytest.raises(BadPayload):
        admit(door, body, event)


def test_a_bad_payload_does_not_repeat_what_was_sent(door: Door) -> None:
    raw = json.dumps({"action": ["ghs_secretsecret"]}).encode()
    with pytest.raises(BadPayload) as error:
        door.admit(signed(raw), raw)
    assert "ghs_secret" not in str(error.value)
