"""Owns pages: `per_page`, `page` and the Link header that clients must follow."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from bot.sandbox.github.calls import Answer, Call

T = TypeVar("T")
DEFAULT = 30
MOST = 100


def whole_number(query: Mapping[str, str], name: str, default: int) -> int:
    """GitHub does not complain about nonsense here, it takes the default."""
    text = query.get(name, "")
    return int(text) if text.isdecimal() and int(text) > 0 else default


def page(call: Call, items: Sequence[T]) -> tuple[list[T], dict[str, str]]:
    """This page's items, and the Link header when there are more."""
    size = min(whole_number(call.query, "per_page", DEFAULT), MOST)
    number = whole_number(call.query, "page", 1)
    last = max(1, -(-len(items) // size))
    links = []
    if number > 1:
        links += [link(call, "prev", number - 1), link(call, "first", 1)]
    if number < last:
        links += [link(call, "next", number + 1), link(call, "last", last)]
    start = (number - 1) * size
    return list(items[start : start + size]), {"Link": ", ".join(links)} if links else {}


def link(call: Call, rel: str, number: int) -> str:
    query = dict(call.query) | {"page": str(number)}
    return f'<{call.url}?{urlencode(query)}>; rel="{rel}"'


def listed(call: Call, items: Sequence[T], shape: Callable[[T], object]) -> Answer:
    shown, headers = page(call, items)
    return Answer([shape(each) for each in shown], headers=headers)


def counted(call: Call, name: str, items: Sequence[T], shape: Callable[[T], object]) -> Answer:
    """Lists of Actions come with their total."""
    shown, headers = page(call, items)
    return Answer({"total_count": len(items), name: [shape(each) for each in shown]}, headers=headers)
