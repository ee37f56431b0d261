"""Owns failures on demand: errors, dropped connections and silence, before or after the effect took place."""

import asyncio
import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["answer", "drop", "silence"]


@dataclass(slots=True, eq=False, kw_only=True)
class Fault:
    """One rule. It strikes the next `times` requests whose name matches the glob."""

    kind: Kind
    name: str
    times: int
    after: bool
    status: int = 200
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    struck: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)  # a client is being kept waiting
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def matches(self, name: str) -> bool:
        return fnmatch.fnmatchcase(name, self.name) and self.struck < self.times

    async def silence(self) -> None:
        """Say nothing until somebody releases it, or for as long as it was told to."""
        self.begun.set()
        try:
            await asyncio.wait_for(self.released.wait(), self.seconds)
        except TimeoutError:
            return


class Faults:
    """The list of rules; the first that matches strikes. Names are methods such as `chat.update`, or `response_url`."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []

    def error(self, error: str, name: str = "*", *, times: int = 1, after: bool = False, status: int = 200) -> Fault:
        """Answer `ok: false` with this word; `after` does what was asked first."""
        return self._add(Fault(kind="answer", name=name, times=times, after=after, status=status, error=error))

    def status(self, status: int, name: str = "*", *, times: int = 1, after: bool = False) -> Fault:
        """Answer with an HTTP error, as Slack's own outages look."""
        return self.error("internal_error", name, times=times, after=after, status=status)

    def rate_limited(self, name: str = "*", *, times: int = 1, retry_after: int = 30) -> Fault:
        headers = {"Retry-After": str(retry_after)}
        fault = Fault(kind="answer", name=name, times=times, after=False, status=429, error="ratelimited")
        fault.headers = headers
        return self._add(fault)

    def drop(self, name: str = "*", *, times: int = 1, after: bool = False) -> Fault:
        """Cut the connection instead of answering."""
        return self._add(Fault(kind="drop", name=name, times=times, after=after))

    def silence(self, name: str = "*", *, times: int = 1, after: bool = False, seconds: float | None = None) -> Fault:
        """Hold the answer back until `release()` or for some seconds."""
        return self._add(Fault(kind="silence", name=name, times=times, after=after, seconds=seconds))

    def release(self) -> None:
        """End every silence."""
        for fault in self._rules:
            fault.released.set()

    def clear(self) -> None:
        self.release()
        self._rules.clear()

    def strike(self, name: str) -> Fault | None:
        for fault in self._rules:
            if fault.matches(name):
                fault.struck += 1
                return fault
        return None

    def _add(self, fault: Fault) -> Fault:
        self._rules.append(fault)
        return fault
