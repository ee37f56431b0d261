"""Owns what an audit entry says about who asked, where, and what runs: the same words in every entry (T25).

Logins and names are as of then; the numbers and ids beside them are what they belong to for good (T8).
"""

from __future__ import annotations

from typing import Any, assert_never

from bot.model.origin import CheckOrigin, CommentOrigin, Origin, SlackOrigin
from bot.model.people import GitHubAccount
from bot.model.request import Request
from bot.model.run import RunReport


def of_origin(origin: Origin) -> dict[str, Any]:
    """The comment, the button of a check run, or the message or deed in Slack."""
    match origin:
        case CommentOrigin():
            more: dict[str, Any] = {"comment": origin.comment, "line": origin.line, "url": origin.url}
        case SlackOrigin():
            more = {
                "team": origin.team,
                "user": origin.user,
                "channel": origin.channel,
                "thread": origin.thread,
                "message": origin.message,
            }
        case CheckOrigin():
            more = {"check_run": origin.check_run, "button": origin.identifier}
        case _:
            assert_never(origin)
    return {"origin": origin.natural_key, **{name: value for name, value in more.items() if value is not None}}


def of_account(account: GitHubAccount) -> dict[str, Any]:
    """The account by whose rights it was judged."""
    return {"login": account.login, "account": account.id}


def of_request(request: Request, run: tuple[int, int] | None) -> dict[str, Any]:
    """What was asked for, by whom, on which commit, and GitHub's id and attempt of its run if it has one."""
    found: dict[str, Any] = {
        "code": request.code,
        "asked_by": str(request.person),
        **of_origin(request.origin),
        "workflow": request.workflow_path,
        "environment": request.environment,
    }
    if request.pin is not None:
        found |= {"sha": request.pin.sha, "ref": request.pin.ref, "pull_request": request.pin.pull_request}
    if run is None and request.rerun is not None:
        run = (request.rerun.run, request.rerun.attempt)
    if run is not None:
        found["run"], found["attempt"] = run
    return {name: value for name, value in found.items() if value is not None}


def of_run(report: RunReport) -> dict[str, Any]:
    """A run as GitHub tells of it, and who started this attempt."""
    found = {
        "run": report.id,
        "attempt": report.attempt,
        "workflow": report.path,
        "event": report.event,
        "sha": report.head_sha,
        "login": report.triggering_actor_login or report.actor_login,
        "account": report.triggering_actor_id or report.actor_id,
        "url": report.url,
    }
    return {name: value for name, value in found.items() if value is not None}
