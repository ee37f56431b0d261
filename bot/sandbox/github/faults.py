"""Owns failures on demand: errors, dropped connections and silence, before or after the effect took place."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bot.sandbox import faults
from bot.sandbox.faults import ALWAYS

__all__ = ["ALWAYS", "Fault", "Faults"]


@dataclass(slots=True, eq=False, kw_only=True)
class Fault(faults.Fault):
    """One rule, about requests of a method whose path matches the glob."""

    method: str
    path: str
    message: str = ""
    body: object = None  # instead of GitHub's usual one around the message

    def is_about(self, method: str, path: str) -> bool:
        return self.method in ("*", method) and fnmatchcase(path, self.path)


class Faults(faults.Rules[Fault]):
    """The list of rules. `*` in a path also crosses slashes."""

    def status(
        self,
        status: int,
        method: str = "*",
        path: str = "*",
        *,
        times: float = 1,
        chance: float = 1.0,
        after: bool = False,
        message: str = "Server Error",
        headers: Mapping[str, str] | None = None,
    ) -> Fault:
        """Answer with an error; `after` does what was asked first, as a proxy that gives up does."""
        return self._add(
            Fault(
                kind="answer",
                method=method,
                path=path,
                times=times,
                chance=chance,
                after=after,
                status=status,
                message=message,
                headers=dict(headers or {}),
            )
        )

    def rate_limited(
        self,
        method: str = "*",
        path: str = "*",
        *,
        times: float = 1,
        chance: float = 1.0,
        retry_after: int | None = 60,
        status: int = 403,
    ) -> Fault:
        """GitHub's secondary limit, which may come with or without `Retry-After`."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
        return self.status(status, method, path, times=times, chance=chance, message=message, headers=headers)

    def exhausted(self, method: str = "*", path: str = "*", *, reset: int, times: float = 1) -> Fault:
        """The primary limit is used up until `reset`, in seconds since 1970; no `Retry-After` comes with it."""
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
        return self.status(403, method, path, times=times, message="API rate limit exceeded.", headers=headers)

    def errors(self, kind: str, message: str, *, times: float = 1, chance: float = 1.0) -> Fault:
        """GraphQL answers 200 with an error about the whole question, such as RATE_LIMITED, and no data."""
        fault = self.status(200, "POST", "/graphql", times=times, chance=chance)
        fault.body = {"errors": [{"type": kind, "message": message}]}
        return fault

    def drop(
        self, method: str = "*", path: str = "*", *, times: float = 1, chance: float = 1.0, after: bool = False
    ) -> Fault:
        """Cut the connection instead of answering."""
        return self._add(Fault(kind="drop", method=method, path=path, times=times, chance=chance, after=after))

    def silence(
        self,
        method: str = "*",
        path: str = "*",
        *,
        times: float = 1,
        chance: float = 1.0,
        after: bool = False,
        seconds: float | None = None,
    ) -> Fault:
        """Hold the answer back until `release()` or for some seconds."""
        fault = Fault(
            kind="silence", method=method, path=path, times=times, chance=chance, after=after, seconds=seconds
        )
        return self._add(fault)

    def strike(self, method: str, path: str) -> Fault | None:
        return self._first([fault for fault in self._rules if fault.is_about(method, path)])
