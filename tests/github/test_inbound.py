"""What a recorded delivery means."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import BadPayload
from bot.github.inbound import ReadDelivery, read
from bot.model.inbound import (
    AccessChanged,
    CommandReceived,
    HeadMoved,
    InstallationChanged,
    JobReported,
    RepositoryChanged,
    RunReported,
)
from bot.model.repository import PullRequest
from bot.model.run import Conclusion, RunJob, RunReport, RunStatus
from tests.github.webhook import ALICE, COMMENT, JOB, PULL_REQUEST, REPOSITORY, RUN, comment, delivery, payload
from tests.support.make import CONNECTION, account, origin, repository

NINE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_each_line_that_may_be_a_command_is_one_in_order() -> None:
    body = "please\n/run deploy.yml\n```\n/run no.yml\n```\n/status"
    assert read(delivery("issue_comment", comment(body))) == tuple(
        CommandReceived(
            origin=origin(line=number, created_at=NINE), repository=repository(), author=account(), line=line
        )
        for number, line in ((2, "/run deploy.yml"), (6, "/status"))
    )


def test_a_comment_on_an_issue_says_so() -> None:
    (received,) = read(delivery("issue_comment", comment() | {"issue": {"number": 3}}))
    assert isinstance(received, CommandReceived)
    assert (received.origin.number, received.origin.on_pull_request) == (3, False)


def test_t30_a_comment_that_a_person_wrote_through_an_app_is_marked() -> None:
    (received,) = read(delivery("issue_comment", comment(performed_via_github_app={"id": 99})), app_id=4242)
    assert isinstance(received, CommandReceived)
    assert received.origin.via_app


@pytest.mark.parametrize(
    "changes",
    [
        {"user": {"id": 1, "login": "dependabot[bot]", "type": "Bot"}},
        {"user": {"id": 1, "login": "strange"}},
        {"user": None},
        {"performed_via_github_app": {"id": 4242}},
        {"created_at": None},
        {"body": None},
    ],
)
def test_bots_nobody_and_we_ourselves_give_no_commands(changes: dict[str, Any]) -> None:
    reading = ReadDelivery({CONNECTION: 4242})
    assert reading(delivery("issue_comment", comment())) != ()
    assert reading(delivery("issue_comment", comment(**changes) | {"comment": {**COMMENT, **changes}})) == ()


def test_our_app_on_another_connection_is_somebody_elses_app() -> None:
    reading = ReadDelivery({CONNECTION: 1})
    assert len(reading(delivery("issue_comment", comment(performed_via_github_app={"id": 4242})))) == 1


def head_moved(**changes: Any) -> HeadMoved:
    action = changes.pop("action", "synchronize")
    (moved,) = read(delivery("pull_request", payload(action=action, pull_request={**PULL_REQUEST, **changes})))
    assert isinstance(moved, HeadMoved)
    return moved


def test_a_pull_requests_head_moved() -> None:
    assert head_moved() == HeadMoved(
        repository=repository(),
        pull_request=PullRequest(
            number=7,
            head_sha="a" * 40,
            head_ref="feature",
            head_repository=77,
            base_repository=77,
            base_ref="main",
            open=True,
            draft=False,
        ),
        action="synchronize",
        at=NINE,
        pusher=1001,
    )


FORK = PULL_REQUEST | {"head": {"sha": "a" * 40, "ref": "main", "repo": {"id": 78}}}


@pytest.mark.parametrize(
    ("action", "facts", "pusher"),
    [
        ("synchronize", PULL_REQUEST, 1001),
        ("synchronize", FORK, 1001),
        ("opened", FORK, 1001),
        ("opened", PULL_REQUEST, None),
        ("edited", FORK, None),
    ],
)
def test_t9_who_pushed_is_told_only_by_a_push(action: str, facts: dict[str, Any], pusher: int | None) -> None:
    assert head_moved(action=action, **facts).pusher == pusher


@pytest.mark.parametrize(
    ("action", "hour"), [("opened", 8), ("synchronize", 9), ("reopened", 9), ("closed", 9), ("edited", 9)]
)
def test_t4_the_time_is_githubs(action: str, hour: int) -> None:
    assert head_moved(action=action).at == NINE.replace(hour=hour)


@pytest.mark.parametrize(
    ("repo", "fork"), [({"id": 77}, False), ({"id": 78}, True), (None, True)], ids=["same", "other", "deleted"]
)
def test_t15_a_head_without_a_repository_is_a_fork(repo: dict[str, int] | None, fork: bool) -> None:
    assert head_moved(head={"sha": "a" * 40, "ref": "main", "repo": repo}).pull_request.fork is fork


def test_a_time_with_an_offset_becomes_utc() -> None:
    moved = head_moved(updated_at="2026-11-21T10:00:00+01:00")
    assert (moved.at, moved.at.tzinfo) == (NINE, UTC)


def test_a_run_is_reported() -> None:
    assert read(delivery("workflow_run", payload(action="in_progress", workflow_run=RUN))) == (
        RunReported(
            connection=CONNECTION,
            repository=77,
            run=RunReport(
                id=555,
                attempt=1,
                status=RunStatus.IN_PROGRESS,
                conclusion=None,
                event="workflow_dispatch",
                workflow_id=31,
                path=".github/workflows/deploy.yml",
                head_sha="a" * 40,
                actor_id=88,
                actor_login="signalbox[bot]",
                display_title="Deploy",
                url="https://github.com/acme/shop/actions/runs/555",
                created_at=NINE,
                updated_at=NINE.replace(second=5),
            ),
        ),
    )


def run_report(**changes: Any) -> RunReport | None:
    inbound = read(delivery("workflow_run", payload(action="completed", workflow_run={**RUN, **changes})))
    if not inbound:
        return None
    assert isinstance(inbound[0], RunReported)
    return inbound[0].run


@pytest.mark.parametrize(
    ("told", "path"),
    [
        (".github/workflows/a.yml", ".github/workflows/a.yml"),
        (".github/workflows/a.yml@main", ".github/workflows/a.yml"),
        (".github/workflows/a.yaml@refs/heads/x@y", ".github/workflows/a.yaml"),
        (".github/workflows/a@b.yml", ".github/workflows/a@b.yml"),
        (".github/workflows/a@b.yml@refs/heads/main", ".github/workflows/a@b.yml"),
        ("dynamic/pages/pages-build-deployment", "dynamic/pages/pages-build-deployment"),
        (None, None),
    ],
)
def test_a_path_comes_without_its_ref(told: str | None, path: str | None) -> None:
    report = run_report(path=told)
    assert report is not None
    assert report.path == path


def test_words_that_are_unknown_are_logged_and_do_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    assert run_report(status="dreaming") is None
    assert run_report(status=None) is None
    report = run_report(status="completed", conclusion="splendid")
    assert report is not None
    assert (report.status, report.conclusion) == (RunStatus.COMPLETED, None)
    actions = [getattr(record, "action", "") for record in caplog.records if record.levelno == logging.WARNING]
    assert actions == ["status_unknown", "status_unknown", "conclusion_unknown"]


def test_a_run_may_leave_out_almost_everything() -> None:
    few = {"id": 1, "status": "queued", "updated_at": "2026-11-21T09:00:00Z"}
    (reported,) = read(delivery("workflow_run", payload(action="requested", workflow_run=few)))
    assert isinstance(reported, RunReported)
    assert (reported.run.attempt, reported.run.path, reported.run.actor_login) == (1, None, None)


def test_a_job_is_reported() -> None:
    assert read(delivery("workflow_job", payload(action="completed", workflow_job=JOB))) == (
        JobReported(
            connection=CONNECTION,
            repository=77,
            run_id=555,
            attempt=2,
            job=RunJob(
                id=1,
                name="build",
                status=RunStatus.COMPLETED,
                conclusion=Conclusion.SUCCESS,
                started_at=NINE.replace(second=5),
                completed_at=NINE.replace(second=9),
                url="https://github.com/acme/shop/actions/runs/555/job/1",
            ),
        ),
    )


HERE = AccessChanged(connection=CONNECTION, repository=77)
ANYWHERE = AccessChanged(connection=CONNECTION, repository=None)
CHANGED = RepositoryChanged(repository=repository(), pushed_ref=None)
TEAM = {"team": {"id": 1}, "organization": {"id": 9}}


@pytest.mark.parametrize(
    ("event", "fields", "expected"),
    [
        ("member", {"action": "added", "member": ALICE}, (HERE,)),
        ("membership", {"action": "removed", "member": ALICE, **TEAM}, (ANYWHERE,)),
        ("team", {"action": "edited", **TEAM}, (ANYWHERE,)),
        ("team_add", TEAM, (ANYWHERE,)),
        ("organization", {"action": "member_removed", "organization": {"id": 9}, "repository": None}, (ANYWHERE,)),
        ("repository", {"action": "renamed"}, (CHANGED,)),
        ("repository", {"action": "edited"}, (CHANGED,)),
        ("repository", {"action": "transferred"}, (HERE, CHANGED)),
        ("repository", {"action": "privatized"}, (HERE, CHANGED)),
        ("repository", {"action": "publicized"}, (HERE, CHANGED)),
        ("repository", {"action": "deleted"}, (HERE,)),
        ("repository", {"action": "archived"}, (HERE,)),
        (
            "push",
            {"ref": "refs/heads/main", "before": "a" * 40, "after": "b" * 40},
            (RepositoryChanged(repository=repository(), pushed_ref="refs/heads/main"),),
        ),
    ],
)
def test_rights_and_labels_change(event: str, fields: dict[str, Any], expected: tuple[object, ...]) -> None:
    assert read(delivery(event, payload(**fields))) == expected


INSTALLATION = {"id": 5, "account": {"id": 9, "login": "acme"}}


@pytest.mark.parametrize("action", ["created", "deleted", "suspend", "unsuspend", "new_permissions_accepted"])
def test_an_installation_changes(action: str) -> None:
    assert read(delivery("installation", {"action": action, "installation": INSTALLATION})) == (
        InstallationChanged(connection=CONNECTION, installation=5, action=action, repositories_removed=()),
    )


def test_an_installation_loses_repositories() -> None:
    body = {
        "action": "removed",
        "installation": INSTALLATION,
        "repositories_added": [],
        "repositories_removed": [{"id": 77}, {"id": 78}],
    }
    assert read(delivery("installation_repositories", body)) == (
        InstallationChanged(connection=CONNECTION, installation=5, action="removed", repositories_removed=(77, 78)),
    )


@pytest.mark.parametrize("event", ["ping", "star", "nonsense"])
def test_other_events_mean_nothing(event: str) -> None:
    assert read(delivery(event, payload())) == ()


def test_an_owner_is_found_where_old_bodies_put_it() -> None:
    push = {"ref": "refs/heads/main", "before": "a" * 40, "after": "b" * 40}
    for changes in (
        {"owner": {"id": 9, "name": "acme"}},
        {"owner": None},
        {"owner": {"id": 9}, "name": ""},
    ):
        (changed,) = read(delivery("push", payload(**push) | {"repository": {**REPOSITORY, **changes}}))
        assert isinstance(changed, RepositoryChanged)
        assert changed.repository.full_name == "acme/shop"


def test_a_repository_without_a_name_is_a_bad_payload() -> None:
    with pytest.raises(BadPayload):
        read(delivery("push", payload(ref="refs/heads/x", before="a", after="b") | {"repository": {"id": 77}}))


def test_a_repository_that_does_not_say_so_is_not_public() -> None:
    facts = {name: value for name, value in REPOSITORY.items() if name != "private"}
    (changed,) = read(delivery("repository", payload(action="renamed") | {"repository": facts}))
    assert isinstance(changed, RepositoryChanged)
    assert changed.repository.private
