"""Owns what a call to GitHub consists of: where it goes, what it says, who goes first, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from bot.errors import Refused, Unreachable
from bot.github.budget import Turn
from bot.model.repository import Repository

T = TypeVar("T")

MOVED: Final = frozenset({301, 302, 307, 308})
GRAPHQL: Final = "/graphql"
"""The route of every GraphQL question; the questions name what they are about themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What GitHub said to a call that worked."""

    status: int
    body: bytes
    next: str | None = None
    """Where the next page is."""
    location: str | None = None
    """Where a 302 points to, for who asked to be told."""

    def read(self, shape: type[T]) -> T:
        """The body's needed fields. Raises `Unreachable` when it is not GitHub that speaks: a proxy, a login page."""
        try:
            return msgspec.json.decode(self.body, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Unreachable("The answer does not have GitHub's shape", status=self.status) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One question, or one act."""

    method: str
    url: str
    route: str
    """With its braces, for measuring: it holds no names."""
    query: Mapping[str, str | int] | None = None
    body: Mapping[str, Any] | None = None
    pointer: bool = False
    """Whether a 302 is the answer; a renamed repository is told by 301, 307 and 308."""
    turn: Turn = Turn.NORMAL
    content: bool = False
    """Whether it writes what people see, of which GitHub takes less than of other writes."""

    @property
    def counts_as(self) -> str:
        """The method by which GitHub counts it. Our GraphQL only reads, and costs as little as a GET.

        https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
        """
        return "GET" if self.route == GRAPHQL else self.method

    def answered_by(self, response: httpx.Response) -> bool:
        """Whether a redirect is what was asked for."""
        return self.pointer and response.status_code == 302 and response.has_redirect_location

    def astray(self, response: httpx.Response) -> bool:
        """Whether this is a write that went to a name which GitHub knows under another one now."""
        named = self.route.startswith("/repos/{owner}/{repo}")
        return named and self.method != "GET" and response.status_code in MOVED


def located(route: str, repository: Repository, places: Mapping[str, str | int]) -> str:
    """A path of this repository."""
    return filled(route, {"owner": repository.owner, "repo": repository.name, **places})


def graphql_url(base: httpx.URL) -> str:
    """Where GraphQL is asked: beside `/api/v3` on GitHub Enterprise Server, below the API's own host elsewhere.

    https://docs.github.com/en/enterprise-server@latest/graphql/guides/forming-calls-with-graphql
    """
    path = base.path.rstrip("/")
    return str(base.copy_with(path=f"{path.removesuffix('/v3')}{GRAPHQL}"))


def filled(route: str, places: Mapping[str, str | int]) -> str:
    """The route with its braces filled. A slash stays one only in `{path}` and `{ref}`, which hold several steps."""
    quoted = {name: quote(str(value), safe="/" if name in {"path", "ref"} else "") for name, value in places.items()}
    return route.format_map(quoted)


def below(base: httpx.URL, address: str) -> str:
    """The address, when it lies below our API: a token is shown to no other host, nor to other paths of it.

    Raises `Refused` otherwise.
    """
    try:
        url = base.join(address)
    except httpx.InvalidURL as error:
        raise Refused("GitHub points to an address that can not be read.") from error
    here = (base.scheme, base.host, base.port)
    if (url.scheme, url.host, url.port) != here or not url.path.startswith(base.path):
        raise Refused("GitHub points to another host, which is not followed.")
    return str(url)
