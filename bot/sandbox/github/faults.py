"""Owns failures on demand: errors, dropped connections and silence, before or after the effect took place."""

import asyncio
import fnmatch
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Literal

ALWAYS = math.inf
"""As `times`: until somebody ends it."""

Kind = Literal["status", "drop", "silence"]


@dataclass(slots=True, eq=False, kw_only=True)
class Fault:
    """One rule. It strikes the next `times` requests of a method whose path matches the glob, each with some chance."""

    kind: Kind
    method: str
    path: str
    times: float
    chance: float
    after: bool
    status: int = 0
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    struck: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)  # a client is being kept waiting
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def matches(self, method: str, path: str) -> bool:
        wanted = self.method in ("*", method) and fnmatch.fnmatchcase(path, self.path)
        return wanted and self.struck < self.times

    def end(self) -> None:
        """It strikes no more, and lets go of whom it keeps waiting."""
        self.times = 0
        self.released.set()

    async def silence(self) -> None:
        """Say nothing until somebody releases it, or for as long as it was told to."""
        self.begun.set()
        try:
            await asyncio.wait_for(self.released.wait(), self.seconds)
        except TimeoutError:
            return


class Faults:
    """The list of rules; the first that matches strikes. `*` in a path also crosses slashes.

    Rules come and go while requests do. Chance is drawn from `random`, so that a seed repeats it.
    """

    def __init__(self) -> None:
        self.random = Random(0)
        self._rules: list[Fault] = []

    @property
    def struck(self) -> int:
        """How many requests were struck by the rules that stand."""
        return sum(fault.struck for fault in self._rules)

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
                kind="status",
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

    def release(self) -> None:
        """End every silence."""
        for fault in self._rules:
            fault.released.set()

    def clear(self) -> None:
        self.release()
        self._rules.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        for fault in self._rules:
            if fault.matches(method, path) and (fault.chance >= 1 or self.random.random() < fault.chance):
                fault.struck += 1
                return fault
        return None

    def _add(self, fault: Fault) -> Fault:
        self._rules.append(fault)
        return fault
