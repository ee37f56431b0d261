"""Owns how an origin lies in a row: a tag and its fields as JSON, beside the columns to look it up by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never
from uuid import UUID

from bot.errors import BotError
from bot.model.origin import CommentOrigin, Origin
from bot.store.columns import from_microseconds, to_microseconds

COMMENT = "comment"


def to_columns(origin: Origin) -> dict[str, Any]:
    """The columns of `requests` that say where it came from."""
    match origin:
        case CommentOrigin():
            return {
                "origin_key": origin.natural_key,
                "origin": _comment(origin),
                "number": origin.number,
                "comment_id": origin.comment,
                "line": origin.line,
            }
        case _:
            assert_never(origin)


def from_json(value: Mapping[str, Any]) -> Origin:
    """The origin. Raises `BotError` for a tag that this version does not know."""
    if value["type"] != COMMENT:
        raise BotError(f"This version does not know the origin {value['type']}.")
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


def _comment(origin: CommentOrigin) -> dict[str, Any]:
    return {
        "type": COMMENT,
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
