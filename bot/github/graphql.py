"""Owns questions in GraphQL: what an answer of 200 with `errors` in it means.

GraphQL says 200 to nearly everything. An answer with errors is a failure, however much of it is there, with one
exception: a place that the asker names as one that may stay empty. Such a place is null then, as GraphQL promises for
the field that failed. https://spec.graphql.org/October2021/#sec-Handling-Field-Errors

It costs one point of the minute's limit, and at least one of GraphQL's own 5,000 in an hour, apart from REST's.
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import msgspec

from bot.errors import NotFound, RateLimited, Refused, Unreachable, UpstreamError
from bot.github.call import GRAPHQL
from bot.github.clients import Clients
from bot.github.failures import LONGEST_MESSAGE, WAIT_SECONDS
from bot.model.repository import Repository

T = TypeVar("T")

LIMITED: Final = frozenset({"RATE_LIMITED", "RATE_LIMIT"})
BROKEN: Final = ("Something went wrong while executing your query", "We couldn't respond to your request in time")
"""GitHub's own words for a fault of its own, which has no type."""


class _Error(msgspec.Struct):
    message: str = ""
    type: str = ""
    path: list[str | int] | None = None


class _Body(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[_Error] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Generic[T]):
    """An answer."""

    data: T
    untold: frozenset[str]
    """The places that stayed empty because GitHub could not or would not fill them."""


class GraphQL:
    """Asks the hosts of all connections."""

    def __init__(self, clients: Clients) -> None:
        """`clients` speak for the connections."""
        self._clients = clients

    async def ask(
        self,
        query: str,
        variables: Mapping[str, Any],
        *,
        repository: Repository,
        permissions: Mapping[str, str],
        shape: type[T],
        spare: frozenset[str] = frozenset(),
    ) -> Told[T]:
        """The answer's `data`. Errors in or below a field whose name is in `spare` leave that untold, and are none.

        Raises `NotFound`, `RateLimited`, `Refused`, and `Unreachable` also for an answer without GitHub's shape.
        """
        answer = await self._clients.of(repository.connection).request(
            "POST",
            GRAPHQL,
            repository=repository,
            permissions=permissions,
            body={"query": query, "variables": dict(variables)},
        )
        body = answer.read(_Body)
        untold = _untold(body.errors or [], spare)
        try:
            return Told(data=msgspec.json.decode(body.data, type=shape), untold=untold)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Unreachable("The answer does not have GitHub's shape", status=answer.status) from error


def _untold(errors: list[_Error], spare: frozenset[str]) -> frozenset[str]:
    """Which of the places that may stay empty did. Raises for an error anywhere else."""
    for error in errors:
        if spare.isdisjoint(error.path or ()):
            raise _failure(error)
    return spare & {step for error in errors for step in error.path or ()}


def _failure(error: _Error) -> UpstreamError:
    message = " ".join(error.message.split())[:LONGEST_MESSAGE] or "GitHub did not answer the question"
    if error.type == "NOT_FOUND":
        return NotFound(message, status=404)
    if error.type in LIMITED:
        return RateLimited(message, status=200, retry_after=WAIT_SECONDS)
    if message.startswith(BROKEN):
        return Unreachable(message, status=200)
    return Refused(message, status=403 if error.type == "FORBIDDEN" else 200)
