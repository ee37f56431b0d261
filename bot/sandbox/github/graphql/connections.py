"""Owns pages: cursors, and what GitHub says to somebody who asks for too much or for no end.

https://docs.github.com/en/graphql/guides/using-pagination-in-the-graphql-api
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.sandbox.github.graphql.problems import Problem

T = TypeVar("T")
MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PageInfo:
    start_cursor: str | None
    end_cursor: str | None
    has_previous_page: bool
    has_next_page: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection(Generic[T]):
    """A node that is a problem becomes a null with an error at its place."""

    nodes: Sequence[T | Problem]
    page_info: PageInfo
    total_count: int


def connection(
    name: str,
    items: Sequence[T | Problem],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Connection[T]:
    check_bounds(name, first, last)
    start = place(after) if after else 0
    end = place(before) - 1 if before else len(items)
    if first is not None:
        end = min(end, start + first)
    if last is not None:
        start = max(start, end - last)
    shown = items[start:end]
    info = PageInfo(
        start_cursor=cursor(start + 1) if shown else None,
        end_cursor=cursor(start + len(shown)) if shown else None,
        has_previous_page=start > 0,
        has_next_page=start + len(shown) < len(items),
    )
    return Connection(nodes=shown, page_info=info, total_count=len(items))


def check_bounds(name: str, first: int | None, last: int | None) -> None:
    if first is None and last is None:
        message = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
        raise Problem("MISSING_PAGINATION_BOUNDARIES", message)
    for argument, wanted in (("first", first), ("last", last)):
        if wanted is not None and wanted > MOST:
            asked = f"Requesting {wanted} records on the `{name}` connection"
            raise Problem("EXCESSIVE_PAGINATION", f"{asked} exceeds the `{argument}` limit of {MOST} records.")


def cursor(number: int) -> str:
    return base64.b64encode(f"cursor:{number}".encode()).decode()


def place(text: str) -> int:
    try:
        return int(base64.b64decode(text, validate=True).decode().removeprefix("cursor:"))
    except ValueError as error:
        raise Problem("INVALID_CURSOR_ARGUMENTS", f"`{text}` does not appear to be a valid cursor.") from error
