"""Owns how an origin lies in a row: a tag and its fields as JSON, beside the columns to look it up by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never
from uuid import UUID

from bot.errors import BotError
from bot.model.origin import CheckOrigin, CommentOrigin, Origin, SlackOrigin, SlackVia
from bot.store.columns import from_microseconds, to_microseconds


def to_columns(origin: Origin) -> dict[str, Any]:
    """The columns of `requests` that say where it came from."""
    match origin:
        case CommentOrigin():
            asked = {"origin": _comment(origin), "comment_id": origin.comment, "line": origin.line}
        case SlackOrigin():
            asked = {"origin": _slack(origin), "comment_id": None, "line": None}
        case CheckOrigin():
            asked = {"origin": _check(origin), "comment_id": None, "line": None}
        case _:
            assert_never(origin)
    return {"origin_key": origin.natural_key, **asked}


def from_json(value: Mapping[str, Any]) -> Origin:
    """The origin. Raises `BotError` for a tag that this version does not know."""
    match value["type"]:
        case "comment":
            return _comment_origin(value)
        case "slack":
            return _slack_origin(value)
        case "check":
            return _check_origin(value)
        case other:
            raise BotError(f"This version does not know the origin {other}.")


def _comment_origin(value: Mapping[str, Any]) -> CommentOrigin:
    return CommentOrigin(
        connection=UUID(value["connection"]),
        repository=value["repository"],
        number=value["number"],
        on_pull_request=value["on_pull_request"],
        comment=value["comment"],
        line=value["line"],
        created_at=from_microseconds(value["created_at"]),
        url=value["url"],
        via_app=value["via_app"],
    )


def _slack_origin(value: Mapping[str, Any]) -> SlackOrigin:
    return SlackOrigin(
        connection=UUID(value["connection"]),
        via=SlackVia(value["via"]),
        team=value["team"],
        user=value["user"],
        channel=value["channel"],
        thread=value["thread"],
        message=value["message"],
        occurrence=value["occurrence"],
        created_at=from_microseconds(value["created_at"]),
    )


def _comment(origin: CommentOrigin) -> dict[str, Any]:
    return {
        "type": "comment",
        "connection": str(origin.connection),
        "repository": origin.repository,
        "number": origin.number,
        "on_pull_request": origin.on_pull_request,
        "comment": origin.comment,
        "line": origin.line,
        "created_at": to_microseconds(origin.created_at),
        "url": origin.url,
        "via_app": origin.via_app,
    }


def _slack(origin: SlackOrigin) -> dict[str, Any]:
    return {
        "type": "slack",
        "connection": str(origin.connection),
        "via": origin.via.value,
        "team": origin.team,
        "user": origin.user,
        "channel": origin.channel,
        "thread": origin.thread,
        "message": origin.message,
        "occurrence": origin.occurrence,
        "created_at": to_microseconds(origin.created_at),
    }


def _check(origin: CheckOrigin) -> dict[str, Any]:
    return {
        "type": "check",
        "connection": str(origin.connection),
        "repository": origin.repository,
        "number": origin.number,
        "check_run": origin.check_run,
        "identifier": origin.identifier,
        "created_at": to_microseconds(origin.created_at),
    }


def _check_origin(value: Mapping[str, Any]) -> CheckOrigin:
    return CheckOrigin(
        connection=UUID(value["connection"]),
        repository=value["repository"],
        number=value["number"],
        check_run=value["check_run"],
        identifier=value["identifier"],
        created_at=from_microseconds(value["created_at"]),
    )
