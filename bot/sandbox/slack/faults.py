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

Kind = Literal["answer", "drop", "silence"]


@dataclass(slots=True, eq=False, kw_only=True)
class Fault:
    """One rule. It strikes the next `times` requests whose name matches the glob, each with some chance."""

    kind: Kind
    name: str
    times: float
    chance: float
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
    """The list of rules; the first that matches strikes. Names are methods such as `chat.update`, or `response_url`.

    Rules come and go while requests do. Chance is drawn from `random`, so that a seed repeats it.
    """

    def __init__(self) -> None:
        self.random = Random(0)
        self._rules: list[Fault] = []

    @property
    def struck(self) -> int:
        """How many requests were struck by the rules that stand."""
        return sum(fault.struck for fault in self._rules)

    def error(
        self,
        error: str,
        name: str = "*",
        *,
        times: float = 1,
        chance: float = 1.0,
        after: bool = False,
        status: int = 200,
    ) -> Fault:
        """Answer `ok: false` with this word; `after` does what was asked first."""
        return self._add(
            Fault(kind="answer", name=name, times=times, chance=chance, after=after, status=status, error=error)
        )

    def status(
        self, status: int, name: str = "*", *, times: float = 1, chance: float = 1.0, after: bool = False
    ) -> Fault:
        """Answer with an HTTP error, as Slack's own outages look."""
        return self.error("internal_error", name, times=times, chance=chance, after=after, status=status)

    def rate_limited(self, name: str = "*", *, times: float = 1, chance: float = 1.0, retry_after: int = 30) -> Fault:
        fault = self.error("ratelimited", name, times=times, chance=chance, status=429)
        fault.headers = {"Retry-After": str(retry_after)}
        return fault

    def drop(self, name: str = "*", *, times: float = 1, chance: float = 1.0, after: bool = False) -> Fault:
        """Cut the connection instead of answering."""
        return self._add(Fault(kind="drop", name=name, times=times, chance=chance, after=after))

    def silence(
        self,
        name: str = "*",
        *,
        times: float = 1,
        chance: float = 1.0,
        after: bool = False,
        seconds: float | None = None,
    ) -> Fault:
        """Hold the answer back until `release()` or for some seconds."""
        fault = Fault(kind="silence", name=name, times=times, chance=chance, after=after, seconds=seconds)
        return self._add(fault)

    def release(self) -> None:
        """End every silence."""
        for fault in self._rules:
            fault.released.set()

    def clear(self) -> None:
        self.release()
        self._rules.clear()

    def strike(self, name: str) -> Fault | None:
        for fault in self._rules:
            if fault.matches(name) and (fault.chance >= 1 or self.random.random() < fault.chance):
                fault.struck += 1
                return fault
        return None

    def _add(self, fault: Fault) -> Fault:
        self._rules.append(fault)
        return fault
