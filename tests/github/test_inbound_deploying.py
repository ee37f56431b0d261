"""What deliveries around deploying mean: check runs of ours, guarded environments, comments that changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import BadPayload
from bot.github.inbound import ReadDelivery, read
from bot.model.inbound import CheckButtonPressed, CheckRerunWanted, CommentChanged, ProtectionAsked
from tests.github.conftest import APP_ID
from tests.github.webhook import comment, delivery, payload
from tests.support.clock import START
from tests.support.make import CONNECTION, SHA, account, repository

BOT = {"id": 1, "login": "github-actions[bot]", "type": "Bot"}
CHECK_RUN = {
    "id": 3,
    "name": "Signalbox: deploy production",
    "head_sha": SHA,
    "external_id": "K7QX2M",
    "status": "completed",
    "conclusion": "action_required",
    "app": {"id": APP_ID},
}
CALLBACK = "https://api.github.com/repos/acme/shop/actions/runs/555/deployment_protection_rule"
DEPLOYMENT = {
    "id": 8,
    "sha": SHA,
    "ref": "main",
    "creator": {"id": 1001, "login": "alice", "type": "User"},
    "created_at": "2026-11-21T10:00:00+01:00",
}


def pressed(**fields: Any) -> dict[str, Any]:
    usual = {"action": "requested_action", "check_run": CHECK_RUN, "requested_action": {"identifier": "approve"}}
    return payload(**(usual | fields))


def asked(**fields: Any) -> dict[str, Any]:
    usual = {
        "action": "requested",
        "environment": "production",
        "event": "workflow_dispatch",
        "deployment_callback_url": CALLBACK,
        "deployment": DEPLOYMENT,
        "pull_requests": [],
    }
    return payload(**(usual | fields))


def test_somebody_presses_a_button_of_ours() -> None:
    assert read(delivery("check_run", pressed()), APP_ID) == (
        CheckButtonPressed(
            repository=repository(),
            check_run=3,
            sha=SHA,
            name="Signalbox: deploy production",
            external_id="K7QX2M",
            identifier="approve",
            account=account(),
            at=START,
        ),
    )


def test_somebody_wants_it_to_run_again() -> None:
    body = payload(action="rerequested", check_run=CHECK_RUN | {"external_id": None})
    assert read(delivery("check_run", body), APP_ID) == (
        CheckRerunWanted(
            repository=repository(),
            check_run=3,
            sha=SHA,
            name="Signalbox: deploy production",
            external_id="",
            account=account(),
            at=START,
        ),
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"sender": BOT},
        {"sender": None},
        {"check_run": CHECK_RUN | {"app": {"id": 1}}},
        {"check_run": CHECK_RUN | {"app": None}},
        {"check_run": CHECK_RUN | {"head_sha": None}},
        {"requested_action": None},
        {"requested_action": {}},
        {"action": "created"},
        {"action": "completed"},
    ],
)
def test_machines_others_check_runs_and_other_news_are_no_wish(fields: dict[str, Any]) -> None:
    assert read(delivery("check_run", pressed(**fields)), APP_ID) == ()


def test_t24_our_app_on_another_connection_is_somebody_elses() -> None:
    assert ReadDelivery({CONNECTION: 1})(delivery("check_run", pressed())) == ()
    assert ReadDelivery({})(delivery("check_run", pressed())) == ()


def test_a_job_waits_for_an_environment_of_ours() -> None:
    assert read(delivery("deployment_protection_rule", asked())) == (
        ProtectionAsked(
            repository=repository(),
            run=555,
            environment="production",
            sha=SHA,
            ref="main",
            event="workflow_dispatch",
            deployment=8,
            account=account(),
            at=datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
        ),
    )


def test_what_github_leaves_out_is_empty() -> None:
    bare = asked(event=None, deployment={"id": 8, "sha": SHA})
    (found,) = read(delivery("deployment_protection_rule", bare))
    assert isinstance(found, ProtectionAsked)
    assert (found.ref, found.event, found.account, found.at) == ("", "", None, START)


@pytest.mark.parametrize(
    "callback",
    [
        "https://api.github.com/repos/acme/shop/actions/runs/0/deployment_protection_rule",
        "https://api.github.com/repos/acme/shop/actions/runs/five/deployment_protection_rule",
        "https://api.github.com/repos/acme/shop/actions/runs/555/deployment_protection_rule/../../666",
        "https://api.github.com/?/actions/runs/555/deployment_protection_rule",
        "https://api.github.com/repos/acme/shop/actions/runs/55555555555555555555/deployment_protection_rule",
        "javascript:/actions/runs/555/deployment_protection_rule",
        "",
    ],
)
def test_a_question_about_no_run_is_a_bad_payload(callback: str) -> None:
    with pytest.raises(BadPayload):
        read(delivery("deployment_protection_rule", asked(deployment_callback_url=callback)))


@pytest.mark.parametrize("fields", [{"deployment": {"id": 8}}, {"environment": ""}])
def test_a_question_without_its_commit_or_environment_is_a_bad_payload(fields: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        read(delivery("deployment_protection_rule", asked(**fields)))


def test_t10_whatever_host_the_question_names_only_the_number_is_read() -> None:
    evil = "https://evil.example/repos/acme/shop/actions/runs/555/deployment_protection_rule"
    (found,) = read(delivery("deployment_protection_rule", asked(deployment_callback_url=evil)))
    assert isinstance(found, ProtectionAsked)
    assert found.run == 555
    assert "evil" not in repr(found)


@pytest.mark.parametrize(("action", "at"), [("edited", datetime(2026, 11, 21, 8, 30, tzinfo=UTC)), ("deleted", START)])
def test_a_comment_changed_whoever_did_it(action: str, at: datetime) -> None:
    body = comment(updated_at="2026-11-21T08:30:00Z") | {"action": action, "sender": BOT}
    (changed,) = read(delivery("issue_comment", body))
    assert changed == CommentChanged(
        connection=CONNECTION,
        repository=77,
        comment=9001,
        action=action,
        by=account(id=1, login="github-actions[bot]"),
        at=at,
    )
